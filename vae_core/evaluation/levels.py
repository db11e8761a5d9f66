"""The probability of 8-bit pixels under a decoder: in bits per dimension all families compare."""

from typing import cast

from torch import Tensor

from vae_core.datasets.facts import WHITE
from vae_core.model.likelihoods import Density, Likelihood
from vae_core.model.likelihoods.bernoulli import Bernoulli
from vae_core.model.likelihoods.pixels import bins, to_unit


def is_binary(images: Tensor) -> bool:
    """Whether every pixel of the bytes is black or white."""
    return bool(((images == 0) | (images == WHITE)).all())


def has_levels(likelihood: Likelihood, images: Tensor) -> bool:
    """Whether the family gives the levels of `images` a probability: a Bernoulli gives one to black and white only."""
    return not isinstance(likelihood, Bernoulli) or is_binary(images)


def log_levels(likelihood: Likelihood, outputs: Tensor, levels: Tensor, *, dequantized: bool) -> Tensor:
    """log P(levels|z) of bytes [B, D] under `outputs` [L, B, P·D], summed over the pixels: [L, B] nats, at most 0.

    A density is integrated over each level's bin, with pixels scaled as in the decoder's training (`pixels.bins`). A
    Bernoulli's probability is its own, and defined only where `has_levels`.
    """
    if isinstance(likelihood, Bernoulli):
        return likelihood.log_prob(outputs, to_unit(levels))
    return cast(Density, likelihood).log_mass(outputs, *bins(levels, dequantized))
