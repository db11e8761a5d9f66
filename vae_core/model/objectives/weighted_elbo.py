"""The evidence lower bound, with a weight on each of its terms."""

from dataclasses import dataclass

from torch import Tensor

from vae_core.model.elbo import Terms, elbo_terms
from vae_core.model.vae import VAE


@dataclass(frozen=True)
class Elbo:
    """w_R · reconstruction + w_K · β · KL, the KL floored at `free_bits`; for an autoencoder the first term alone."""

    reductions: tuple[float, float]  # w_R, w_K: 1, or less where the loss takes means over dimensions
    free_bits: float  # λ, nats a latent dimension

    def __call__(self, model: VAE, x: Tensor, noise: Tensor, beta: float) -> Terms:
        """See `Objective`."""
        reconstruction_weight, kl_weight = self.reductions
        return elbo_terms(model, x, noise, (reconstruction_weight, kl_weight * beta), self.free_bits)
