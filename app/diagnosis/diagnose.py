"""Every check that a run's records allow, and what they find. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from app.diagnosis.codes import log_variance, prior
from app.diagnosis.collapse import collapse
from app.diagnosis.course import Course, Finding
from app.diagnosis.divergence import divergence
from app.diagnosis.overfitting import overfitting
from app.diagnosis.scale import scale

CHECKS: dict[str, Callable[[Course], list[Finding] | None]] = {  # each is None while it cannot say anything
    "finite losses": divergence,
    "live units": collapse,
    "the decoder's scale": scale,
    "the encoder's log-variance": log_variance,
    "codes against the prior": prior,
    "held-out against training": overfitting,
}


@dataclass(frozen=True)
class Diagnosis:
    """What was looked at, up to which evaluation, and what is wrong: the gravest first."""

    step: int | None  # of the last evaluation; None before the first one after a step, when nothing is said
    checked: tuple[str, ...]
    findings: tuple[Finding, ...]


def diagnose(course: Course) -> Diagnosis:
    """Judge a run by its records."""
    if not course.seen:
        return Diagnosis(None, (), ())
    found = {name: check(course) for name, check in CHECKS.items()}
    return Diagnosis(
        course.seen[-1]["step"],
        tuple(name for name, findings in found.items() if findings is not None),
        tuple(finding for findings in found.values() for finding in findings or ()),
    )
