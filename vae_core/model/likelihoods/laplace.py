"""Independent Laplace noise on every pixel: the absolute error as a likelihood."""

from math import log

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from vae_core.model.likelihoods.exponential_power import ExponentialPower
from vae_core.model.likelihoods.location_scale import finite


class Laplace(ExponentialPower):
    """p(x|z) = Π exp(−|x − loc| / s) / (2s), so −log p = L1 / s + D log(2s), with s the mean absolute deviation.

    A density: it may exceed 1, and −log p may be negative. Its best scale is s = mean |x − loc|.
    """

    power = 1
    constant = log(2)

    def residuals(self, loc: Tensor, x: Tensor) -> Tensor:
        """|x − loc| of every pixel."""
        return F.l1_loss(loc, x, reduction="none")

    def variance(self, outputs: Tensor) -> Tensor:
        """2s² of every pixel, [..., B, D]."""
        loc, log_scale = self.split(outputs)
        return 2 * torch.exp(2 * log_scale).expand_as(loc)

    def sample(self, outputs: Tensor, generator: Generator) -> Tensor:
        """The mean plus s times the difference of two exponential waiting times; it may leave [0, 1]."""
        loc, log_scale = self.split(outputs)
        waits = torch.empty((2, *loc.shape), device=loc.device).exponential_(generator=generator)
        return loc + torch.exp(log_scale) * (waits[0] - waits[1])

    def log_mass(self, outputs: Tensor, low: Tensor, high: Tensor) -> Tensor:
        """log P(low < x < high) summed over the pixels, [..., B], for edges [B, D] that may be ∓∞.

        ½ exp(−d)·(1 − exp(−l) + 1 − exp(−r)) with d the bin's distance from loc, 0 inside it, and l and r the lengths
        of its parts on the left and the right of loc, all in units of s: no difference of near-equal numbers.
        """
        loc, log_scale = self.split(outputs)
        inverse, (low, high) = torch.exp(-log_scale), finite(low, high)
        distance = F.relu(low - loc) + F.relu(loc - high)
        left = torch.minimum(high, loc) - torch.minimum(low, loc)
        right = torch.maximum(high, loc) - torch.maximum(low, loc)
        halves = -torch.expm1(-left * inverse) - torch.expm1(-right * inverse)
        return (torch.log(halves / 2) - distance * inverse).sum(-1)
