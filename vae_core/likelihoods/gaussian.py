"""Independent normal noise of one fixed width on every pixel."""

from dataclasses import dataclass
from math import log, pi

import torch
from torch import Generator, Tensor
from torch.nn import functional as F


@dataclass(frozen=True)
class Gaussian:
    """p(x|z) = N(x; outputs, σ² I), so −log p = SSE / (2σ²) + (D/2) log(2πσ²).

    With σ = √½ that is the sum of squared errors plus (D/2) log π. A density: it may exceed 1, and −log p may be
    negative.
    """

    sigma: float

    def log_prob(self, outputs: Tensor, x: Tensor) -> Tensor:
        """Summed over the pixels."""
        variance = self.sigma**2
        sse = F.mse_loss(outputs, x.expand_as(outputs), reduction="none").sum(-1)
        return -(sse / (2 * variance) + 0.5 * x.shape[-1] * log(2 * pi * variance))

    def mean(self, outputs: Tensor) -> Tensor:
        """The outputs themselves; nothing keeps them in [0, 1]."""
        return outputs

    def sample(self, outputs: Tensor, generator: Generator) -> Tensor:
        """The mean plus noise of width σ; it may leave [0, 1]."""
        noise = torch.randn(outputs.shape, generator=generator, device=outputs.device)
        return outputs + self.sigma * noise
