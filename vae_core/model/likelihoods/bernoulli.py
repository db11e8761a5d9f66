"""Independent coin flips, one a pixel."""

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from vae_core.model.likelihoods.pixels import require_unit


class Bernoulli:
    """p(x|z) = Π p^x (1−p)^(1−x) with p = sigmoid(outputs).

    For grey x in [0, 1], −log p is the binary cross-entropy: not a density of x, but the expected −log p of the
    image whose pixels are flipped to 1 with probability x, since the formula is linear in x.
    """

    outputs_per_pixel = 1

    def log_prob(self, outputs: Tensor, x: Tensor) -> Tensor:
        """Σ x·η − softplus(η) over the pixels, from the logits η: a sigmoid would saturate near |η| = 17.

        Raises `ConfigError` for x outside [0, 1], where it falls without end.
        """
        require_unit(x, "bernoulli")
        return -F.binary_cross_entropy_with_logits(outputs, x.expand_as(outputs), reduction="none").sum(-1)

    def mean(self, outputs: Tensor) -> Tensor:
        """p, the probability of a 1."""
        return torch.sigmoid(outputs)

    def variance(self, outputs: Tensor) -> Tensor:
        """p (1 − p)."""
        return torch.sigmoid(outputs) * torch.sigmoid(-outputs)

    def sample(self, outputs: Tensor, generator: Generator) -> Tensor:
        """0 or 1 in every pixel."""
        return torch.bernoulli(torch.sigmoid(outputs), generator=generator)

    def inverse_mean(self, mean: Tensor) -> Tensor:
        """The logit of `mean`; 0 and 1, as of pixels that are always black, count as 1e-4 off."""
        return torch.logit(mean, eps=1e-4)
