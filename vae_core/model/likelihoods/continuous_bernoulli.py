"""A density on [0, 1] for every pixel: the Bernoulli's formula with the normaliser that grey pixels need.

Loaiza-Ganem and Cunningham 2019, "The continuous Bernoulli", arXiv:1907.06845. Written in the logit η, where every
function is accurate in float32 for any |η|: in the probability λ = sigmoid(η) they break down near ½ and near 0 and 1.
"""

from dataclasses import dataclass
from math import log
from typing import Any

import torch
from torch import Generator, Tensor
from torch.autograd.function import FunctionCtx

from vae_core.model.likelihoods.pixels import require_unit

SMALL = 0.5  # |η| below which the series are used: the closed forms cancel there
TINY = 1e-20  # |η| that stands for 0 where a ratio has a limit
END = 1e-4  # means nearer than this to 0 or 1 count as this: their η grows as 1/mean


@dataclass(frozen=True)
class ContinuousBernoulli:
    """p(x|z) = Π C(η) λ^x (1−λ)^(1−x) with λ = sigmoid(outputs) and C = η / tanh(η/2).

    A density: −log p may be negative. Pixels that are always 0 let it fall without end as η → −∞, so data of 8 bits
    should be dequantised. λ is neither its mean nor a probability.

    A `clip` above 0 confines λ to [clip, 1 − clip], as the authors' own code does with 1e-4. It decides their numbers,
    for a black pixel is then worth 2.2 nats at most, and is here to reproduce those, not to train with.
    """

    clip: float = 0.0

    outputs_per_pixel = 1

    def log_prob(self, outputs: Tensor, x: Tensor) -> Tensor:
        """Σ x·η − softplus(η) + log C(η) over the pixels, which is x·η − log((exp(η) − 1) / η).

        Raises `ConfigError` for x outside [0, 1], where there is no density.
        """
        require_unit(x, "continuous_bernoulli")
        densities: Tensor = _LogDensity.apply(self._eta(outputs), x)  # type: ignore[no-untyped-call]
        return densities.sum(-1)

    def log_mass(self, outputs: Tensor, low: Tensor, high: Tensor) -> Tensor:
        """log P(low < x < high) summed over the pixels, [..., B], for edges [B, D]; beyond 0 and 1 there is no mass.

        With a = |η| and distances measured from the end where the density is highest, the bin is (near, near + width):
        exp(−a·near) (1 − exp(−a·width)) / (1 − exp(−a)).
        """
        eta = self._eta(outputs)
        low, high = low.clamp(min=0), high.clamp(max=1)
        near, a = torch.where(eta < 0, low, 1 - high), eta.abs().clamp(min=TINY)
        return (torch.log(torch.expm1(a * (low - high)) / torch.expm1(-a)) - a * near).sum(-1)

    def mean(self, outputs: Tensor) -> Tensor:
        """1 / (1 − exp(−η)) − 1/η, nearer to ½ than λ is."""
        return _mean(self._eta(outputs))

    def variance(self, outputs: Tensor) -> Tensor:
        """1/η² − 1 / (4 sinh²(η/2)), at most 1/12."""
        return _variance(self._eta(outputs))

    def sample(self, outputs: Tensor, generator: Generator) -> Tensor:
        """The inverse of the distribution function at a uniform number, written so that nothing overflows."""
        u = torch.rand(outputs.shape, generator=generator, device=outputs.device)
        small, eta = _split(self._eta(outputs), 1e-3)
        falling = torch.log1p(u * torch.expm1(-eta.abs())) / -eta.abs()
        return torch.where(small, u, torch.where(eta < 0, falling, 1 - falling)).clamp(0, 1)

    def inverse_mean(self, mean: Tensor) -> Tensor:
        """η with this mean, to 1e-5 in the mean; 0 and 1 count as 1e-4 off.

        The mean is ½ + ½ L(η/2), L the Langevin function, whose inverse Cohen's y(3 − y²)/(1 − y²) gives within 5 %
        (1991, Rheologica Acta 30). Three of Newton's steps, each of which squares that error, do the rest.
        """
        mean = mean.clamp(END, 1 - END)
        y = 2 * mean - 1
        eta = 2 * y * (3 - y.square()) / (4 * mean * (1 - mean))
        for _ in range(3):
            eta = eta + (mean - _mean(eta)) / _variance(eta)
        return eta

    def _eta(self, outputs: Tensor) -> Tensor:
        if self.clip == 0:
            return outputs
        limit = log((1 - self.clip) / self.clip)
        return outputs.clamp(-limit, limit)


class _LogDensity(torch.autograd.Function):
    """x·η − log((exp(η) − 1) / η) of each pixel, and its slope in η, x − mean(η), as in every exponential family.

    The value needs no series; only the slope does, whose terms cancel near 0. So the two are written out with one
    exponential and one logarithm; autograd would keep both sides of a `where`.
    """

    @staticmethod
    def forward(ctx: FunctionCtx, eta: Tensor, x: Tensor) -> Tensor:
        a = eta.abs().clamp_(min=TINY)
        t = torch.expm1(-a).neg_()
        ctx.save_for_backward(eta, x, a, t)
        return (eta * x).sub_(eta.relu()).add_((a / t).log_())

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        eta, x, a, t = ctx.saved_tensors
        squared = a.square()
        series = a * (1 / 12 - squared * (1 / 720 - squared / 30240))
        beyond_half = torch.copysign(torch.where(a < SMALL, series, 1 / t - 1 / a - 0.5), eta)  # mean − ½
        return gradient * (x - 0.5 - beyond_half), None


def _mean(eta: Tensor) -> Tensor:
    small, far = _split(eta)
    squared = eta.square()
    series = 0.5 + eta * (1 / 12 - squared * (1 / 720 - squared / 30240))
    return torch.where(small, series, -1 / torch.expm1(-far) - 1 / far)


def _variance(eta: Tensor) -> Tensor:
    """The derivative of the mean."""
    small, far = _split(eta)
    squared, a = eta.square(), far.abs()
    series = 1 / 12 - squared * (1 / 240 - squared / 6048)
    return torch.where(small, series, 1 / a.square() - torch.exp(-a) / torch.expm1(-a).square())


def _split(eta: Tensor, limit: float = SMALL) -> tuple[Tensor, Tensor]:
    """Where η is small, and η with a harmless value there: `where` alone would let a NaN gradient through."""
    small = eta.abs() < limit
    return small, torch.where(small, limit, eta)
