"""Whether the decoder's scale fits the errors that it makes: a fixed one, or one that has run away. Pure."""

from math import exp, sqrt

from app.diagnosis import codes
from app.diagnosis.collapse import collapse
from app.diagnosis.history import Changes, Evidence, Finding, RunHistory
from app.run_rules import LIVE
from app.text.numbers import number
from app.text.scale_fit import belief, cost
from vae_core.config.limits import MIN_LOG_SCALE, SIGMA_BOUNDS
from vae_core.theory.scale_fit import ScaleFit, scale_fit

WIDEST = 0.5  # standard deviation of a number in [0, 1] (Popoviciu 1935): the constant ½ errs by no more
TIGHT = 2.0  # times the expected error: there each held-out pixel costs four times what the decoder reckons with


def scale(history: RunHistory) -> list[Finding] | None:
    """At most one finding; None without a scale, before the first evaluation, and where `_fixed` is none."""
    errors = [
        (row.decoder_std, sqrt(row.mse_per_pixel))
        for row in history.evaluated
        if row.decoder_std is not None and row.mse_per_pixel is not None
    ]
    if not history.config.family.scales or not errors:
        return None
    return _fixed(history, errors) if history.config.scale == "fixed" else _learned(history, errors)


def _fixed(history: RunHistory, errors: list[tuple[float, float]]) -> list[Finding] | None:
    """A scale that is told, and the errors made; None of a plain autoencoder, and while pixels are counted.

    Nothing is said again of a cause that a collapse or the codes name, nor of errors that may yet shrink to it.
    """
    expected, error = errors[-1]
    pixels = history.statistics.train if history.statistics else None
    fit = scale_fit(history.config, expected, error**2, pixels)
    if fit is None or history.counting:
        return None
    shrinking = history.status in LIVE and history.evaluated[-1].step < history.config.total_steps / 2
    if not fit.off or (shrinking and not fit.wide) or collapse(history) or codes.blames_scale(history):
        return []
    evidence = Evidence(MADE, tuple(made for _, made in errors), expected, "expected by the decoder")
    title = f"The scale does not fit: it expects {number(fit.expected)} and makes {number(fit.error)}"
    return [history.finding("scale", title, _message(history, fit), evidence, fit.changes)]


def _message(history: RunHistory, fit: ScaleFit) -> str:
    config = history.config
    return f"{belief(config, fit.expected, fit.error)} {cost(fit, config.family.letter)}"


def _learned(history: RunHistory, errors: list[tuple[float, float]]) -> list[Finding]:
    """A scale that runs to nothing, or beyond what a pixel can need."""
    config = history.config
    expected, error = errors[-1]
    least, first = _deviation(history) * exp(MIN_LOG_SCALE), history.evaluations[0].decoder_std
    known = belief(config, expected, error)
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


MADE = "Error a pixel on held-out images, at each evaluation"
TITLE = "Error that the decoder expects, at each evaluation"
DEQUANTISE: Changes = {"dequantize": True}


def _fitted(history: RunHistory, error: float) -> Changes:
    """A fixed scale of the held-out errors' size."""
    return {"scale": "fixed", "sigma": float(f"{max(SIGMA_BOUNDS[0], error / _deviation(history)):.3g}")}


def _deviation(history: RunHistory) -> float:
    """The standard deviation at a scale of 1."""
    return history.config.family.deviation(**history.config.shape)
