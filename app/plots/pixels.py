"""What one pixel costs under each likelihood, in nats: x is its grey level in [0, 1], the rest the decoder's."""

from math import log, pi, sqrt

import numpy as np

from app.plots.curves import Array, curve, curves_figure, point
from app.plots.figure import Axis, Figure
from vae_core.theory.entropies import continuous_bernoulli_mean, log_integral

DECODED = 0.6  # x̂, the mean in the Gaussian's figure
GREY: Axis = {"title": {"text": "x, the pixel's grey level"}, "range": [0, 1]}


def gaussian_nats(x: Array, mean: float, sigma: float) -> Array:
    """−log N(x; mean, σ²)."""
    return (x - mean) ** 2 / (2 * sigma**2) + log(2 * pi * sigma**2) / 2


def bernoulli_nats(x: Array, p: Array) -> Array:
    """−x log p − (1 − x) log(1 − p), the cross-entropy, for p in (0, 1)."""
    return -x * np.log(p) - (1 - x) * np.log1p(-p)


def log_normaliser(eta: Array) -> Array:
    """log C, what the Bernoulli's formula lacks to be a density."""
    return np.logaddexp(0, eta) - log_integral(eta)


def gaussian_figure(sigma: float) -> Figure:
    """The density of a pixel around x̂, and its −log beside that of σ = √½."""
    x = np.linspace(-0.2, 1.2, 281)
    nats = gaussian_nats(x, DECODED, sigma)
    plain = gaussian_nats(x, DECODED, sqrt(0.5))
    traces = [
        curve("p(x|z)", x, np.exp(-nats), 1),
        curve(f"−log p at σ = {sigma:.2g}", x, nats, 1, "y2"),
        curve("−log p at σ = √½", x, plain, 0, "y2", "dash"),
    ]
    titles = ["density p(x|z)", "−log p(x|z), nats"]
    return curves_figure(traces, titles, {**GREY, "range": [-0.2, 1.2]}, [{"range": [0, 4.2]}, {"range": [-1.6, 6]}])


def white_pixel_figure() -> Figure:
    """A white pixel's cross-entropy and its squared error."""
    p = np.linspace(0.002, 0.998, 250)
    traces = [
        curve("cross-entropy −log p", p, bernoulli_nats(np.ones_like(p), p), 1),
        curve("squared error (1 − p)²", p, (1 - p) ** 2, 2, dash="dash"),
    ]
    axis = {"title": {"text": "p, what the decoder says"}, "range": [0, 1]}
    return curves_figure(traces, ["cost of a white pixel, nats"], axis, [{"rangemode": "tozero"}])


def grey_pixel_figure(x: float) -> Figure:
    """A grey pixel's cross-entropy over the decoder's p, and the least that any grey level leaves."""
    p = np.linspace(0.002, 0.998, 250)
    least = bernoulli_nats(p, p)
    best = np.clip(np.array([x]), 0.002, 0.998)
    traces = [
        curve(f"BCE at x = {x:.2g}", p, bernoulli_nats(np.full_like(p, x), p), 1),
        curve("its floor H(x), at p = x", p, least, 0, dash="dash"),
        point(float(best[0]), float(bernoulli_nats(np.array([x]), best)[0]), 1),
    ]
    axis = {"title": {"text": "p, what the decoder says"}, "range": [0, 1]}
    return curves_figure(traces, ["cost of the pixel, nats"], axis, [{"range": [0, 3]}])


def density_figure(parameter: float) -> Figure:
    """The Bernoulli's formula over grey levels, and the density that C makes of it; `parameter` is λ in (0, 1)."""
    x = np.linspace(0, 1, 201)
    eta = logit(np.array([parameter]))
    formula = np.exp(-bernoulli_nats(x, np.array([parameter])))
    traces = [
        curve("continuous Bernoulli", x, formula * np.exp(log_normaliser(eta)), 3),
        curve("Bernoulli's formula", x, formula, 1, dash="dash"),
    ]
    return curves_figure(traces, ["value at x"], GREY, [{"range": [0, 4.2]}])


def normaliser_figure(parameter: float) -> Figure:
    """The mean and log C over λ, and where `parameter` is."""
    share = np.linspace(0.001, 0.999, 333)
    here = np.array([parameter])
    traces = [
        curve("mean", share, continuous_bernoulli_mean(logit(share)), 3),
        curve("λ itself", share, share, 0, dash="dash"),
        curve("log C", share, log_normaliser(logit(share)), 4, "y2"),
        point(parameter, float(continuous_bernoulli_mean(logit(here))[0]), 3),
        point(parameter, float(log_normaliser(logit(here))[0]), 4, "y2"),
    ]
    axis = {"title": {"text": "λ, the decoder's parameter"}, "range": [0, 1]}
    y: list[Axis] = [{"range": [0, 1]}, {"rangemode": "tozero"}]
    return curves_figure(traces, ["mean of the pixel", "log C, nats"], axis, y)


def logit(share: Array) -> Array:
    """η = log λ/(1 − λ)."""
    return np.log(share) - np.log1p(-share)
