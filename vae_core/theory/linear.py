"""Linear theory: what a linear decoder can reach, and how many of its latent units stay alive. No torch here.

λ_i are the eigenvalues of Cov x, largest first, D the pixels and Z the latent dimensions. With a fixed σ and the weight
β on the KL, unit i of a linear VAE is alive exactly if λ_i > βσ², and then carries ½ log(λ_i / βσ²) nats (Lucas et al.
2019, arXiv:1911.02469). With β = 1 and a learned σ its optimum is that of probabilistic PCA (Tipping and Bishop 1999).

A Bernoulli decoder stays at the mean image m where a small unit does not pay. To second order in its weights w, a unit
gains ½(wᵀΣw / β − wᵀVw) nats of cross-entropy and KL with Σ = Cov x and V = diag m(1 − m), the curvature of the BCE. So
unit i is alive if the eigenvalue λ_i of Σ relative to V is above β. Of deep networks all of this is an approximation.
"""

from dataclasses import dataclass
from math import log, pi, sqrt

import numpy as np

from vae_core.config.families import Family
from vae_core.config.train_config import TrainConfig
from vae_core.theory.convention import implied
from vae_core.theory.pixel_statistics import Array, Pixels


@dataclass(frozen=True)
class LinearOptimum:
    """Where training of a linear Gaussian VAE ends: its σ, its KL in nats per image, and its squared error a pixel."""

    sigma: float
    kl: float
    mse: float


def live_units(config: TrainConfig, pixels: Pixels) -> int | None:
    """How many of the latent units linear theory expects alive at the end of training on `pixels`.

    None where it has no answer: other decoders, a scale for every pixel, a loss that is not −log p and a weighted KL,
    and free bits, which keep units alive that would die.
    """
    beta = implied(config).beta
    if beta is None or config.free_bits > 0:
        return None
    if config.family.error == "bce":
        return _above(pixels.logit_spectrum, beta, config.latent_dim)
    if config.family.error != "sse" or config.scale == "per_pixel":
        return None
    if config.scale == "fixed":
        return _above(pixels.spectrum, beta * config.sigma**2, config.latent_dim)
    return _live_with_learned_sigma(pixels.spectrum, beta, config.latent_dim)


def largest_eigenvalue(config: TrainConfig, pixels: Pixels) -> tuple[float, float]:
    """λ₁, and what it must exceed for a first unit to live: β of a Bernoulli, βσ² of a Gaussian.

    A learned σ² is the mean image's, Σ λ_i / D, as long as no unit lives.
    """
    largest, beta = float(eigenvalues(config.family, pixels)[0]), implied(config).beta or 0.0
    if config.family.error == "bce":
        return largest, beta
    return largest, beta * (config.sigma**2 if config.scale == "fixed" else float(pixels.spectrum.mean()))


def weight_name(config: TrainConfig) -> str:
    """What an eigenvalue must exceed, in symbols."""
    return "β" if config.family.error == "bce" else "βσ²"


def eigenvalues(family: Family, pixels: Pixels) -> Array:
    """Those that decide for a decoder, largest first: of Σ relative to V for a Bernoulli, else of Σ itself."""
    return pixels.logit_spectrum if family.error == "bce" else pixels.spectrum


def rates(spectrum: Array, threshold: float, units: int) -> Array:
    """½ log(λ_i / βσ²) in nats, the KL of each of `units` latent dimensions, 0 of a dead one: [units]."""
    alive = spectrum[:units][spectrum[:units] > threshold]
    return np.pad(0.5 * np.log(alive / threshold), (0, units - len(alive)))


def linear_optimum(config: TrainConfig, pixels: Pixels) -> LinearOptimum | None:
    """The optimum of a linear decoder under this configuration's σ and weights, on `pixels`.

    With z sampled, a direction whose unit lives leaves the error βσ², any other its λ. None where `live_units` has no
    answer, of other decoders than a Gaussian, and where nothing is left to a learned σ.
    """
    if config.family.error != "sse" or (k := live_units(config, pixels)) is None:
        return None
    spectrum, D, beta = pixels.spectrum, pixels.dimensions, implied(config).beta or 0.0
    rest = float(spectrum[k:].sum())
    variance = config.sigma**2 if config.scale == "fixed" else rest / (D - beta * k)
    threshold = beta * variance
    if threshold <= 1e-9:
        return None
    kl = float(rates(spectrum, threshold, k).sum())
    return LinearOptimum(sqrt(variance), kl, (k * threshold + rest) / D)


def fixed_optimum(pixels: Pixels, sigma: float, units: int) -> float:
    """The least −ELBO, nats per image, of a linear Gaussian decoder with this σ: no such decoder does better.

    The collapsed decoder's, less ½(λ/σ² − 1 − log(λ/σ²)) for each unit that is alive at β = 1.
    """
    ratios = pixels.spectrum[:units] / sigma**2
    ratios = ratios[ratios > 1]
    gains = 0.5 * (ratios - 1 - np.log(ratios))
    return _constant(pixels.dimensions, sigma**2) + float(pixels.spectrum.sum()) / (2 * sigma**2) - float(gains.sum())


def ppca(pixels: Pixels, units: int) -> tuple[float, float] | None:
    """σ² and −log p(x), nats per image, of probabilistic PCA: the optimum of a linear VAE that learns its σ.

    σ² is the mean of the eigenvalues left out; None where nothing is left out, and the density has no limit.
    """
    spectrum, D = pixels.spectrum, pixels.dimensions
    variance = float(spectrum[units:].mean()) if units < D else 0.0
    if variance <= 1e-9:
        return None
    logs = float(np.log(spectrum[:units]).sum()) + (D - units) * log(variance)
    return variance, 0.5 * (D * log(2 * pi) + logs + D)


def _above(spectrum: Array, threshold: float, units: int) -> int:
    return min(int((spectrum > threshold).sum()), units)


def _live_with_learned_sigma(spectrum: Array, beta: float, units: int) -> int:
    """The largest k whose own best σ² = (Σ_{i>k} λ_i) / (D − βk) still leaves λ_k > βσ²."""
    D = len(spectrum)
    for k in range(min(units, D - 1), 0, -1):
        if beta * k < D and spectrum[k - 1] > beta * spectrum[k:].sum() / (D - beta * k):
            return k
    return 0


def _constant(dimensions: int, variance: float) -> float:
    """(D/2) log 2πσ², what a Gaussian's −log p keeps at a perfect reconstruction."""
    return dimensions / 2 * log(2 * pi * variance)
