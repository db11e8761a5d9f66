"""A diverged run is offered shorter steps, even before its first evaluation."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.diagnosis.divergence import divergence
from app.diagnosis.history import RunHistory


def test_a_diverged_run_is_offered_shorter_steps(history: Callable[..., RunHistory]) -> None:
    run = history({"learning_rate": 5}, status="diverged", training=(45.0, 1e9))
    early = replace(run, evaluations=run.evaluations[:1])
    for one in (run, early):
        (finding,) = divergence(one) or []
        assert finding.changes == {"learning_rate": 0.001}
        assert finding.evidence.values == pytest.approx((45.0, 5e8, 1e9), rel=1e-6)


def test_a_run_without_a_finite_loss_has_nothing_to_show(history: Callable[..., RunHistory]) -> None:
    run = history(status="diverged")
    broken = [terms._replace(reconstruction=None) for terms in run.training]
    assert divergence(replace(run, training=broken)) == []


def test_no_other_run_is_accused(history: Callable[..., RunHistory]) -> None:
    for status in ("queued", "running", "paused", "finished", "stopped", "failed", "interrupted"):
        run = history(status=status)
        assert divergence(run) == []
        assert divergence(replace(run, evaluations=run.evaluations[:1])) is None
