"""The decoder's p(x|z): one file a family, each a full normalised likelihood in nats."""

from typing import Protocol

from torch import Generator, Tensor

from vae_core.config import TrainConfig
from vae_core.likelihoods.bernoulli import Bernoulli
from vae_core.likelihoods.continuous_bernoulli import ContinuousBernoulli
from vae_core.likelihoods.gaussian import Gaussian


class Likelihood(Protocol):
    """What a family can do with `outputs` [..., B, D], the decoder's raw numbers, and `x` [B, D] in [0, 1].

    A family with learned parameters of its own may be a module: the model then trains them too.
    """

    def log_prob(self, outputs: Tensor, x: Tensor) -> Tensor:
        """log p(x|z), summed over the pixels: [..., B]."""

    def mean(self, outputs: Tensor) -> Tensor:
        """E[x|z], [..., B, D]: what a reconstruction shows."""

    def sample(self, outputs: Tensor, generator: Generator) -> Tensor:
        """One draw of x given z, [..., B, D]."""


def choose_likelihood(config: TrainConfig) -> Likelihood:
    """The family that the configuration names."""
    if config.likelihood == "gaussian":
        return Gaussian(config.sigma)
    return ContinuousBernoulli() if config.likelihood == "continuous_bernoulli" else Bernoulli()
