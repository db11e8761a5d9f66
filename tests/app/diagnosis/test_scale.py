"""A learned scale that runs away is told from one that settles."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.diagnosis.history import RunHistory
from app.diagnosis.scale import scale
from vae_core.config.train_config import TrainConfig

Make = Callable[..., RunHistory]
LEARNED = {"likelihood": "gaussian", "scale": "shared"}


@pytest.mark.parametrize(
    ("changes", "stds", "error", "title", "changed"),
    [
        ({}, [0.3, 0.1, 0.04], 0.1, "runs to 0", {"scale": "fixed", "sigma": 0.1}),
        ({"scale": "optimal"}, [0.3, 0.0025], 0.002, "at its limit", {"dequantize": True}),
        ({"likelihood": "discretized_logistic"}, [0.0045], 0.002, "at its limit", {}),
        ({}, [0.55, 0.8], 0.3, "grows", {"scale": "fixed", "sigma": 0.3}),
        ({"likelihood": "laplace"}, [0.55, 0.8], 0.3, "grows", {"scale": "fixed", "sigma": 0.212}),
        ({"likelihood": "student_t", "nu": 4}, [0.55, 0.8], 0.3, "grows", {"scale": "fixed", "sigma": 0.212}),
    ],
)
def test_a_scale_that_runs_away_is_found(
    history: Make,
    changes: dict[str, Any],
    stds: list[float],
    error: float,
    title: str,
    changed: Any,
) -> None:
    run = history({**LEARNED, **changes}, decoder_std=stds, mse_per_pixel=[error**2])
    (finding,) = scale(run) or []
    assert finding.title.endswith(title)
    assert finding.changes == changed
    TrainConfig.parse({**run.config.to_dict(), **changed})


@pytest.mark.parametrize(
    ("stds", "error"),
    [
        ([0.2, 0.11, 0.1], 0.115),  # as large as the errors
        ([0.1], 0.19),  # held-out errors are larger than those it was fitted to
        ([0.49, 0.3], 0.1),  # still on its way down
    ],
)
def test_a_scale_that_settles_is_left_alone(history: Make, stds: list[float], error: float) -> None:
    assert scale(history(LEARNED, decoder_std=stds, mse_per_pixel=[error**2])) == []


def test_a_scale_that_starts_wide_and_shrinks_is_left_alone(history: Make) -> None:
    run = history(LEARNED, decoder_std=[0.65, 0.6], mse_per_pixel=[0.08])
    first, *others = run.evaluations
    wide = first.model_copy(update={"decoder_std": 0.7071})
    assert scale(replace(run, evaluations=[wide, *others])) == []


@pytest.mark.parametrize("changes", [{}, {"likelihood": "gaussian"}, {"likelihood": "gaussian", "sigma": 5}])
def test_a_fixed_scale_is_not_looked_at(history: Make, changes: dict[str, Any]) -> None:
    assert scale(history(changes, decoder_std=[5.0])) is None
