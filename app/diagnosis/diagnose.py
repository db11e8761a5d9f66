"""Every check that a run's records allow, and what they find. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from app.diagnosis.codes import log_variance, prior
from app.diagnosis.collapse import collapse
from app.diagnosis.divergence import divergence
from app.diagnosis.history import Finding, RunHistory
from app.diagnosis.overfitting import overfitting
from app.diagnosis.scale import scale
from vae_core.schema import DESCRIBED

CHECKS: dict[str, Callable[[RunHistory], list[Finding] | None]] = {  # each is None while it cannot say anything
    "finite losses": divergence,
    "live units": collapse,
    "the decoder's scale": scale,
    "the encoder's log-variance": log_variance,
    "codes against the prior": prior,
    "held-out against training": overfitting,
}


@dataclass(frozen=True)
class Diagnosis:
    """What was checked, up to which evaluation, and what is wrong."""

    __pydantic_config__ = DESCRIBED

    run: int
    """The run's number."""
    step: int | None
    """Of the last evaluation; null before the first one after a step, when only a run that diverged is checked."""
    checked: tuple[str, ...]
    """The checks that the records of the run allow so far."""
    findings: tuple[Finding, ...]
    """What is wrong, the most serious first."""


def diagnose(history: RunHistory) -> Diagnosis:
    """Judge a run by its records."""
    if not history.evaluated and history.status != "diverged":
        return Diagnosis(history.run, None, (), ())
    results = {name: check(history) for name, check in CHECKS.items()}
    return Diagnosis(
        history.run,
        history.evaluated[-1].step if history.evaluated else None,
        tuple(name for name, findings in results.items() if findings is not None),
        tuple(finding for findings in results.values() for finding in findings or ()),
    )
