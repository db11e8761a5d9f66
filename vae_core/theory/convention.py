"""What a loss convention really trains: means instead of sums and a weighted KL are another scale or another β.

With SSE, L1, BCE and KL as sums over their dimensions, for one image,

    a_R · SSE + a_K · KL   is, up to a factor and a constant, the −ELBO of a Gaussian with σ² = a_K / (2 a_R),
                           or a β-VAE with β = a_K / (2 a_R σ²) at a declared σ;
    a_R · L1 + a_K · KL    is that of a Laplace with b = a_K / a_R, or a β-VAE with β = a_K / (a_R b) at a declared b;
    b_R · BCE + a_K · KL   is a β-VAE with a Bernoulli decoder and β = a_K / b_R; so it is for any other −log p.

A decoder that learns its scale has no other scale to be translated into: its loss has a β only. A common factor is
harmless to Adam, but not to SGD, weight decay or clipping. No torch here.
"""

from dataclasses import dataclass
from math import sqrt

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.schema import DESCRIBED


@dataclass(frozen=True)
class Weights:
    """The loss as reconstruction · (BCE, SSE or L1) + kl · KL, each term summed, without its constant."""

    __pydantic_config__ = DESCRIBED

    reconstruction: float
    """b_R or a_R, the weight of the summed error."""
    kl: float
    """a_K, the weight of the summed KL."""

    @property
    def bernoulli_beta(self) -> float:
        """The β that the loss gives a Bernoulli decoder, or any other whose whole −log p it weighs."""
        return self.kl / self.reconstruction

    @property
    def gaussian_sigma(self) -> float:
        """The σ at which the loss is proportional to the −ELBO (β = 1) of a Gaussian decoder."""
        return sqrt(self.kl / (2 * self.reconstruction))

    def gaussian_beta(self, sigma: float) -> float:
        """The β that the loss gives a Gaussian decoder of this σ."""
        return self.kl / (2 * self.reconstruction * sigma**2)

    @property
    def laplace_scale(self) -> float:
        """The b at which the loss is proportional to the −ELBO (β = 1) of a Laplace decoder."""
        return self.kl / self.reconstruction

    def laplace_beta(self, scale: float) -> float:
        """The β that the loss gives a Laplace decoder of this b."""
        return self.kl / (self.reconstruction * scale)


def bernoulli_weights(beta: float = 1.0) -> Weights:
    """The way back: weights of BCE and KL that train a β-VAE with a Bernoulli decoder."""
    return Weights(1.0, beta)


def gaussian_weights(sigma: float, beta: float = 1.0) -> Weights:
    """The way back: weights of SSE and KL that train a β-VAE with a Gaussian decoder."""
    return Weights(1 / (2 * sigma**2), beta)


def laplace_weights(scale: float, beta: float = 1.0) -> Weights:
    """The way back: weights of L1 and KL that train a β-VAE with a Laplace decoder."""
    return Weights(1 / scale, beta)


@dataclass(frozen=True)
class Implied:
    """What a run's loss amounts to: β at the declared decoder, and the scale at which a β = 1 loss is equal to it.

    `sigma` is a Gaussian's σ or a Laplace's b, None where no other scale makes up for β: other decoders, and every
    scale that is learned. `beta` is None where no weight of the whole KL describes the loss: a plain autoencoder, a
    weight on the total correlation alone (beta_tcvae), a penalty in addition to the KL (mmd).
    """

    __pydantic_config__ = DESCRIBED

    beta: float | None
    """The weight of the KL at the declared decoder."""
    sigma: float | None
    """The decoder's scale at which a loss with β = 1 is equal, in pixel units from 0 to 1."""


def reduction_weights(config: TrainConfig) -> tuple[float, float]:
    """Factors on the summed reconstruction and KL terms of the loss: 1 for a sum, 1/D and 1/Z for means."""
    pixels = FACTS[config.dataset].dimensions
    return (
        1.0 if config.reconstruction_reduction == "sum" else 1 / pixels,
        1.0 if config.kl_reduction == "sum" else 1 / config.latent_dim,
    )


def implied(config: TrainConfig) -> Implied:
    """What `config`'s reductions, β and objective really train, once a schedule has reached its end."""
    if not _weighs_the_kl(config):
        return Implied(None, None)
    reconstruction, kl = reduction_weights(config)
    beta = kl * config.beta / reconstruction
    if not _translates(config):
        return Implied(beta, None)
    if config.family.error == "sse":
        return Implied(beta, gaussian_weights(config.sigma, beta).gaussian_sigma)
    return Implied(beta, laplace_weights(config.sigma, beta).laplace_scale)


def _weighs_the_kl(config: TrainConfig) -> bool:
    """Whether the loss is −log p and the KL, with a weight on the whole of it."""
    if config.objective == "beta_tcvae":
        return config.beta == 1
    if config.objective == "mmd":
        return config.mmd_weight == 0
    return config.model != "ae"


def _translates(config: TrainConfig) -> bool:
    """Whether β may be read as another scale: −log p must be a power of the error over a scale that stays."""
    return config.family.error in {"sse", "l1"} and config.scale == "fixed"
