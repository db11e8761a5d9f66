"""The ELBO with a penalty on the distance of the codes from the prior, as in InfoVAE and the Wasserstein autoencoder.

B is the batch, Z the latent dimensions, S the samples of z for an image.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from vae_core.model.elbo import Terms, draw
from vae_core.model.vae import VAE

LOG_NODES = (
    -16.0,
    4.5,
    0.5,
)  # first, end, step of log u: the error of the integrals below is then 1e-7, for any Z and z


@dataclass(frozen=True)
class Mmd:
    """reconstruction + β · KL + weight · MMD² (Zhao et al. 2017, arXiv:1706.02262; Tolstikhin et al. 2018)."""

    weight: float

    def __call__(self, model: VAE, x: Tensor, noise: Tensor, beta: float) -> Terms:
        """See `Objective`."""
        drawn = draw(model, x, noise)
        reconstruction, kl = drawn.reconstruction, drawn.kl
        return Terms(reconstruction, kl, reconstruction + beta * kl + self.weight * mmd_squared(drawn.z).mean())


def mmd_squared(z: Tensor) -> Tensor:
    """An unbiased estimate of MMD²(q(z), N(0, I)) from z [S, B, Z] for each of the S samples, [S]; 0 if B is 1.

    MMD² = E k(z, z') − 2 E k(z, p) + E k(p, p') with z, z' of different images, p, p' of the prior and the inverse
    multiquadric k(a, b) = C / (C + |a − b|²), C = 2Z (Tolstikhin et al. 2018, arXiv:1711.01558, section 4). Being
    unbiased, it falls below 0 about half the time where the two agree.

    The prior enters as integrals, not as samples, which would only add noise: with r = |a − b|, the kernel is
    k = ∫ exp(−u) exp(−u r² / C) du from 0 on, and the mean of a Gaussian's exp(−t r²) is known (see `_prior_means`).
    """
    batch, dimensions = z.shape[-2:]
    if batch == 1:
        return z.new_zeros(len(z))  # one image has no other to be far from
    scale = 2.0 * dimensions
    norm = z.square().sum(-1)  # [S, B]
    distance = norm.unsqueeze(-1) + norm.unsqueeze(-2) - 2 * z @ z.mT  # [S, B, B], squared
    kernel = scale / (scale + distance)
    others = kernel.sum((-2, -1)) - kernel.diagonal(dim1=-2, dim2=-1).sum(-1)
    to_prior, within_prior = _prior_means(norm, dimensions)
    return others / (batch * (batch - 1)) - 2 * to_prior.mean(-1) + within_prior


def _prior_means(norm: Tensor, dimensions: int) -> tuple[Tensor, Tensor]:
    """E k(z, p) for each |z|² in `norm`, in its shape, and E k(p, p'), with p, p' ~ N(0, I).

    E exp(−t |z − p|²) = (1 + 2t)^(−Z/2) exp(−t |z|² / (1 + 2t)), and with p' for z, (1 + 4t)^(−Z/2); here t = u / C.
    By the trapezoid rule in log u, which stays exact where z is far and only small u matter.
    """
    first, end, step = LOG_NODES
    u = torch.arange(first, end, step, dtype=norm.dtype, device=norm.device).exp()
    weights = step * u * torch.exp(-u)
    t = u / (2 * dimensions)
    to_prior = weights * (1 + 2 * t) ** (-dimensions / 2) * torch.exp(-norm.unsqueeze(-1) * (t / (1 + 2 * t)))
    return to_prior.sum(-1), (weights * (1 + 4 * t) ** (-dimensions / 2)).sum()
