"""The bound and its two terms, in nats per example: summed over dimensions, averaged over the batch.

B is the batch, D the pixels of an image, Z the latent dimensions, L the Monte-Carlo samples.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from vae_core.vae import VAE, Posterior


@dataclass(frozen=True)
class Terms:
    """One minibatch's terms, scalars on the model's device. The ELBO is −(reconstruction + kl)."""

    reconstruction: Tensor  # −E_q[log p(x|z)], averaged over L samples of z
    kl: Tensor | None  # KL(q(z|x)‖p(z)), never weighted; None for a plain autoencoder
    loss: Tensor  # what is minimised; with both weights 1 the negative ELBO


def kl_per_dim(posterior: Posterior) -> Tensor:
    """KL(q(z_j|x)‖N(0, 1)) for each image and dimension, [B, Z]: ½(μ² + σ² − 1 − log σ²) (AEVB, appendix B).

    expm1 keeps the digits that exp(·) − 1 loses where σ is near 1, so a collapsed dimension reads as 0.
    Raises `ValueError` for a plain autoencoder, whose code is a point.
    """
    loc, log_variance = posterior
    if log_variance is None:
        raise ValueError("A plain autoencoder has no KL: its code is a point, not a distribution.")
    return 0.5 * (loc.square() + torch.expm1(log_variance) - log_variance)


def elbo_terms(model: VAE, x: Tensor, noise: Tensor, weights: tuple[float, float]) -> Terms:
    """The terms for images x [B, D] in [0, 1] under standard normal `noise` [L, B, Z].

    −ELBO = −(1/L) Σ_l log p(x|z_l) + KL(q(z|x)‖p(z)) with z_l = μ + σ · noise_l (AEVB, equation 10). `weights` are
    those of the two terms in the loss: (1, β) for a β-VAE (Higgins et al. 2017), others where the loss takes means.
    """
    posterior = model.posterior(x)
    outputs = model.decode(posterior.sample(noise))
    reconstruction = -model.likelihood.log_prob(outputs, x).mean()  # over L and B
    if not model.variational:
        return Terms(reconstruction, None, weights[0] * reconstruction)
    kl = kl_per_dim(posterior).sum(-1).mean()
    return Terms(reconstruction, kl, weights[0] * reconstruction + weights[1] * kl)
