"""A diverged run is offered shorter steps, even before its first evaluation."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.diagnosis.diagnose import diagnose
from app.diagnosis.divergence import divergence
from app.diagnosis.history import RunHistory, TrainingTerms
from app.records import VitalsColumns


def test_a_diverged_run_is_offered_shorter_steps(history: Callable[..., RunHistory]) -> None:
    run = history({"learning_rate": 5}, status="diverged", training=(45.0, 1e9))
    early = replace(run, evaluations=run.evaluations[:1])
    for one in (run, early):
        (finding,) = divergence(one) or []
        assert finding.changes == {"learning_rate": 0.001}
        assert finding.evidence.values == pytest.approx((45.0, 5e8, 1e9), rel=1e-6)


def vitals(norms: list[float | None]) -> VitalsColumns:
    steps = list(range(1, len(norms) + 1))
    return VitalsColumns(run=1, step=steps, grad_norm=norms, learning_rate=[1.0] * len(steps), memory=[1] * len(steps))


def course(history: Callable[..., RunHistory], kl: list[float | None], norms: list[float | None]) -> RunHistory:
    """A run of twenty good steps and as many more as `kl` and `norms` have beyond those."""
    terms = [
        TrainingTerms(step, 25.0 - 0.1 * step if step <= 20 else 30.0, value) for step, value in enumerate(kl, start=1)
    ]
    return replace(history({"learning_rate": 0.5}, status="diverged"), training=terms, vitals=vitals(norms))


GOOD_KL: list[float | None] = [2.0] * 20
GOOD_NORMS: list[float | None] = [4.0, 6.0] * 10


@pytest.mark.parametrize(
    ("kl", "norms", "lead"),
    [
        ([3.0, 1e9, None], [5.0, 5.0, 1e12], "The KL blew up first, from 2.00 to 1.00×10⁹ at step 22."),
        ([3.0, 1e9, None], [700.0, 8e3, None], "The gradient's norm blew up first, from 6.00 to 700 at step 21."),
        (
            [3.0, None],
            [5.0, None],
            "At step 22 these blew up together: the KL, from 2.00 to no finite number; the",
        ),
        ([3.0, 4.0, None], [5.0, 5.0, 5.0], "The KL blew up, from 2.00 to no finite number at step 23."),
    ],
)
def test_what_blew_up_first_is_named_with_its_numbers(
    history: Callable[..., RunHistory], kl: list[float | None], norms: list[float | None], lead: str
) -> None:
    (finding,) = divergence(course(history, GOOD_KL + kl, GOOD_NORMS + norms)) or []
    assert finding.message.startswith(lead)
    assert "The loss was least at step 20." in finding.message


def test_the_gradient_is_clipped_at_its_usual_norm(history: Callable[..., RunHistory]) -> None:
    run = course(history, [*GOOD_KL, None], [*GOOD_NORMS, None])
    (finding,) = divergence(run) or []
    assert [(remedy.changes, remedy.sibling) for remedy in finding.others] == [
        ({"grad_clip": 5.0}, "/runs/new?from=1&grad_clip=5")
    ]
    (short,) = divergence(replace(run, vitals=vitals(GOOD_NORMS[:3]))) or []
    assert short.others[0].changes == {"grad_clip": 1.0}
    clipped = replace(run, config=replace(run.config, grad_clip=2.0))
    assert (divergence(clipped) or [])[0].others[0].changes == {"grad_clip": 0.2}


def test_one_that_diverged_before_any_evaluation_is_mended_too(history: Callable[..., RunHistory]) -> None:
    run = course(history, [2.0, None], [4.0, None])
    diagnosis = diagnose(replace(run, evaluations=run.evaluations[:1]))
    assert (diagnosis.step, diagnosis.checked) == (None, ("finite losses",))
    assert diagnosis.findings[0].message.startswith("At step 2 these blew up together: the KL, from 2.00 to no finite")


def test_a_run_without_a_finite_loss_has_nothing_to_show(history: Callable[..., RunHistory]) -> None:
    run = history(status="diverged")
    broken = [terms._replace(reconstruction=None) for terms in run.training]
    assert divergence(replace(run, training=broken)) == []


def test_no_other_run_is_accused(history: Callable[..., RunHistory]) -> None:
    for status in ("queued", "running", "paused", "finished", "stopped", "failed", "interrupted"):
        run = history(status=status)
        assert divergence(run) == []
        assert divergence(replace(run, evaluations=run.evaluations[:1])) is None
