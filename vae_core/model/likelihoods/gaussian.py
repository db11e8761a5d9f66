"""Independent normal noise on every pixel."""

from math import log, pi

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from vae_core.model.likelihoods.exponential_power import ExponentialPower
from vae_core.model.likelihoods.location_scale import finite


class Gaussian(ExponentialPower):
    """p(x|z) = N(x; loc, s²), so −log p = SSE / (2s²) + (D/2) log(2πs²).

    With s = √½ that is the sum of squared errors plus (D/2) log π. A density: it may exceed 1, and −log p may be
    negative. Its best scale is s² = mean (x − loc)².
    """

    power = 2
    constant = 0.5 * log(2 * pi)

    def residuals(self, loc: Tensor, x: Tensor) -> Tensor:
        """(x − loc)² of every pixel."""
        return F.mse_loss(loc, x, reduction="none")

    def variance(self, outputs: Tensor) -> Tensor:
        """s² of every pixel, [..., B, D]."""
        loc, log_scale = self.split(outputs)
        return torch.exp(2 * log_scale).expand_as(loc)

    def sample(self, outputs: Tensor, generator: Generator) -> Tensor:
        """The mean plus noise of width s; it may leave [0, 1]."""
        loc, log_scale = self.split(outputs)
        return loc + torch.exp(log_scale) * torch.randn(loc.shape, generator=generator, device=loc.device)

    def log_mass(self, outputs: Tensor, low: Tensor, high: Tensor) -> Tensor:
        """log P(low < x < high) summed over the pixels, [..., B], for edges [B, D] that may be ∓∞.

        From log Φ in the lower tail, where the upper one is mirrored to: 1 − 1 is no probability. In float64, for a
        bin that is narrow beside s lies between two nearly equal numbers.
        """
        loc, log_scale = self.split(outputs.double())
        a, b = ((edge - loc) * torch.exp(-log_scale) for edge in finite(low, high))
        above = a + b > 0
        lower: Tensor = torch.special.log_ndtr(torch.where(above, -b, a))
        upper: Tensor = torch.special.log_ndtr(torch.where(above, -a, b))
        return (upper + torch.log(-torch.expm1(lower - upper))).sum(-1).to(outputs.dtype)
