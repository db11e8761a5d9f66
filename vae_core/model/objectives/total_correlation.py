"""The KL split in three, with a weight on one of the parts (Chen et al. 2018, arXiv:1802.04942)."""

from dataclasses import dataclass

from torch import Tensor

from vae_core.model.aggregate import split_kl, stratified
from vae_core.model.elbo import Terms, draw
from vae_core.model.vae import VAE


@dataclass(frozen=True)
class BetaTcvae:
    """reconstruction + mutual information + β · total correlation + dimension-wise KL.

    The three parts add up to the KL, so this is reconstruction + KL + (β − 1) · total correlation, and the KL is taken
    in closed form: the same mean and less noise than from three estimates, and at β = 1 the ELBO to the last bit.
    """

    images: int  # N of the training split

    def __call__(self, model: VAE, x: Tensor, noise: Tensor, beta: float) -> Terms:
        """See `Objective`."""
        drawn = draw(model, x, noise)
        reconstruction, kl, posterior = drawn.reconstruction, drawn.kl, drawn.posterior
        parts = split_kl(drawn.z, posterior, posterior, stratified(len(x), self.images, like=drawn.z))
        loss = reconstruction + kl + (beta - 1) * parts.total_correlation.mean()
        return Terms(reconstruction, kl, loss)
