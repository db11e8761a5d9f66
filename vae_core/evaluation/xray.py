"""The likelihood X-ray: one decoder, its images and its z, scored as if its outputs were other families' parameters.

Whatever it was trained with, a decoder gives every pixel a mean, and each family has parameters of that mean. Read so,
losses that cannot be compared become terms in one unit, and what a wrong reading costs becomes a number: the binary
cross-entropy learns means, which are not the λ of a continuous Bernoulli (Loaiza-Ganem and Cunningham 2019,
arXiv:1907.06845).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from math import log, sqrt
from typing import Literal

import torch
from torch import Tensor

from vae_core.evaluation.decoded import decode_all
from vae_core.evaluation.heldout import HALF_GREY
from vae_core.evaluation.levels import has_levels, is_binary, log_levels
from vae_core.model.elbo import kl_per_dim
from vae_core.model.likelihoods import Likelihood
from vae_core.model.likelihoods.bernoulli import Bernoulli
from vae_core.model.likelihoods.continuous_bernoulli import ContinuousBernoulli
from vae_core.model.likelihoods.gaussian import Gaussian
from vae_core.model.likelihoods.pixels import to_unit
from vae_core.model.vae import VAE
from vae_core.report import Reading

FIT = 10_000  # training images, spread over the split, that σ is fitted on
HALF_LEVEL = 1 / 512  # the mean of a dequantised pixel that is always black: no pixel's is nearer to 0


@dataclass(frozen=True)
class Reader:
    """One way to score a decoder's outputs."""

    name: str
    likelihood: Likelihood
    parameters: Callable[[Tensor], Tensor]  # the decoder's outputs [1, B, P·D] as this likelihood's
    pixels: Literal["own", "grey", "dequantized"]  # as the model was trained, y/255, (y + U)/256
    scale: float | None = None


@dataclass(frozen=True)
class Score:
    """A reading of each image by itself: float64 [N], nats and bits."""

    reader: Reader
    reconstruction: Tensor
    kl: Tensor | None
    bits_per_dim: Tensor | None

    @property
    def negative_elbo(self) -> Tensor | None:
        """With the model's own KL; None for a plain autoencoder."""
        return None if self.kl is None else self.reconstruction + self.kl

    @property
    def reading(self) -> Reading:
        """Means over the images and their standard errors."""
        reconstruction, se = _mean(self.reconstruction)
        bound, bound_se = (None, None) if self.negative_elbo is None else _mean(self.negative_elbo)
        bits, bits_se = (None, None) if self.bits_per_dim is None else _mean(self.bits_per_dim)
        elbo = None if bound is None else -bound
        return Reading(self.reader.name, reconstruction, se, elbo, bound_se, bits, bits_se, self.reader.scale)


@torch.inference_mode()
def xray(model: VAE, train_images: Tensor, images: Tensor, *, dequantize: bool, clip: float = 0.0) -> tuple[Score, ...]:
    """Readings of a model on `images`, uint8 [N, D] on its device, all with the same z, one sampled for each image.

    - own: its likelihood, on pixels as it was trained on; what every evaluation of the run reports.
    - soft_bernoulli: the cross-entropy of the grey levels y/255 at the mean.
    - continuous_bernoulli_raw: the logits of a Bernoulli or continuous Bernoulli taken for the logits of λ; of another
      family, its mean taken for λ.
    - continuous_bernoulli_mean: the λ that has the decoder's mean.
    - gaussian_fitted: N(mean, σ² I) with σ the root mean squared error on `train_images`, at one z each.

    The last three are densities of (y + U)/256, with one U for all models. A model of y/255 has its mean m moved along
    to (255 m + ½)/256. Where a mean must lie inside (0, 1) it is kept half a level from either end, which costs 8-bit
    pixels nothing: η = −512 is the best that a continuous Bernoulli can do for a black one, and has the mean 1/512. A
    `clip` of 1e-4 keeps λ inside [1e-4, 1 − 1e-4] instead, as the authors' own numbers do.

    `bits_per_dim` is −log₂ of the probability of the 8-bit levels, plus the KL, a pixel: one unit for every row but
    soft_bernoulli. A plain autoencoder has none, for nobody knows what its code costs. Purely black and white images
    have no densities: their readings are own and soft_bernoulli, here a probability with bits.
    """
    readers = _readers(model, train_images, binary=is_binary(images), dequantize=dequantize, clip=clip)
    return tuple(_read(model, reader, images, dequantize=dequantize) for reader in readers)


