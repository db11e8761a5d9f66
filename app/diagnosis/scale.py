"""Whether a decoder that learns its scale has let it run away: to nothing, or beyond what a pixel can need. Pure."""

from math import exp, sqrt

from app.diagnosis.course import Changes, Course, Evidence, Finding
from app.text.numbers import format_number
from vae_core.config.limits import MIN_LOG_SCALE, SIGMA_BOUNDS

WIDEST = 0.5  # standard deviation of a number in [0, 1] (Popoviciu 1935): the constant ½ errs by no more
TIGHT = 2.0  # times the expected error: there each held-out pixel costs four times what the decoder reckons with


def scale(course: Course) -> list[Finding] | None:
    """At most one finding; None of a scale that is fixed, and before the first evaluation."""
    config = course.config
    seen = [row for row in course.seen if row["decoder_std"] is not None and row["mse_per_pixel"] is not None]
    if not config.family.scales or config.scale == "fixed" or not seen:
        return None
    expected, error = seen[-1]["decoder_std"], sqrt(seen[-1]["mse_per_pixel"])
    least, first = _deviation(course) * exp(MIN_LOG_SCALE), course.evaluations[0]["decoder_std"]
    known = (
        f"The decoder expects errors of {format_number(expected)} a pixel; on held-out images they are "
        f"{format_number(error)}."
    )
    history = tuple(row["decoder_std"] for row in seen)
    if expected < 1.1 * least:
        why = "This is the least that is allowed: some pixels never change, and their density would grow without end."
        evidence = Evidence(TITLE, history, least, "the least allowed")
        may = config.family.measure == "density"
        return [
            _finding(
                "The decoder's scale is at its limit", f"{known} {why}", evidence, course, DEQUANTISE if may else {}
            )
        ]
    if error > TIGHT * expected:
        why = "So sure of itself, it punishes every held-out error: the scale was fitted to training images by heart."
        evidence = Evidence(TITLE, history, error / TIGHT, "half the held-out error")
        return [_finding("The decoder's scale runs to 0", f"{known} {why}", evidence, course, _fitted(course, error))]
    if expected > WIDEST and first is not None and expected > first:
        why = "No pixel between 0 and 1 needs more than 0.5, the error of a constant grey, and the scale still grows."
        evidence = Evidence(TITLE, history, WIDEST, "the error of a constant grey")
        return [_finding("The decoder's scale grows", f"{known} {why}", evidence, course, _fitted(course, error))]
    return []


TITLE = "Error that the decoder expects, at each evaluation"
DEQUANTISE: Changes = {"dequantize": True}


def _fitted(course: Course, error: float) -> Changes:
    """A fixed scale of the held-out errors' size."""
    return {"scale": "fixed", "sigma": float(f"{max(SIGMA_BOUNDS[0], error / _deviation(course)):.3g}")}


def _deviation(course: Course) -> float:
    """The standard deviation at a scale of 1."""
    return course.config.family.deviation(**course.config.shape)


def _finding(title: str, message: str, evidence: Evidence, course: Course, changes: Changes) -> Finding:
    return Finding("scale", title, message, evidence, course.changed(changes))
