"""The figures of the page Explain, each with the sentence and the table that say the same. Pure."""

from dataclasses import dataclass
from functools import lru_cache
from math import exp, log, sqrt
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, Field

from app.plots.curves import curves_table
from app.plots.figure import Figure
from app.plots.pixels import (
    density_figure,
    gaussian_figure,
    grey_pixel_figure,
    log_normaliser,
    logit,
    normaliser_figure,
    white_pixel_figure,
)
from app.plots.tradeoffs import balance_figure, implied_figure, kl_figure, noise_figure, spectrum_figure
from app.text.markdown_tables import Grid
from app.text.numbers import format_number as _text
from vae_core.datasets.facts import FACTS
from vae_core.theory.convention import Weights, gaussian_weights
from vae_core.theory.entropies import bernoulli, continuous_bernoulli_mean
from vae_core.theory.pixel_statistics import Pixels

PIXELS, ERROR, KL = 784, 0.1, 25.0  # an image of MNIST's size, its error a pixel and its KL, as trained VAEs have them
WIDTHS = (0.05, 0.1, 0.25, 0.5, sqrt(0.5), 1.0)  # of the decoder, in the table of weights
DIRECTIONS = 20  # of the spectrum, in its table


def _slider(default: float, label: str, low: float, high: float, step: float) -> Any:
    return Field(default, title=label, ge=low, le=high, allow_inf_nan=False, json_schema_extra={"step": step})


class Controls(BaseModel):
    """Where the sliders stand: the page's address, its form and its figures share these."""

    mean: float = _slider(1.2, "Mean μ of q(z|x)", -3, 3, 0.1)
    sd: float = _slider(0.5, "Standard deviation σ of q(z|x)", 0.2, 2, 0.05)
    sigma: float = _slider(0.25, "σ of the decoder", 0.1, 1, 0.01)
    grey: float = _slider(0.3, "Grey level x of the pixel", 0, 1, 0.05)
    parameter: float = _slider(0.8, "λ, the decoder's parameter", 0.02, 0.98, 0.02)
    dataset: Literal["digits", "mnist", "fashion-mnist"] = Field(default="digits", title="Images")
    power: float = _slider(0, "Weight of the KL, as a power of ten", -5, 2, 0.25)
    width: float = _slider(0.3, "σ of the decoder, β = 1", 0.02, 1.5, 0.02)


@dataclass(frozen=True)
class Exhibit:
    """A figure, what it shows in a sentence, its numbers, and the sliders that it answers to."""

    title: str
    figure: Figure | None
    summary: str
    table: dict[str, Any]
    sliders: tuple[str, ...] = ()


def exhibits(at: Controls, noise: tuple[Grid, ...], pixels: Pixels | None, why: str = "") -> dict[str, Exhibit]:
    """Every exhibit by its name; without the training images' `pixels` the spectrum's figure is None, and says why.

    Most are kept for the next request: plotly takes its time over a figure, and one slider moves one or two of them.
    """
    return {
        "kl": _kl(at.mean, at.sd),
        "gaussian": _gaussian(at.sigma),
        "balance": _balance(at.sigma),
        "white": _white(),
        "grey": _grey(at.grey),
        "density": _density(at.parameter),
        "normaliser": _normaliser(at.parameter),
        "noise": _noise(noise),
        "implied": _implied(at.dataset, at.power),
        "spectrum": _spectrum(at, pixels, why),
    }


_kept = lru_cache(maxsize=64)


@_kept
def _kl(mean: float, sd: float) -> Exhibit:
    nats = (mean**2 + sd**2 - 1 - log(sd**2)) / 2
    summary = (
        f"A code of N({_text(mean)}, {_text(sd)}²) costs {_text(nats)} nats, {_text(nats / log(2))} bits: as much "
        "as it tells about the image. Only the prior itself costs nothing."
    )
    return _exhibit("The price of one latent dimension", kl_figure(mean, sd), summary, "mean", "sd")


@_kept
def _gaussian(sigma: float) -> Exhibit:
    weight = gaussian_weights(sigma).reconstruction
    summary = (
        f"With σ = {_text(sigma)} the loss is {_text(weight)} · SSE + KL, plus a constant: the same as SSE + "
        f"{_text(1 / weight)} · KL. A pixel that is off by {ERROR} costs {_text(weight * ERROR**2)} nats more than a "
        "perfect one."
    )
    return _exhibit("A pixel under a Gaussian", gaussian_figure(sigma), summary, "sigma")


