"""Histories of runs: made up from a few numbers, or trained for a moment on the digits."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from app.diagnosis.history import RunHistory, TrainingTerms
from app.records import EvaluationRecord
from app.store.nonfinite import plain
from tests.app.builders import make_evaluation
from vae_core import events
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.registry import load
from vae_core.report import Report
from vae_core.theory.pixel_statistics import Statistics, statistics
from vae_core.training.train import train

FIRST: dict[str, Any] = {
    "reconstruction": 45.0, "kl": 0.1, "active_units": 0, "elbo_se": 0.2, "mse_per_pixel": 0.16, "decoder_std": 0.5,
    "kl_per_dim": [0.1],
}  # fmt: skip


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("datasets")


@pytest.fixture(scope="session")
def grey(cache: Path) -> Statistics:
    return statistics("digits", "none", cache=cache)


@pytest.fixture
def history(grey: Statistics) -> Callable[..., RunHistory]:
    """A finished run that is well but for what is given: one value for each evaluation after that of step 0.

    `training` are its first and last loss, between which it falls or rises evenly.
    """

    def make(
        changes: dict[str, Any] | None = None,
        *,
        status: str = "finished",
        report: Report | None = None,
        training: tuple[float, float] = (25.0, 24.0),
        counted: bool = True,
        **series: list[Any],
    ) -> RunHistory:
        config = TrainConfig.parse({"latent_dim": 10, "max_steps": 400, **(changes or {})})
        known: dict[str, list[Any]] = {
            "reconstruction": [24.0, 22.0, 21.0],
            "kl": [2.0, 3.0, 3.0],
            "active_units": [10, 8, 7],
            **series,
        }
        count = max(map(len, known.values()))
        rows = [make_evaluation(0, **FIRST)]
        for i in range(count):
            own = {name: values[min(i, len(values) - 1)] for name, values in known.items()}
            rows.append(make_evaluation(100 * (i + 1), **{**FIRST, **own}))
        if config.model == "ae":
            absent = dict.fromkeys(("kl", "elbo_se", "active_units", "kl_per_dim"))
            rows = [row.model_copy(update=absent) for row in rows]
        kl = None if config.model == "ae" else 0.0
        losses = np.linspace(*training, count).tolist()
        terms = [TrainingTerms(row.step, loss, kl) for row, loss in zip(rows[1:], losses, strict=True)]
        return RunHistory(1, config, status, rows, terms, report, grey if counted else None)

    return make


@pytest.fixture
def trained(cache: Path, grey: Statistics) -> Iterator[Callable[..., RunHistory]]:
    """What a real run leaves, or has left after so many `steps`; it runs in one thread, as in a shared test process."""

    def run(config: TrainConfig, steps: int | None = None) -> RunHistory:
        evaluations: list[EvaluationRecord] = []
        training: list[TrainingTerms] = []
        report = None
        for event in train(config, load(config.dataset, cache=cache)):
            if isinstance(event, events.StepTerms):
                columns = (event.step.tolist(), event.reconstruction.tolist(), event.kl.tolist())
                training += map(TrainingTerms._make, zip(*columns, strict=True))
            elif isinstance(event, events.Evaluation):
                evaluations.append(EvaluationRecord(**plain(asdict(event))))
            elif isinstance(event, Report):
                report = event
            if evaluations and evaluations[-1].step == steps:
                return RunHistory(1, config, "running", evaluations, training, None, grey)
        return RunHistory(1, config, "finished", evaluations, training, report, grey)

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield run
    torch.set_num_threads(threads)
