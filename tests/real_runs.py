"""Real runs that were trained once and are kept: collapsed, diverged, noisy, negative densities, three data sets.

`tests/fixtures/real-runs.npz` has of each its columns of steps, and in `runs`, as JSON, all else. `keep` wrote it from
the answers of a server.
"""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from app.database.engine import Database
from tests import ended
from vae_core.config.train_config import TrainConfig
from vae_core.events import Evaluation, StepTerms

FILE = Path(__file__).parent / "fixtures" / "real-runs.npz"
TERMS = ("reconstruction", "kl", "elbo", "loss", "beta")
SAMPLED = {field.name for field in fields(Evaluation)} - {"kl_per_dim"}

Json = dict[str, Any]


def keep(answers: list[tuple[Json, Json, list[Json]]]) -> None:
    """Write runs as /api/runs/{id}, its /steps and its /evaluations answered."""
    columns: dict[str, Any] = {}
    described = []
    for number, (run, stepped, evaluated) in enumerate(answers):
        held = [name for name in TERMS if stepped.get(name) and any(value is not None for value in stepped[name])]
        columns[str(number)] = np.array([stepped[name] for name in held], dtype=np.float32)
        about = {name: run[name] for name in ("name", "config", "status", "error", "seconds")}
        kept = [{name: row.get(name) for name in SAMPLED} for row in evaluated]
        described.append({**about, "terms": held, "evaluations": kept})
    np.savez_compressed(FILE, runs=json.dumps(described), **columns)


def load() -> list[tuple[Json, dict[str, np.ndarray]]]:
    """What is known of each run, and its terms over its steps."""
    with np.load(FILE) as kept:
        return [
            (run, dict(zip(run["terms"], kept[str(number)].astype(float), strict=True)))
            for number, run in enumerate(json.loads(str(kept["runs"])))
        ]


def insert(database: Database) -> dict[str, int]:
    """Put the runs into a store as if they had just ended there; their numbers by their names."""
    return {run["name"]: _insert(database, run, terms) for run, terms in load()}


def _insert(database: Database, run: Json, given: dict[str, np.ndarray]) -> int:
    config = TrainConfig.parse(run["config"], stored=True)
    step = np.arange(1, len(given["loss"]) + 1)
    seconds = step * run["seconds"] / len(step)
    terms: list[Any] = [given.get(name) for name in TERMS]
    with database.write() as session:
        return ended.insert(
            session,
            config,
            name=run["name"],
            blocks=[StepTerms(step, step / config.steps_per_epoch, seconds, *terms)],
            evaluated=[Evaluation(kl_per_dim=None, **row) for row in run["evaluations"]],
            status=run["status"],
            error=run["error"],
        )
