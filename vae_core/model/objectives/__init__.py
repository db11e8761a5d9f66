"""What a step minimises: one file for each objective. A step always reports the ELBO's two terms."""

from typing import Protocol

from torch import Tensor

from vae_core.config.train_config import TrainConfig
from vae_core.model.elbo import Terms
from vae_core.model.objectives.importance import Ciwae, Dreg, Iwae
from vae_core.model.objectives.mmd import Mmd
from vae_core.model.objectives.total_correlation import BetaTcvae
from vae_core.model.objectives.weighted_elbo import Elbo
from vae_core.model.vae import VAE
from vae_core.theory.convention import reduction_weights


class Objective(Protocol):
    """A loss and the terms beside it."""

    def __call__(self, model: VAE, x: Tensor, noise: Tensor, beta: float, /) -> Terms:
        """The terms for x [B, D] in [0, 1] under standard normal `noise` [S, B, Z], S = `config.samples`.

        `reconstruction` and `kl` are the ELBO's, over all S samples; only `loss` differs between objectives. No
        number is copied from the device, so the CPU never waits for a GPU.
        """


def choose_objective(config: TrainConfig, images: int) -> Objective:
    """The objective that the configuration names, for a training split of N = `images`."""
    match config.objective:
        case "iwae":
            return Iwae(config.importance_samples)
        case "ciwae":
            return Ciwae(config.importance_samples, config.elbo_weight)
        case "dreg":
            return Dreg(config.importance_samples)
        case "beta_tcvae":
            return BetaTcvae(images)
        case "mmd":
            return Mmd(config.mmd_weight)
        case _:
            return Elbo(reduction_weights(config), config.free_bits)