def _readers(model: VAE, train_images: Tensor, *, binary: bool, dequantize: bool, clip: float) -> Iterator[Reader]:
    family = model.likelihood
    yield Reader("own", family, lambda outputs: outputs, "own")

    bernoulli = isinstance(family, Bernoulli)
    yield Reader(
        "soft_bernoulli",
        Bernoulli(),
        lambda outputs: outputs if bernoulli else torch.logit(family.mean(outputs), HALF_GREY),
        "grey",
    )
    if binary:
        return

    continuous = ContinuousBernoulli(clip)
    logits = bernoulli or isinstance(family, ContinuousBernoulli)
    mean = partial(_dequantized_mean, family, dequantized=dequantize)
    yield Reader(
        "continuous_bernoulli_raw",
        continuous,
        lambda outputs: outputs if logits else torch.logit(mean(outputs), HALF_LEVEL),
        "dequantized",
    )
    yield Reader(
        "continuous_bernoulli_mean",
        continuous,
        lambda outputs: continuous.inverse_mean(mean(outputs).clamp(HALF_LEVEL, 1 - HALF_LEVEL)),
        "dequantized",
    )

    sigma = _fit_sigma(model, train_images, dequantize=dequantize)
    yield Reader("gaussian_fitted", Gaussian(sigma), mean, "dequantized", sigma)


def _dequantized_mean(family: Likelihood, outputs: Tensor, *, dequantized: bool) -> Tensor:
    """The mean of (y + U)/256, [1, B, D], of a model that was trained on it or on y/255."""
    mean = family.mean(outputs)
    return mean if dequantized else (255 * mean + 0.5) / 256


def _fit_sigma(model: VAE, images: Tensor, *, dequantize: bool) -> float:
    """The root mean squared error of the mean, a dequantised pixel."""
    some = images[:: -(-len(images) // FIT)]
    squares = torch.zeros((), dtype=torch.float64, device=images.device)
    for chunk in decode_all(model, some, dequantize=dequantize):
        mean = _dequantized_mean(model.likelihood, chunk.outputs, dequantized=dequantize)
        squares += (mean[0] - chunk.noisy).square().sum(dtype=torch.float64)
    return sqrt(squares.item() / some.numel())


def _read(model: VAE, reader: Reader, images: Tensor, *, dequantize: bool) -> Score:
    dequantized = dequantize if reader.pixels == "own" else reader.pixels == "dequantized"
    countable = model.variational and has_levels(reader.likelihood, images)
    costs, rates, bits = [], [], []  # of each chunk, [B]
    for levels, noisy, x, posterior, outputs in decode_all(model, images, dequantize=dequantize):
        parameters = reader.parameters(outputs)
        pixels = {"own": x, "grey": to_unit(levels), "dequantized": noisy}[reader.pixels]
        costs.append(-reader.likelihood.log_prob(parameters, pixels)[0].double())
        if model.variational:
            rates.append(kl_per_dim(posterior).sum(-1).double())
        if countable:
            log_mass = log_levels(reader.likelihood, parameters, levels, dequantized=dequantized)[0].double()
            bits.append((rates[-1] - log_mass) / images.shape[1] / log(2))
    kl = torch.cat(rates) if rates else None
    return Score(reader, torch.cat(costs), kl, torch.cat(bits) if bits else None)


def _mean(values: Tensor) -> tuple[float, float]:
    """The mean over images and its standard error."""
    return values.mean().item(), values.std().item() / sqrt(len(values))