@_kept
def _balance(sigma: float) -> Exhibit:
    error = gaussian_weights(sigma).reconstruction * PIXELS * ERROR**2
    summary = (
        f"An image of {PIXELS} pixels, each off by {ERROR}, whose code carries {_text(KL)} nats: at σ = {_text(sigma)} "
        f"the error makes {_text(100 * error / (error + KL))}\u00a0% of the two."
    )
    table = {"head": ["part", "nats"], "rows": [["error", error], ["KL", KL]]}
    return Exhibit("How σ weighs the two terms", balance_figure(error, KL), summary, table)


@_kept
def _white() -> Exhibit:
    summary = (
        "At p = 0.01, confident and wrong, the cross-entropy is 4.61 nats and the squared error 0.98. The "
        "cross-entropy grows without end, the squared error ends at 1."
    )
    return _exhibit("A white pixel under a Bernoulli", white_pixel_figure(), summary)


@_kept
def _grey(x: float) -> Exhibit:
    summary = (
        f"A pixel of grey level {_text(x)} costs least where p is {_text(x)}: even there it costs "
        f"{_text(float(bernoulli(np.array(x))))} nats. Only black and white can cost nothing."
    )
    return _exhibit("A grey pixel under a Bernoulli", grey_pixel_figure(x), summary, "grey")


@_kept
def _density(parameter: float) -> Exhibit:
    missing = float(log_normaliser(logit(np.array(parameter))))
    summary = (
        f"With λ = {_text(parameter)} the area under the Bernoulli's formula is {_text(exp(-missing))} and not 1: the "
        f"cross-entropy lacks log C = {_text(missing)} nats a pixel."
    )
    return _exhibit("The same formula as a density", density_figure(parameter), summary, "parameter")


@_kept
def _normaliser(parameter: float) -> Exhibit:
    mean = float(continuous_bernoulli_mean(logit(np.array(parameter))))
    summary = (
        f"At λ = {_text(parameter)}, where the slider above stands, the mean of the pixel is {_text(mean)}. log C is "
        "least at λ = ½, where it is log 2 = 0.693, and grows without end towards 0 and 1."
    )
    return _exhibit("What C does", normaliser_figure(parameter), summary)


@_kept
def _noise(grids: tuple[Grid, ...]) -> Exhibit:
    summary = (
        "From one line to the next there are more images, which gains more than the same step to the right, to more "
        "samples; the decoder's lines hardly rise at all."
    )
    rows = [[f"{grid.title.split(',')[0]}, {row[0]}", *row[1:]] for grid in grids for row in grid.rows]
    table = {"head": ["images", *grids[0].head[1:]], "rows": rows}
    return Exhibit("Signal-to-noise ratio of a step's gradient", noise_figure(grids), summary, table)


@_kept
def _implied(dataset: str, power: float) -> Exhibit:
    D, weight = FACTS[dataset].dimensions, 10**power
    mean = Weights(1 / D, weight)
    summary = (
        f"Squares summed plus {_text(weight)} · KL imply σ = {_text(Weights(1, weight).gaussian_sigma)}; averaged over "
        f"{D} pixels, σ = {_text(mean.gaussian_sigma)}. A cross-entropy averaged like this implies β = "
        f"{_text(mean.bernoulli_beta)}."
    )
    return _exhibit("The σ that hides in a weight", implied_figure(D, weight), summary, "dataset", "power")


def _spectrum(at: Controls, pixels: Pixels | None, why: str) -> Exhibit:
    title, threshold = "Which directions are worth a latent unit", at.width**2
    if pixels is None:
        return Exhibit(title, None, why, {"head": [], "rows": []}, ("width",))
    alive, D = int((pixels.spectrum > threshold).sum()), pixels.dimensions
    summary = (
        f"{FACTS[at.dataset].title}: at σ = {_text(at.width)} and β = 1, {alive} of {D} directions vary by more than "
        f"βσ² = {_text(threshold)}. By linear theory no further latent unit pays for its KL."
    )
    figure = spectrum_figure(pixels.spectrum, threshold)
    return Exhibit(title, figure, summary, curves_table(figure, DIRECTIONS), ("width",))


def _exhibit(title: str, figure: Figure, summary: str, *sliders: str) -> Exhibit:
    return Exhibit(title, figure, summary, curves_table(figure), sliders)


def widths_table() -> list[tuple[float, ...]]:
    """For some σ: the factor before SSE, the KL's weight if SSE had none, an error's cost, and a pixel's constant."""
    weights = {sigma: gaussian_weights(sigma).reconstruction for sigma in WIDTHS}
    return [
        (sigma, weight, 1 / weight, weight * ERROR**2, log(np.pi / weight) / 2) for sigma, weight in weights.items()
    ]
