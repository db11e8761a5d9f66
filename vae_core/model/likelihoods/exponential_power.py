"""What the Gaussian and the Laplace share: −log p grows with a power of the residual, so the best scale has a formula.

B is the batch, D the pixels of an image, P the numbers that the decoder gives for each.
"""

from abc import abstractmethod
from math import exp
from typing import ClassVar

import torch
from torch import Tensor

from vae_core.config.limits import MIN_LOG_SCALE
from vae_core.model.likelihoods.location_scale import LocationScale


class ExponentialPower(LocationScale):
    """−log p(x|z) = Σ |x − loc|^p / (p s^p) + log s + constant (Subbotin 1923).

    The scale that makes the x of a minibatch most likely is s^p = mean |x − loc|^p over images and pixels. It needs no
    gradient of its own: at the optimum that is 0, so the loss trains as with s fixed there (σ-VAE: Rybkin et al. 2021,
    arXiv:2006.13202).
    """

    power: ClassVar[int]  # p
    constant: ClassVar[float]  # log of the density's normaliser at s = 1

    @abstractmethod
    def residuals(self, loc: Tensor, x: Tensor) -> Tensor:
        """|x − loc|^p of every pixel, [..., B, D]."""

    def log_prob(self, outputs: Tensor, x: Tensor) -> Tensor:
        """log p(x|z) summed over the pixels, [..., B], for outputs [..., B, P·D] and x [B, D]; may be positive."""
        loc, log_scale = self.split(outputs)
        residuals, pixels = self.residuals(loc, x.expand_as(loc)), x.shape[-1]
        if self.scale == "per_pixel":
            weights = torch.exp(-self.power * log_scale)
            nats = torch.addcmul(log_scale, residuals, weights, value=1 / self.power).sum(-1)
        else:
            total = residuals.sum(-1)  # before the scale: one number an image, not D
            if self.scale == "optimal" and self.training:
                log_scale = self._best_log_scale(total.detach().mean() / pixels)
            nats = total * (torch.exp(-self.power * log_scale) / self.power) + pixels * log_scale
        return -(nats + pixels * self.constant)

    @torch.no_grad()
    def fit(self, outputs: Tensor, x: Tensor) -> None:
        """Freeze s at its most likely value for these outputs [..., B, D] and x [B, D], usually the training split's.

        A minibatch's own best scale flatters that minibatch; held-out images must not choose theirs.
        """
        residuals = self.residuals(outputs, x.expand_as(outputs))
        self.log_scale.copy_(self._best_log_scale(residuals.mean(dtype=torch.float64)))

    def _best_log_scale(self, mean_residual: Tensor) -> Tensor:
        """log s from mean |x − loc|^p; never below e⁻⁶, so that a perfect reconstruction stays finite."""
        return mean_residual.clamp_min(exp(self.power * MIN_LOG_SCALE)).log() / self.power
