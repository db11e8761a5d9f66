"""Courses of runs: made up in a few numbers, or trained for a moment on the digits."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from app.diagnosis.course import Course
from app.store.nonfinite import plain
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.registry import load
from vae_core.events import Evaluation, StepTerms
from vae_core.report import Report
from vae_core.theory.pixel_statistics import Statistics, statistics
from vae_core.training.train import train

FIRST = {
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
def course(grey: Statistics) -> Callable[..., Course]:
    """A finished run that is well but for what is given: one value for each evaluation after that of step 0.

    `training` are its first and last loss, between which it falls or rises evenly.
    """

    def make(
        changes: dict[str, Any] | None = None,
        *,
        status: str = "finished",
        report: dict[str, Any] | None = None,
        training: tuple[float, float] = (25.0, 24.0),
        counted: bool = True,
        **series: list[Any],
    ) -> Course:
        config = TrainConfig.parse({"latent_dim": 10, "max_steps": 400, **(changes or {})})
        known = {"reconstruction": [24.0, 22.0, 21.0], "kl": [2.0, 3.0, 3.0], "active_units": [10, 8, 7], **series}
        count = max(map(len, known.values()))
        rows = [{**FIRST, "step": 0}]
        for i in range(count):
            own = {name: values[min(i, len(values) - 1)] for name, values in known.items()}
            rows.append({**FIRST, **own, "step": 100 * (i + 1)})
        if config.model == "ae":
            rows = [{**row, "kl": None, "elbo_se": None, "active_units": None, "kl_per_dim": None} for row in rows]
        kl = None if config.model == "ae" else 0.0
        losses = np.linspace(*training, count).tolist()
        steps = {"step": [row["step"] for row in rows[1:]], "reconstruction": losses, "kl": [kl] * count}
        return Course(config, status, rows, steps, report, grey if counted else None)

    return make


@pytest.fixture
def trained(cache: Path, grey: Statistics) -> Iterator[Callable[..., Course]]:
    """What a real run leaves, or has left after so many `steps`; it runs in one thread, as in a shared test process."""

    def run(config: TrainConfig, steps: int | None = None) -> Course:
        evaluations, report = [], None
        training: dict[str, list[Any]] = {"step": [], "reconstruction": [], "kl": []}
        for event in train(config, load(config.dataset, cache=cache)):
            if isinstance(event, StepTerms):
                for name in training:
                    training[name] += getattr(event, name).tolist()
            elif isinstance(event, Evaluation):
                evaluations.append(plain(asdict(event)))
            elif isinstance(event, Report):
                report = plain(asdict(event))
            if evaluations and evaluations[-1]["step"] == steps:
                return Course(config, "running", evaluations, training, None, grey)
        return Course(config, "finished", evaluations, training, report, grey)

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield run
    torch.set_num_threads(threads)
