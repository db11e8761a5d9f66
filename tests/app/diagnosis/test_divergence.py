"""A diverged run is offered shorter steps, even before its first evaluation."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.diagnosis.course import Course
from app.diagnosis.divergence import divergence


def test_a_diverged_run_is_offered_shorter_steps(course: Callable[..., Course]) -> None:
    run = course({"learning_rate": 5}, status="diverged", training=(45.0, 1e9))
    early = replace(run, evaluations=run.evaluations[:1])
    for one in (run, early):
        (finding,) = divergence(one) or []
        assert finding.changes == {"learning_rate": 0.001}
        assert finding.evidence.values == pytest.approx((45.0, 5e8, 1e9), rel=1e-6)


def test_a_run_without_a_finite_loss_has_nothing_to_show(course: Callable[..., Course]) -> None:
    run = course(status="diverged")
    run.training.update(reconstruction=[None] * 3)
    assert divergence(run) == []


def test_no_other_run_is_accused(course: Callable[..., Course]) -> None:
    for status in ("queued", "running", "paused", "finished", "stopped", "failed", "interrupted"):
        run = course(status=status)
        assert divergence(run) == []
        assert divergence(replace(run, evaluations=run.evaluations[:1])) is None
