"""Independent Laplace noise on every pixel: the absolute error as a likelihood."""

from math import log

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from vae_core.likelihoods.exponential_power import ExponentialPower
from vae_core.likelihoods.location_scale import finite


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

        With a and b the edges' distances from loc over s: ½ exp(−nearer)·(1 − exp(a − b)) where both lie on one side,
        and ½ (1 − exp(−|a|)) + ½ (1 − exp(−|b|)) where loc lies between.
        """
        loc, log_scale = self.split(outputs)
        inverse, (low, high) = torch.exp(-log_scale), finite(low, high)
        a, b = (low - loc) * inverse, (high - loc) * inverse
        between = (a < 0) & (b > 0)
        beside = -torch.minimum(a.abs(), b.abs()) + torch.log(-torch.expm1((low - high) * inverse))
        around = -torch.expm1(a) - torch.expm1(-b)
        inside = torch.log(torch.where(between, around, 1))
        return (torch.where(between, inside, beside) - log(2)).sum(-1)
