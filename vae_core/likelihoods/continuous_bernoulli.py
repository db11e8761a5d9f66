"""A density on [0, 1] for every pixel: the Bernoulli's formula with the normaliser that grey pixels need.

Loaiza-Ganem and Cunningham 2019, "The continuous Bernoulli", arXiv:1907.06845. Written in the logit η, where every
function is accurate in float32 for any |η|: in the probability λ = sigmoid(η) they break down near ½ and near 0 and 1.
"""

from math import log

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

SMALL = 0.5  # |η| below which the series are used: the closed forms cancel there


class ContinuousBernoulli:
    """p(x|z) = Π C(η) λ^x (1−λ)^(1−x) with λ = sigmoid(outputs) and C = η / tanh(η/2).

    A density: −log p may be negative. Pixels that are always 0 let it fall without end as η → −∞, so data of 8 bits
    should be dequantised. λ is neither its mean nor a probability.
    """

    def log_prob(self, outputs: Tensor, x: Tensor) -> Tensor:
        """Σ x·η − softplus(η) + log C(η) over the pixels."""
        cross_entropy = F.binary_cross_entropy_with_logits(outputs, x.expand_as(outputs), reduction="none")
        return (log_normaliser(outputs) - cross_entropy).sum(-1)

    def mean(self, outputs: Tensor) -> Tensor:
        """1 / (1 − exp(−η)) − 1/η, nearer to ½ than λ is."""
        small, eta = _split(outputs)
        squared = outputs.square()
        series = 0.5 + outputs * (1 / 12 - squared * (1 / 720 - squared / 30240))
        return torch.where(small, series, -1 / torch.expm1(-eta) - 1 / eta)

    def sample(self, outputs: Tensor, generator: Generator) -> Tensor:
        """The inverse of the distribution function at a uniform number, written so that nothing overflows."""
        u = torch.rand(outputs.shape, generator=generator, device=outputs.device)
        small, eta = _split(outputs, 1e-3)
        falling = torch.log1p(u * torch.expm1(-eta.abs())) / -eta.abs()
        return torch.where(small, u, torch.where(eta < 0, falling, 1 - falling)).clamp(0, 1)


def log_normaliser(outputs: Tensor) -> Tensor:
    """log C(η) = log(η / tanh(η/2)), at least log 2; its value and its gradient are finite for every η."""
    small, eta = _split(outputs)
    a = eta.abs()
    closed = torch.log(a) + torch.log1p(torch.exp(-a)) - torch.log(-torch.expm1(-a))
    squared = torch.where(small, outputs, 0).square()
    series = log(2) + squared * (1 / 12 - squared * (7 / 1440 - squared * (31 / 90720 - squared * 127 / 4838400)))
    return torch.where(small, series, closed)


def _split(outputs: Tensor, limit: float = SMALL) -> tuple[Tensor, Tensor]:
    """Where η is small, and η with a harmless value there: `where` alone would let a NaN gradient through."""
    small = outputs.abs() < limit
    return small, torch.where(small, limit, outputs)
