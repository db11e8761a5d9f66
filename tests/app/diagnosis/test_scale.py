"""A scale that runs away is told from one that settles, and a fixed one that fits from one that does not."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.diagnosis.diagnose import diagnose
from app.diagnosis.history import RunHistory
from app.diagnosis.scale import scale
from vae_core.config.train_config import TrainConfig
from vae_core.report import Report

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


@pytest.mark.parametrize(
    "changes",
    [{}, {"likelihood": "continuous_bernoulli", "dequantize": True}, {"likelihood": "gaussian", "model": "ae"}],
)
def test_what_has_no_scale_to_pay_for_is_not_looked_at(history: Make, changes: dict[str, Any]) -> None:
    assert scale(history(changes, decoder_std=[5.0])) is None


PLAIN = {"likelihood": "gaussian"}  # σ = √½


def test_the_plain_sum_of_squares_raises_an_alarm_with_its_cost_and_its_mend(history: Make) -> None:
    run = history(PLAIN, decoder_std=[0.7071], mse_per_pixel=[0.26**2])
    (finding,) = scale(run) or []
    assert finding.title == "The scale does not fit: it expects 0.707 and makes 0.260"
    assert finding.message == (
        "The decoder is told to expect errors of 0.707 a pixel; on held-out images they are 0.260. Under so wide a "
        "scale a code is worth too little: by linear theory the KL ends at 12.8 nats and the squared error at 0.0227 "
        "a pixel with σ fitted; as it is, at 0.327 nats and 0.0673."
    )
    assert finding.changes == {"scale": "optimal"}
    assert finding.evidence.values[-1] == pytest.approx(0.26)
    assert finding.evidence.line == pytest.approx(0.7071)


@pytest.mark.parametrize(
    ("changes", "std", "error", "why"),
    [
        ({"sigma": 0.05}, 0.05, 0.1, "Under so narrow a scale the KL weighs too little"),
        ({"likelihood": "laplace", "sigma": 0.5}, 0.7071, 0.2, "Under so wide a scale a code is worth too little."),
        ({"likelihood": "student_t"}, 0.91, 0.2, "Under so wide a scale a code is worth too little."),
        ({"likelihood": "discretized_logistic", "sigma": 0.01}, 0.018, 0.1, "Under so narrow a scale"),
        ({"free_bits": 0.1}, 0.7071, 0.2, "σ fitted would describe the same pictures 51"),
        (
            {"beta": 0.1},
            0.7071,
            0.2,
            "(0.224 by the weights in its loss); on held-out images they are 0.200. The weights make up for it",
        ),
        ({"beta": 0.5}, 0.7071, 0.2, "errors of 0.707 a pixel (0.500 by the weights in its loss); on held-out"),
    ],
)
def test_a_scale_is_off_either_way(history: Make, changes: dict[str, Any], std: float, error: float, why: str) -> None:
    run = history({**PLAIN, **changes}, decoder_std=[std], mse_per_pixel=[error**2])
    (finding,) = scale(run) or []
    assert why in finding.message
    mended = TrainConfig.parse({**run.config.to_dict(), **finding.changes})
    assert mended != run.config


def test_a_fixed_scale_that_fits_is_left_alone(history: Make) -> None:
    for error in (0.07, 0.1, 0.14):
        assert scale(history({**PLAIN, "sigma": 0.1}, decoder_std=[0.1], mse_per_pixel=[error**2])) == []


def test_errors_that_may_yet_shrink_to_a_narrow_scale_are_waited_for(history: Make) -> None:
    series = {"decoder_std": [0.1], "mse_per_pixel": [0.3**2]}
    young = history({**PLAIN, "sigma": 0.1, "max_steps": 4000}, status="running", **series)
    assert scale(young) == []
    assert scale(replace(young, status="finished"))
    wide = history({**PLAIN, "max_steps": 4000}, status="running", decoder_std=[0.7071], mse_per_pixel=[0.3**2])
    assert scale(wide)  # they will not grow to it


def test_a_collapse_or_the_codes_that_blame_the_scale_are_enough(history: Make, report: Report) -> None:
    dead = history({**PLAIN, "sigma": 1}, decoder_std=[1.0], mse_per_pixel=[0.27**2], active_units=[0])
    assert scale(dead) == []
    assert [finding.name for finding in diagnose(dead).findings] == ["collapse"]
    far = replace(report, surgery=replace(report.surgery, dimension_wise_kl=10.0))
    loose = history({**PLAIN, "sigma": 0.02}, report=far, decoder_std=[0.02], mse_per_pixel=[0.1**2])
    assert [finding.name for finding in diagnose(loose).findings] == ["codes"]


def test_nothing_is_said_before_the_pixels_are_counted(history: Make) -> None:
    run = history(PLAIN, counted=False, decoder_std=[0.7071], mse_per_pixel=[0.26**2])
    assert scale(replace(run, counting=True)) is None
    (finding,) = scale(run) or []
    assert "linear theory" not in finding.message
