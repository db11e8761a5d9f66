"""Every cause of a collapse is named and comes with the change that ends it; what only looks like one is left alone."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.diagnosis.collapse import collapse
from app.diagnosis.history import RunHistory
from vae_core.config.train_config import TrainConfig
from vae_core.theory.linear import live_units

Make = Callable[..., RunHistory]
DEAD: dict[str, Any] = {"active_units": [0], "kl": [0.0], "reconstruction": [27.3, 27.2, 27.2]}  # the mean image's 27.1
GAUSS = {"likelihood": "gaussian"}


@pytest.mark.parametrize(
    ("changes", "text", "changed"),
    [
        ({"beta": 50}, "The KL's weight is too large: β = 50. ", {"beta": 1.0}),
        (
            {"reconstruction_reduction": "mean"},
            "The means in the loss weigh the KL as β = 64 would. ",
            {"reconstruction_reduction": "sum"},
        ),
        (
            {"reconstruction_reduction": "mean", "beta": 5},
            "The KL's weight is too large: β = 320. ",
            {"reconstruction_reduction": "sum", "beta": 1.0},
        ),
        ({**GAUSS, "sigma": 1}, "The decoder's σ = 1 is too large. ", {"scale": "optimal"}),
        ({**GAUSS, "sigma": 0.1, "beta": 100}, "The KL's weight is too large: β = 100. ", {"beta": 1.0}),
    ],
)
def test_what_theory_expects_is_named_at_the_first_evaluation(
    history: Make, changes: dict[str, Any], text: str, changed: dict[str, Any]
) -> None:
    run = history(changes, active_units=[0], kl=[0.0], reconstruction=[27.3])
    (finding,) = collapse(run) or []
    assert finding.message.startswith(text)
    assert "which is above the largest" in finding.message
    assert "0 of 10 units live at step 100." in finding.message
    assert finding.changes == changed
    assert max(finding.evidence.values) < finding.evidence.line
    assert live_units(replace(run.config, **changed), run.statistics.train)


@pytest.mark.parametrize(
    ("changes", "text", "changed"),
    [
        ({"beta": 2.5}, "leaves little room: β = 2.5. ", {"beta": 1.0}),  # λ₁ = 3.29
        ({**GAUSS, "sigma": 0.8}, "σ = 0.8 is too large", {"scale": "optimal"}),  # 0.64 of 0.69
        ({"learning_rate": 0.02}, "A learning rate of 0.02 can kill", {"learning_rate": 0.001}),
        ({}, "expects 7 of 10 to live", {"free_bits": 0.25}),
        ({"beta_schedule": "linear", "warmup_steps": 50}, "expects 7 of 10 to live", {"free_bits": 0.25}),
        ({"objective": "mmd", "beta_schedule": "linear", "warmup_steps": 50}, "Another network", {}),
        ({"objective": "iwae"}, "expects 7 of 10 to live", {}),
        ({"free_bits": 0.1, "beta": 9}, "weighs the KL as β = 9;", {"beta": 1.0}),  # theory has no answer
        ({"objective": "mmd"}, "a warm-up of β takes", {"beta_schedule": "linear", "warmup_steps": 200}),
    ],
)
def test_what_theory_does_not_expect_is_named_after_three_evaluations(
    history: Make, changes: dict[str, Any], text: str, changed: dict[str, Any]
) -> None:
    run = history(changes, **DEAD)
    (finding,) = collapse(run) or []
    assert text in finding.message
    assert finding.changes == changed
    TrainConfig.parse({**run.config.to_dict(), **changed})
    assert collapse(replace(run, evaluations=run.evaluations[:3])) == []
    longer = replace(run.config, max_steps=10_000)
    assert collapse(replace(run, status="running", config=longer)) == []


@pytest.mark.parametrize(
    ("likelihood", "scale"), [("laplace", "optimal"), ("student_t", "shared"), ("discretized_logistic", "shared")]
)
def test_a_scale_that_stays_may_be_learned(history: Make, likelihood: str, scale: str) -> None:
    run = history({"likelihood": likelihood, "sigma": 5}, **{**DEAD, "reconstruction": [156.0] * 3})
    (finding,) = collapse(run) or []
    assert "The decoder's scale stays at 5" in finding.message
    assert finding.changes == {"scale": scale}
    TrainConfig.parse({**run.config.to_dict(), **finding.changes})


def test_without_the_pixels_the_records_alone_decide(history: Make) -> None:
    (finding,) = collapse(history({"beta": 50}, counted=False, **DEAD)) or []
    assert "β = 50" in finding.message
    assert finding.changes == {"beta": 1.0}


def test_nothing_is_said_while_the_pixels_are_counted(history: Make) -> None:
    assert collapse(replace(history({"beta": 50}, counted=False, **DEAD), counting=True)) is None


def test_a_live_run_under_too_great_a_weight_is_warned_and_an_ended_one_believed(history: Make) -> None:
    """Under a warm-up units live until β has grown; what lives at the end was not to die."""
    changes = {"beta": 50, "beta_schedule": "linear", "warmup_steps": 300}
    (finding,) = collapse(history(changes, status="running", active_units=[10])) or []
    assert finding.title == "Posterior collapse ahead"
    assert "10 of 10 units live" in finding.message
    assert collapse(history(changes, active_units=[10])) == []


@pytest.mark.parametrize(
    ("changes", "series"),
    [
        ({}, {}),
        ({}, {"active_units": [20, 8, 5, 3, 1]}),  # a model keeps as many as pay
        ({}, {"active_units": [0, 0, 3]}),  # they woke late
        ({}, {**DEAD, "reconstruction": [44.9, 44.0, 43.1]}),  # nothing is learned yet: not even the mean image
        ({**GAUSS, "sigma": 0.7}, {"active_units": [14, 8, 5]}),
    ],
)
def test_what_is_well_is_left_alone(history: Make, changes: dict[str, Any], series: dict[str, Any]) -> None:
    assert collapse(history(changes, **series)) == []


def test_an_autoencoder_has_no_units_to_lose(history: Make) -> None:
    assert collapse(history({"model": "ae"})) is None
