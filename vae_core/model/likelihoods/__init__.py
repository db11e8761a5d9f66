"""The decoder's p(x|z): one file a family, each a full normalised likelihood in nats."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from torch import Generator, Tensor

from vae_core.config.families import LikelihoodName
from vae_core.config.train_config import TrainConfig
from vae_core.model.likelihoods.bernoulli import Bernoulli
from vae_core.model.likelihoods.continuous_bernoulli import ContinuousBernoulli
from vae_core.model.likelihoods.discretized_logistic import DiscretizedLogistic
from vae_core.model.likelihoods.gaussian import Gaussian
from vae_core.model.likelihoods.laplace import Laplace
from vae_core.model.likelihoods.student_t import StudentT


class Likelihood(Protocol):
    """What a family can do with `outputs` [..., B, P·D], the decoder's raw numbers, and `x` [B, D] in [0, 1].

    A family with learned parameters of its own may be a module: the model then trains them too.
    """

    outputs_per_pixel: int  # P: 1, or 2 where the decoder gives every pixel a scale too

    def log_prob(self, outputs: Tensor, x: Tensor) -> Tensor:
        """log p(x|z), summed over the pixels: [..., B]."""

    def mean(self, outputs: Tensor) -> Tensor:
        """E[x|z], [..., B, D]: what a reconstruction shows."""

    def variance(self, outputs: Tensor) -> Tensor:
        """Var[x|z] of every pixel, [..., B, D]."""

    def sample(self, outputs: Tensor, generator: Generator) -> Tensor:
        """One draw of x given z, [..., B, D]."""

    def inverse_mean(self, mean: Tensor) -> Tensor:
        """The outputs [..., P·D] whose mean is this one, [..., D]: finite also for pixels that are always 0 or 1."""


@runtime_checkable
class Density(Likelihood, Protocol):
    """A family that gives every interval a probability, so that images of 8 bits compare across families.

    For evaluation: only the discretised logistic trains through it.
    """

    def log_mass(self, outputs: Tensor, low: Tensor, high: Tensor) -> Tensor:
        """log P(low < x < high), summed over the pixels: [..., B]. The edges [B, D] may be ∓∞."""


LIKELIHOODS: dict[LikelihoodName, Callable[..., Likelihood]] = {
    "bernoulli": Bernoulli,
    "continuous_bernoulli": ContinuousBernoulli,
    "gaussian": Gaussian,
    "laplace": Laplace,
    "student_t": StudentT,
    "discretized_logistic": DiscretizedLogistic,
}


def choose_likelihood(config: TrainConfig) -> Likelihood:
    """The family, the scale and the family's own parameters that the configuration names."""
    scale = {"sigma": config.sigma, "scale": config.scale} if config.family.scales else {}
    return LIKELIHOODS[config.likelihood](**scale, **config.shape)
