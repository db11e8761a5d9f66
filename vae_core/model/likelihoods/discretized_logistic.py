"""A probability for each of the 256 grey levels: a logistic density, integrated over each level's bin."""

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from vae_core.datasets.facts import WHITE
from vae_core.model.likelihoods.location_scale import LocationScale, finite
from vae_core.model.likelihoods.pixels import require_unit


class DiscretizedLogistic(LocationScale):
    """P(y|z) = σ((high − loc)/s) − σ((low − loc)/s) for the pixel x = y/255, its bin (y ± ½)/255, the outer bins open.

    Salimans et al. 2017, "PixelCNN++", arXiv:1701.05517, with one component. A probability: −log P is at least 0. No
    formula gives its best scale.
    """

    def log_prob(self, outputs: Tensor, x: Tensor) -> Tensor:
        """log P of the levels nearest to x, summed over the pixels, [..., B]. Raises `ConfigError` beyond [0, 1]."""
        levels = torch.round(WHITE * x)
        require_unit(levels / WHITE, "discretized_logistic")
        loc, log_scale = self.split(outputs)
        inverse = torch.exp(-log_scale)
        below = F.softplus(((levels - 0.5) / WHITE - loc) * inverse) * (levels > 0)  # an open bin has one edge
        above = F.softplus((loc - (levels + 0.5) / WHITE) * inverse) * (levels < WHITE)
        width = torch.log(-torch.expm1(-inverse / WHITE)) * ((levels > 0) & (levels < WHITE))  # the same for all others
        return (width - below - above).sum(-1)

    def log_mass(self, outputs: Tensor, low: Tensor, high: Tensor) -> Tensor:
        """log P(low < x < high) of the logistic, summed over the pixels, [..., B], for edges [B, D] that may be ∓∞.

        σ(b) − σ(a) = σ(b) σ(−a) (1 − exp(a − b)): three factors without a difference of near-equal numbers, so no
        bin is too narrow or too far.
        """
        loc, log_scale = self.split(outputs)
        inverse, (low, high) = torch.exp(-log_scale), finite(low, high)
        tails = F.softplus((low - loc) * inverse) + F.softplus((loc - high) * inverse)
        return (torch.log(-torch.expm1((low - high) * inverse)) - tails).sum(-1)

    def mean(self, outputs: Tensor) -> Tensor:
        """E of the logistic clipped to [0, 1], s·(softplus(loc/s) − softplus((loc − 1)/s)), [..., B, D].

        The mean of the 256 levels is the midpoint rule of that integral: they agree to 1e-4 for s above a grey level,
        and to half a level always.
        """
        loc, log_scale = self.split(outputs)
        inverse = torch.exp(-log_scale)
        overhang = F.softplus(-loc.abs() * inverse) - F.softplus(-(loc - 1).abs() * inverse)
        return loc.clamp(0, 1) + overhang / inverse

    def variance(self, outputs: Tensor) -> Tensor:
        """Var of the levels over 255², [..., B, D], from P(y > k) at each level k: 255 passes over the pixels."""
        loc, log_scale = self.split(outputs)
        inverse = torch.exp(-log_scale)
        first, second = torch.zeros_like(loc), torch.zeros_like(loc)
        for level in range(WHITE):
            above = torch.sigmoid((loc - (level + 0.5) / WHITE) * inverse)
            first += above
            second += (2 * level + 1) * above
        return (second - first.square()).clamp_min(0) / WHITE**2

    def sample(self, outputs: Tensor, generator: Generator) -> Tensor:
        """A level y/255 in every pixel."""
        loc, log_scale = self.split(outputs)
        u = torch.rand(loc.shape, generator=generator, device=loc.device)
        value = loc + torch.exp(log_scale) * torch.logit(u)
        return (WHITE * value).round().clamp(0, WHITE) / WHITE

    def inverse_mean(self, mean: Tensor) -> Tensor:
        """The outputs [..., P·D] with this mean: `mean` solved for loc; 0 and 1 count as a quarter grey level off."""
        mean = mean.clamp(0.25 / WHITE, 1 - 0.25 / WHITE)
        _, log_scale = self.split(super().inverse_mean(mean))
        inverse = torch.exp(-log_scale)
        ends = torch.log(-torch.expm1(-mean * inverse)) - torch.log(-torch.expm1((mean - 1) * inverse))
        return super().inverse_mean(mean + ends / inverse)
