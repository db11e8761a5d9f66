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
from app.store import attempts, evaluations, runs, steps
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


def insert(database: Database) -> dict[str, int]:
    """Put the runs into a store as if they had just ended there; their numbers by their names."""
    with np.load(FILE) as kept:
        described, columns = json.loads(str(kept["runs"])), {name: kept[name] for name in kept.files}
    return {run["name"]: _insert(database, run, columns[str(number)]) for number, run in enumerate(described)}


def _insert(database: Database, run: Json, values: np.ndarray) -> int:
    config = TrainConfig.parse(run["config"], stored=True)
    given = dict(zip(run["terms"], values.astype(float), strict=True))
    step = np.arange(1, values.shape[1] + 1)
    seconds = step * run["seconds"] / max(1, len(step))
    terms = [given.get(name) for name in TERMS]
    with database.write() as session:
        made = runs.create(session, config, name=run["name"])
        attempts.claim(session, made.id)
        steps.append(session, made.id, StepTerms(step, step / config.steps_per_epoch, seconds, *terms))
        for row in run["evaluations"]:
            evaluations.append(session, made.id, Evaluation(kl_per_dim=None, **row))
        done = {"step": len(step), "epoch": len(step) / config.steps_per_epoch, "seconds": run["seconds"], "latest": {}}
        attempts.heartbeat(session, made.id, made.attempt, **done)
        attempts.end(session, made.id, made.attempt, run["status"], run["error"])
        return made.id
