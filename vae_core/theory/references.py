"""Values to see a curve against: what a collapsed model, a perfect one and the best linear one would reach. No torch.

All are nats per image on the held-out images, in the unit of the run's own −ELBO and reconstruction. D is the pixels of
an image, Z the latent dimensions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, log, pi

import numpy as np

from vae_core.config.train_config import SCALED, TrainConfig
from vae_core.schema import DESCRIBED
from vae_core.theory.entropies import bernoulli, continuous_bernoulli
from vae_core.theory.linear import fixed_optimum, ppca
from vae_core.theory.pixel_statistics import LEVELS, Array, Pixels

LEAST_SCALE = exp(-6)  # the likelihoods' own limit for a learned scale
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
    found = (*_collapsed(config, pixels), *_floor(config, pixels), *_linear(config, pixels))
    if config.model == "ae":
        return [reference for reference in found if "reconstruction" in reference.fields]
    return list(found)


def _collapsed(config: TrainConfig, pixels: Pixels) -> Iterator[Reference]:
    """The best decoder that ignores its code."""
    value = collapsed(config, pixels)
    if value is not None:
        best = "median" if config.likelihood == "laplace" else "mean"
        scale = f", with {BEST[config.scale]}" if config.likelihood in SCALED and config.scale in BEST else ""
        how = f"The {best} image for every held-out image{scale}, and KL 0: the best that ignores its code."
        yield Reference("collapsed", value, BOTH, how)


def collapsed(config: TrainConfig, pixels: Pixels) -> float | None:
    """−log p of the best constant image, nats; None for the discretised logistic, which has no formula for it."""
    match config.likelihood:
        case "bernoulli":
            return float(bernoulli(pixels.mean).sum())
        case "continuous_bernoulli":
            return float(continuous_bernoulli(pixels.mean).sum())
        case "gaussian":
            return _located(config, pixels.variance, power=2, constant=0.5 * log(2 * pi))
        case "laplace":
            return _located(config, pixels.deviation, power=1, constant=log(2))
    return None


def _located(config: TrainConfig, residuals: Array, power: int, constant: float) -> float:
    """Σ r/(p s^p) + log s + constant over the pixels' mean residuals r = E|x − loc|^p, at the declared or best s."""
    best = residuals if config.scale == "per_pixel" else residuals.mean()
    scale = config.sigma if config.scale == "fixed" else np.maximum(best ** (1 / power), LEAST_SCALE)
    return float((residuals / (power * scale**power) + np.log(scale) + constant).sum())


def _floor(config: TrainConfig, pixels: Pixels) -> Iterator[Reference]:
    """What no model of this likelihood can pass on these pixels, whatever its network."""
    D, learned = pixels.dimensions, config.scale != "fixed"
    match config.likelihood:
        case "bernoulli" if config.binarize == "none":
            how = "The entropy of the grey levels, Σ H(x): what the BCE leaves when every image is decoded as it is."
            yield Reference("floor", pixels.entropy, BOTH, how)
        case "bernoulli" if pixels.entropy > 0:
            how = "Chance made the pixels black or white: who knew their grey levels would still pay Σ H(x)."
            yield Reference("floor", pixels.entropy, BOUND, how)
        case "bernoulli" | "discretized_logistic":
            yield Reference("floor", 0.0, BOTH, "A probability is at most 1, so its −log is at least 0.")
        case "gaussian" | "laplace" if not learned:
            formula = "(D/2) log 2πσ²" if config.likelihood == "gaussian" else "D log 2b"
            each = 0.5 * log(2 * pi * config.sigma**2) if config.likelihood == "gaussian" else log(2 * config.sigma)
            how = f"{formula}: what noise of this fixed scale leaves at a perfect reconstruction."
            yield Reference("floor", D * each, BOTH, how)
        case _ if config.dequantize:
            how = "−D log 256: no density gives noise that is uniform over a grey level more than 256 a pixel."
            yield Reference("floor", -D * log(LEVELS), BOUND, how)


def _linear(config: TrainConfig, pixels: Pixels) -> Iterator[Reference]:
    """Probabilistic PCA, where the decoder is a Gaussian with one scale."""
    if config.likelihood != "gaussian" or config.scale == "per_pixel":
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
