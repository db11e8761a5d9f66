"""What the Gaussian, the Laplace and the logistic share: a location for every pixel, and where their scale comes from.

B is the batch, D the pixels of an image, P the numbers that the decoder gives for each.
"""

from math import log

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vae_core.config.families import Scale
from vae_core.config.limits import MIN_LOG_SCALE

FAR = 1e6  # stands for ∞ as a bin's edge: 0 · ∞ would make the gradient of a scale NaN


class LocationScale(nn.Module):
    """The decoder's outputs are locations; the scale s is one of four kinds.

    fixed: `sigma`. shared: a parameter, first `sigma`, trained with the rest. optimal: the most likely one of each
    minibatch while training; otherwise the one that `fit` froze, or `sigma` before. per_pixel: a second number that
    the decoder gives for every pixel (P = 2), as its raw logarithm.
    """

    log_scale: Tensor

    def __init__(self, sigma: float = 0.5**0.5, scale: Scale = "fixed") -> None:
        super().__init__()
        self.scale = scale
        self.outputs_per_pixel = 2 if scale == "per_pixel" else 1
        first = torch.tensor(log(sigma))
        if scale == "shared":
            self.log_scale = nn.Parameter(first)
        else:
            self.register_buffer("log_scale", first)

    def split(self, outputs: Tensor) -> tuple[Tensor, Tensor]:
        """The locations [..., B, D] and log s, [..., B, D] or one number, of outputs [..., B, P·D]."""
        if self.scale != "per_pixel":
            return outputs, self.log_scale.to(outputs.device)  # pictures are drawn on the CPU
        loc, raw = outputs.chunk(2, -1)
        return loc, soft_clip(raw)

    def mean(self, outputs: Tensor) -> Tensor:
        """The locations themselves, [..., B, D]; nothing keeps them in [0, 1]."""
        return self.split(outputs)[0]

    def inverse_mean(self, mean: Tensor) -> Tensor:
        """The outputs [..., P·D] of this mean; a pixel's own scale begins near ½, the widest spread inside [0, 1]."""
        return mean if self.outputs_per_pixel == 1 else torch.cat([mean, torch.zeros_like(mean)], -1)


def soft_clip(raw: Tensor) -> Tensor:
    """Any number as a log scale between −6 and 0, rising, with a gradient at both ends that a hard limit would stop.

    λ ← λ_max − softplus(λ_max − λ), then λ ← λ_min + softplus(λ − λ_min) (Rybkin et al. 2021, arXiv:2006.13202). The
    top is s = 1, the whole range of a pixel, where the first is logsigmoid; so s = e⁻⁶ + sigmoid(raw).
    """
    return MIN_LOG_SCALE + F.softplus(F.logsigmoid(raw) - MIN_LOG_SCALE)


def finite(low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
    """The edges of bins with a distance beyond every scale in the place of ∓∞."""
    return low.clamp(min=-FAR), high.clamp(max=FAR)
