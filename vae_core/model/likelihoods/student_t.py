"""Independent Student-t noise on every pixel: tails that a few outliers do not pull."""

from math import lgamma, log, pi

import torch
from torch import Generator, Tensor

from vae_core.config.families import Scale
from vae_core.model.likelihoods.location_scale import LocationScale, finite

LEAST_TAIL = 1e-290  # a probability below which float64 runs out of digits


class StudentT(LocationScale):
    """p(x|z) = Π t_ν((x − loc)/s) / s, so −log p = Σ (ν + 1)/2 · log(1 + (x − loc)²/(ν s²)) + log s + constant.

    Takahashi et al. 2018, "Student-t variational autoencoder for robust density estimation", IJCAI 2018. A density: it
    may exceed 1, and −log p may be negative. With ν → ∞ it becomes the Gaussian. No formula gives its best scale.
    """

    def __init__(self, sigma: float = 0.5**0.5, scale: Scale = "fixed", nu: float = 5.0) -> None:
        super().__init__(sigma, scale)
        self.nu = nu
        self.constant = lgamma(nu / 2) - lgamma((nu + 1) / 2) + 0.5 * log(nu * pi)  # −log t_ν(0)

    def log_prob(self, outputs: Tensor, x: Tensor) -> Tensor:
        """log p(x|z) summed over the pixels, [..., B], for outputs [..., B, P·D] and x [B, D]; may be positive."""
        loc, log_scale = self.split(outputs)
        squares = ((x - loc) * torch.exp(-log_scale)).square()
        nats = (self.nu + 1) / 2 * torch.log1p(squares / self.nu) + log_scale
        return -(nats.sum(-1) + x.shape[-1] * self.constant)

    def variance(self, outputs: Tensor) -> Tensor:
        """ν/(ν − 2) · s² of every pixel, [..., B, D]; a ν of 2 or less has none."""
        loc, log_scale = self.split(outputs)
        return self.nu / (self.nu - 2) * torch.exp(2 * log_scale).expand_as(loc)

    def sample(self, outputs: Tensor, generator: Generator) -> Tensor:
        """The location plus s · √(ν (U^(−2/ν) − 1)) · cos 2πV of uniform U and V (Bailey 1994); it may leave [0, 1]."""
        loc, log_scale = self.split(outputs)
        u, v = torch.rand((2, *loc.shape), generator=generator, device=loc.device)
        radius = (self.nu * torch.expm1(-2 / self.nu * torch.log(1 - u))).sqrt()  # 1 − u is never 0
        return loc + torch.exp(log_scale) * radius * torch.cos(2 * pi * v)

    @torch.no_grad()
    def log_mass(self, outputs: Tensor, low: Tensor, high: Tensor) -> Tensor:
        """log P(low < x < high) summed over the pixels, [..., B], for edges [B, D] that may be ∓∞; without a gradient.

        From log F in the lower tail, where the upper one is mirrored to, in float64, as the Gaussian's.
        """
        loc, log_scale = self.split(outputs.double())
        a, b = ((edge - loc) * torch.exp(-log_scale) for edge in finite(low, high))
        above = a + b > 0
        lower, upper = self._log_cdf(torch.where(above, -b, a)), self._log_cdf(torch.where(above, -a, b))
        return (upper + torch.log(-torch.expm1(lower - upper))).sum(-1).to(outputs.dtype)

    def _log_cdf(self, t: Tensor) -> Tensor:
        """log F(t), in float64; where F is too small a number, by the first terms of its expansion (Soms 1976)."""
        from scipy.special import stdtr  # noqa: PLC0415  for evaluation alone: training needs no SciPy

        tail = torch.from_numpy(stdtr(self.nu, t.cpu().numpy())).to(t.device)
        squared, nu = t.square().clamp_min(1), self.nu
        log_density = -(nu + 1) / 2 * torch.log1p(squared / nu) - self.constant
        series = 1 - nu / ((nu + 2) * squared) + 3 * nu**2 / ((nu + 2) * (nu + 4) * squared.square())
        far = log_density + torch.log((1 / squared.sqrt() + squared.sqrt() / nu) * series)
        return torch.where(tail > LEAST_TAIL, tail.log(), far)
