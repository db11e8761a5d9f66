"""Real runs: a collapse with its right cause, its sibling that is well, and presets without an alarm."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.diagnosis.diagnose import CHECKS, diagnose
from app.diagnosis.history import RunHistory
from vae_core.config.train_config import TrainConfig
from vae_core.presets import PRESETS
from vae_core.report import Report

Trained = Callable[..., RunHistory]
SMALL = {"hidden": (32,), "latent_dim": 4, "batch_size": 64, "max_steps": 400, "examine": False}


def test_a_run_that_collapses_has_its_cause_and_its_sibling_is_well(trained: Trained) -> None:
    config = TrainConfig.parse({**SMALL, "beta": 50})
    run = trained(config)
    (finding,) = diagnose(run).findings
    assert (finding.name, finding.changes) == ("collapse", {"beta": 1.0})
    assert finding.message.startswith("The KL's weight is too large: β = 50.")
    sibling = trained(replace(config, **finding.changes))
    assert diagnose(sibling).findings == ()
    assert sibling.evaluations[-1].active_units > 0


def test_codes_that_nothing_holds_raise_an_alarm(trained: Trained) -> None:
    config = TrainConfig.parse({**SMALL, "beta": 0.001, "examine": True})
    (finding,) = diagnose(trained(config)).findings
    assert (finding.name, finding.changes) == ("codes", {"beta": 1.0})


def test_a_preset_whose_scale_does_not_fit_never_reads_no_alarm(trained: Trained) -> None:
    (config,) = PRESETS["mse"].configs()
    run = trained(config, steps=2 * config.evaluation_interval)
    for count in range(2, len(run.evaluations) + 1):
        (finding,) = diagnose(replace(run, evaluations=run.evaluations[:count])).findings
        assert finding.title.startswith("The scale does not fit: it expects 0.707 and makes 0.2")
        assert "by linear theory the KL ends at" in finding.message
        assert finding.changes == {"scale": "optimal"}


@pytest.mark.parametrize("preset", ["digits-demo", "bce"])
def test_a_preset_raises_no_alarm_at_any_evaluation(preset: str, trained: Trained) -> None:
    """Its first evaluations; docs/diagnosis.md has whole runs."""
    (config,) = PRESETS[preset].configs()
    run = trained(config, steps=2 * config.evaluation_interval)
    for count in range(1, len(run.evaluations) + 1):
        assert diagnose(replace(run, evaluations=run.evaluations[:count])).findings == ()


def test_nothing_is_said_before_the_first_evaluation(history: Callable[..., RunHistory]) -> None:
    run = history({"beta": 50}, status="running")
    diagnosis = diagnose(replace(run, evaluations=run.evaluations[:1]))
    assert (diagnosis.step, diagnosis.checked, diagnosis.findings) == (None, (), ())


def test_what_could_be_checked_is_listed(history: Callable[..., RunHistory], report: Report) -> None:
    series = {"decoder_std": [0.2], "mse_per_pixel": [0.04]}
    diagnosis = diagnose(history({"likelihood": "gaussian", "scale": "optimal"}, report=report, **series))
    assert (diagnosis.step, diagnosis.checked, diagnosis.findings) == (300, tuple(CHECKS), ())
    assert diagnose(history({"model": "ae"})).checked == ("finite losses", "held-out against training")
