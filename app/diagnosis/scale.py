"""Whether a decoder that learns its scale has let it run away: to nothing, or beyond what a pixel can need. Pure."""

from math import exp, sqrt

from app.diagnosis.history import Changes, Evidence, Finding, RunHistory
from app.text.numbers import format_number
from vae_core.config.limits import MIN_LOG_SCALE, SIGMA_BOUNDS

WIDEST = 0.5  # standard deviation of a number in [0, 1] (Popoviciu 1935): the constant ½ errs by no more
TIGHT = 2.0  # times the expected error: there each held-out pixel costs four times what the decoder reckons with


def scale(history: RunHistory) -> list[Finding] | None:
    """At most one finding; None of a scale that is fixed, and before the first evaluation."""
    config = history.config
    errors = [
        (row.decoder_std, sqrt(row.mse_per_pixel))
        for row in history.evaluated
        if row.decoder_std is not None and row.mse_per_pixel is not None
    ]
    if not config.family.scales or config.scale == "fixed" or not errors:
        return None
    expected, error = errors[-1]
    least, first = _deviation(history) * exp(MIN_LOG_SCALE), history.evaluations[0].decoder_std
    known = (
        f"The decoder expects errors of {format_number(expected)} a pixel; on held-out images they are "
        f"{format_number(error)}."
    )
    values = tuple(deviation for deviation, _ in errors)
    if expected < 1.1 * least:
        why = "This is the least that is allowed: some pixels never change, and their density would grow without end."
        evidence = Evidence(TITLE, values, least, "the least allowed")
        may = config.family.measure == "density"
        return [
            history.finding(
                "scale", "The decoder's scale is at its limit", f"{known} {why}", evidence, DEQUANTISE if may else {}
            )
        ]
    if error > TIGHT * expected:
        why = "A decoder that is so sure punishes every held-out error: its scale fits training images only."
        evidence = Evidence(TITLE, values, error / TIGHT, "half the held-out error")
        return [
            history.finding(
                "scale", "The decoder's scale runs to 0", f"{known} {why}", evidence, _fitted(history, error)
            )
        ]
    if expected > WIDEST and first is not None and expected > first:
        why = "No pixel between 0 and 1 needs more than 0.5, the error of a constant grey, but the scale still grows."
        evidence = Evidence(TITLE, values, WIDEST, "the error of a constant grey")
        return [
            history.finding("scale", "The decoder's scale grows", f"{known} {why}", evidence, _fitted(history, error))
        ]
    return []


TITLE = "Error that the decoder expects, at each evaluation"
DEQUANTISE: Changes = {"dequantize": True}


def _fitted(history: RunHistory, error: float) -> Changes:
    """A fixed scale of the held-out errors' size."""
    return {"scale": "fixed", "sigma": float(f"{max(SIGMA_BOUNDS[0], error / _deviation(history)):.3g}")}


def _deviation(history: RunHistory) -> float:
    """The standard deviation at a scale of 1."""
    return history.config.family.deviation(**history.config.shape)
