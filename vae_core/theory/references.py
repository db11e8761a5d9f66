"""Values to see a curve against: what a collapsed model, a perfect one and the best linear one would reach. No torch.

All are nats per image on the held-out images, in the unit of the run's own −ELBO and reconstruction. D is the pixels of
an image, Z the latent dimensions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, log

import numpy as np

from vae_core.config.limits import MIN_LOG_SCALE
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import LEVELS
from vae_core.schema import DESCRIBED
from vae_core.theory.entropies import bernoulli, continuous_bernoulli
from vae_core.theory.linear import fixed_optimum, ppca
from vae_core.theory.pixel_statistics import Array, Pixels

BEST = {"shared": "its best scale", "optimal": "its best scale", "per_pixel": "the best scale of each pixel"}
BOTH, BOUND = ("negative_elbo", "reconstruction"), ("negative_elbo",)


@dataclass(frozen=True)
class Reference:
    """A value to compare a run's curves with."""

    __pydantic_config__ = DESCRIBED

    name: str
    """In a word or two."""
    value: float
    """Nats per image."""
    fields: tuple[str, ...]
    """The curves that it belongs to."""
    how: str
    """How it is computed, in one sentence."""


def references(config: TrainConfig, pixels: Pixels) -> list[Reference]:
    """Every reference that this configuration has, on the held-out `pixels` as its likelihood sees them.

    A plain autoencoder has no −ELBO, so only those of its reconstruction.
    """
    lines = (*_collapsed(config, pixels), *_floor(config, pixels), *_linear(config, pixels))
    if config.model == "ae":
        return [reference for reference in lines if "reconstruction" in reference.fields]
    return list(lines)


def _collapsed(config: TrainConfig, pixels: Pixels) -> Iterator[Reference]:
    """The best decoder that ignores its code."""
    value = collapsed(config, pixels)
    if value is not None:
        best = "median" if config.family.error == "l1" else "mean"
        scale = f", with {BEST[config.scale]}" if config.family.scales and config.scale in BEST else ""
        how = f"The {best} image for every held-out image{scale}, and KL 0: the best that ignores its code."
        yield Reference("collapsed", value, BOTH, how)


def collapsed(config: TrainConfig, pixels: Pixels) -> float | None:
    """−log p of the best constant image, nats; None of a likelihood without a formula for it."""
    match config.family.error:
        case "bce":
            return float(bernoulli(pixels.mean).sum())
        case "sse":
            return _located(config, pixels.variance, power=2)
        case "l1":
            return _located(config, pixels.deviation, power=1)
    return float(continuous_bernoulli(pixels.mean).sum()) if config.likelihood == "continuous_bernoulli" else None


def _located(config: TrainConfig, residuals: Array, power: int) -> float:
    """Σ r/(p s^p) + log s + constant over the pixels' mean residuals r = E|x − loc|^p, at the declared or best s."""
    best = residuals if config.scale == "per_pixel" else residuals.mean()
    scale = config.sigma if config.scale == "fixed" else np.maximum(best ** (1 / power), exp(MIN_LOG_SCALE))
    return float((residuals / (power * scale**power) + np.log(scale) + config.family.constant()).sum())


def _floor(config: TrainConfig, pixels: Pixels) -> Iterator[Reference]:
    """What no model of this likelihood can pass on these pixels, whatever its network."""
    D, family = pixels.dimensions, config.family
    match family.measure:
        case "bound" if config.binarize == "none":
            how = "The entropy of the grey levels, Σ H(x): what the BCE leaves when every image is decoded as it is."
            yield Reference("floor", pixels.entropy, BOTH, how)
        case "bound" if pixels.entropy > 0:
            how = "Chance made the pixels black or white: a model that knew their grey levels would still pay Σ H(x)."
            yield Reference("floor", pixels.entropy, BOUND, how)
        case "bound" | "probability":
            yield Reference("floor", 0.0, BOTH, "A probability is at most 1, so its −log is at least 0.")
        case "density" if family.floor and config.scale == "fixed":
            each = family.constant(**config.shape) + log(config.sigma)
            how = (
                f"{family.floor} at the declared {family.letter} = {config.sigma:.4g}, which the curves are of: what "
                "noise of this scale leaves at a perfect reconstruction."
            )
            yield Reference("floor", D * each, BOTH, how)
        case "density" if config.dequantize:
            how = "−D log 256: no density gives noise that is uniform over a grey level more than 256 a pixel."
            yield Reference("floor", -D * log(LEVELS), BOUND, how)


def _linear(config: TrainConfig, pixels: Pixels) -> Iterator[Reference]:
    """Probabilistic PCA, where the decoder is a Gaussian with one scale."""
    if config.family.error != "sse" or config.scale == "per_pixel":
        return
    value: float | None
    if config.scale == "fixed":
        value, scale = fixed_optimum(pixels, config.sigma, config.latent_dim), f"σ = {config.sigma:.4g}"
    else:
        optimum = ppca(pixels, config.latent_dim)
        value, scale = (optimum[1], f"σ = {optimum[0] ** 0.5:.4g}, its best") if optimum else (None, "")
    if value is not None:
        how = (
            f"Probabilistic PCA of the held-out images with {config.latent_dim} dimensions and {scale}: "
            "the least −ELBO of any linear decoder."
        )
        yield Reference("linear optimum", value, BOUND, how)
