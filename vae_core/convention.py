"""What a loss convention really trains: means instead of sums and a weighted KL are another σ or another β.

With SSE, BCE and KL as sums over their dimensions, for one image,

    a_R · SSE + a_K · KL   is, up to a factor and a constant, the −ELBO of a Gaussian with σ² = a_K / (2 a_R),
                           or a β-VAE with β = a_K / (2 a_R σ²) at a declared σ;
    b_R · BCE + a_K · KL   is a β-VAE with a Bernoulli decoder and β = a_K / b_R; so it is for any other −log p.

A common factor is harmless to Adam, but not to SGD, weight decay or clipping. No torch here.
"""

from dataclasses import dataclass
from math import sqrt

from vae_core.config import TrainConfig
from vae_core.datasets.facts import FACTS


@dataclass(frozen=True)
class Weights:
    """The loss as reconstruction_weight · reconstruction + kl_weight · kl, each term summed, without its constant.

    `reconstruction` is the BCE of a Bernoulli and the SSE of a Gaussian decoder.
    """

    reconstruction: float  # b_R or a_R
    kl: float  # a_K

    @property
    def bernoulli_beta(self) -> float:
        """The β that the loss gives a Bernoulli decoder."""
        return self.kl / self.reconstruction

    @property
    def gaussian_sigma(self) -> float:
        """The σ at which the loss is proportional to the −ELBO (β = 1) of a Gaussian decoder."""
        return sqrt(self.kl / (2 * self.reconstruction))

    def gaussian_beta(self, sigma: float) -> float:
        """The β that the loss gives a Gaussian decoder of this σ."""
        return self.kl / (2 * self.reconstruction * sigma**2)


def weights_for(beta: float, sigma: float | None = None) -> Weights:
    """The way back: weights of the summed terms that train a β-VAE, Gaussian with `sigma`, Bernoulli without."""
    return Weights(1.0 if sigma is None else 1 / (2 * sigma**2), beta)


@dataclass(frozen=True)
class Implied:
    """What a run's loss amounts to: β at the declared decoder; for a Gaussian also the σ of an equal β = 1 loss.

    `sigma` is None for other decoders; both are None for a plain autoencoder, whose loss has no KL.
    """

    beta: float | None
    sigma: float | None


def reduction_weights(config: TrainConfig) -> tuple[float, float]:
    """Factors on the summed reconstruction and KL terms of the loss: 1 for a sum, 1/D and 1/Z for means."""
    pixels = FACTS[config.dataset].dimensions
    return (
        1.0 if config.reconstruction_reduction == "sum" else 1 / pixels,
        1.0 if config.kl_reduction == "sum" else 1 / config.latent_dim,
    )


def implied(config: TrainConfig) -> Implied:
    """What `config`'s reductions and β really train, once a schedule has reached its end."""
    if config.model == "ae":
        return Implied(None, None)
    reconstruction, kl = reduction_weights(config)
    if config.likelihood != "gaussian":
        return Implied(Weights(reconstruction, kl * config.beta).bernoulli_beta, None)
    weights = Weights(reconstruction / (2 * config.sigma**2), kl * config.beta)
    return Implied(weights.gaussian_beta(config.sigma), weights.gaussian_sigma)
