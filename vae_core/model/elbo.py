"""The bound and its two terms, in nats per example: summed over dimensions, averaged over the batch.

B is the batch, D the pixels of an image, Z the latent dimensions, S the Monte-Carlo samples of z for an image.
"""

from dataclasses import dataclass
from math import log, pi

import torch
from torch import Tensor

from vae_core.model.vae import VAE, Posterior


@dataclass(frozen=True)
class Terms:
    """One minibatch's terms, scalars on the model's device. The ELBO is −(reconstruction + kl)."""

    reconstruction: Tensor  # −E_q[log p(x|z)], averaged over the samples of z
    kl: Tensor | None  # KL(q(z|x)‖p(z)), never weighted; None for a plain autoencoder
    loss: Tensor  # what is minimised; with both weights 1 the negative ELBO


@dataclass(frozen=True)
class Draw:
    """One pass through a variational model, with z sampled from q(z|x): all that any objective needs."""

    posterior: Posterior
    z: Tensor  # [S, B, Z]
    log_px: Tensor  # [S, B] log p(x|z), summed over the pixels

    @property
    def reconstruction(self) -> Tensor:
        """−E_q[log p(x|z)], the mean over samples and batch."""
        return -self.log_px.mean()

    @property
    def kl(self) -> Tensor:
        """KL(q(z|x)‖p(z)), in closed form, the mean over the batch."""
        return kl_per_dim(self.posterior).sum(-1).mean()


def draw(model: VAE, x: Tensor, noise: Tensor) -> Draw:
    """The pass for images x [B, D] in [0, 1] under standard normal `noise` [S, B, Z]: z = μ + σ · noise."""
    posterior = model.posterior(x)
    z = posterior.sample(noise)
    return Draw(posterior, z, model.likelihood.log_prob(model.decode(z), x))


def kl_per_dim(posterior: Posterior) -> Tensor:
    """KL(q(z_j|x)‖N(0, 1)) for each image and dimension, [B, Z]: ½(μ² + σ² − 1 − log σ²) (AEVB, appendix B).

    expm1 keeps the digits that exp(·) − 1 loses where σ is near 1, so a collapsed dimension reads as 0.
    Raises `ValueError` for a plain autoencoder, whose code is a point.
    """
    loc, log_variance = posterior
    if log_variance is None:
        raise ValueError("A plain autoencoder has no KL: its code is a point, not a distribution.")
    return 0.5 * (loc.square() + torch.expm1(log_variance) - log_variance)


def log_qz(z: Tensor, posterior: Posterior) -> Tensor:
    """log q(z_j|x) of each dimension: z [..., Z] against the posterior's [..., Z], broadcast.

    Raises `ValueError` for a plain autoencoder, whose code has no density.
    """
    loc, log_variance = posterior
    if log_variance is None:
        raise ValueError("A plain autoencoder has no q(z|x): its code is a point, not a distribution.")
    return -0.5 * ((z - loc).square() * torch.exp(-log_variance) + (log_variance + log(2 * pi)))


def log_pz(z: Tensor) -> Tensor:
    """log p(z_j), the standard normal prior's, of each dimension: z [..., Z]."""
    return -0.5 * (z.square() + log(2 * pi))


def elbo_terms(model: VAE, x: Tensor, noise: Tensor, weights: tuple[float, float], free_bits: float = 0.0) -> Terms:
    """The terms for images x [B, D] in [0, 1] under standard normal `noise` [S, B, Z].

    −ELBO = −(1/S) Σ_s log p(x|z_s) + KL(q(z|x)‖p(z)) with z_s = μ + σ · noise_s (AEVB, equation 10). `weights` are
    those of the two terms in the loss: (1, β) for a β-VAE (Higgins et al. 2017), others where the loss takes means.

    `free_bits` = λ > 0 replaces the KL by Σ_j max(λ, mean over the batch of KL_j), in the loss alone
    (Kingma et al. 2016, arXiv:1606.04934).
    """
    drawn = draw(model, x, noise)
    reconstruction = drawn.reconstruction
    if not model.variational:
        return Terms(reconstruction, None, weights[0] * reconstruction)
    kl = drawn.kl
    floored = kl_per_dim(drawn.posterior).mean(0).clamp(min=free_bits).sum() if free_bits else kl
    return Terms(reconstruction, kl, weights[0] * reconstruction + weights[1] * floored)
