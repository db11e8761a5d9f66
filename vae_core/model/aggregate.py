"""The aggregate posterior q(z) = (1/N) Σ_n q(z|x_n), and the three parts into which it splits the KL.

C is the images whose z are evaluated, M the posteriors in a bank, Z the latent dimensions, S the samples for an image.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from vae_core.model.elbo import log_pz, log_qz
from vae_core.model.vae import Posterior


class Parts(NamedTuple):
    """log q(z|x) − log p(z) in three, for each sample of z; their means are the parts of E_x KL(q(z|x)‖p(z))."""

    mutual_information: Tensor  # [S, C] log q(z|x) − log q(z)
    total_correlation: Tensor  # [S, C] log q(z) − Σ_j log q(z_j)
    dimension_wise_kl: Tensor  # [S, C] Σ_j log q(z_j) − Σ_j log p(z_j)


def split_kl(z: Tensor, own: Posterior, bank: Posterior, log_weights: Tensor) -> Parts:
    """The parts (Chen et al. 2018, arXiv:1802.04942, equation 2) at z [S, C, Z], each sampled from `own`, [C, Z].

    q(z) is the mixture of the bank's [M, Z] under `log_weights` [C, M] or [M]. The weight stands once in the joint
    and once in each marginal, log Σ_m w_m q(z_j|x_m): added to every dimension of the joint it would count Z times.
    It needs memory for S · C · M · Z numbers.
    """
    every = log_qz(z.unsqueeze(-2), bank)  # [S, C, M, Z]
    joint = (every.sum(-1) + log_weights).logsumexp(-1)  # log q(z), [S, C]
    marginals = (every + log_weights.unsqueeze(-1)).logsumexp(-2).sum(-1)  # Σ_j log q(z_j), [S, C]
    return Parts(log_qz(z, own).sum(-1) - joint, joint - marginals, marginals - log_pz(z).sum(-1))


def stratified(batch: int, images: int, like: Tensor) -> Tensor:
    """log weights [batch, batch] that make a minibatch stand for all N = `images`; type and device are those of `like`.

    An image's own component has its true weight 1/N, on the diagonal; the others share the rest, (N − 1)/N. Weights
    of 1/batch would claim that a z lies under its own posterior N/batch times as often as it does, and lower the mutual
    information by log(N/batch) nats. A batch of one has only its own component.
    """
    others = (images - 1) / images / (batch - 1) if batch > 1 else 0.0
    own = 1 - others * (batch - 1)
    return torch.full((batch, batch), others, dtype=like.dtype, device=like.device).fill_diagonal_(own).log()
