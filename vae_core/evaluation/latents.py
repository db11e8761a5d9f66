"""The encoder's codes of images: which dimensions it uses, and whether images of one class lie together.

N is the images of a split, B of a chunk, D their pixels, Z the latent dimensions.
"""

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from vae_core.evaluation.heldout import SEED
from vae_core.model.likelihoods.pixels import to_unit
from vae_core.model.vae import VAE
from vae_core.report import Latents
from vae_core.theory.cost import CHUNK

NEIGHBOURS = 15  # as in Loaiza-Ganem and Cunningham 2019, arXiv:1907.06845
BANK = 10_000  # training images among which neighbours are searched

Codes = tuple[Tensor, Tensor]  # the means of images [N, Z] and their labels [N]


@torch.inference_mode()
def examine_latents(
    model: VAE,
    train_images: Tensor,
    images: Tensor,
    labels: tuple[NDArray[np.integer], NDArray[np.integer]] | None,
    *,
    dequantize: bool,
) -> Latents:
    """Means and variances of q(z|x) over all held-out `images`, uint8 [N, D] on the model's device.

    `accuracy` is the share of them with the label of most of their `NEIGHBOURS` nearest training images, by the
    distance between the posteriors' means; the neighbours come from at most `BANK` images spread over that split.
    `labels` are those of both splits, training first. A plain autoencoder's code has the variance 0.
    """
    model.eval()
    loc, variance = _posteriors(model, images, dequantize=dequantize)
    accuracy = None
    if labels is not None:
        stride = -(-len(train_images) // BANK)
        bank, _ = _posteriors(model, train_images[::stride], dequantize=dequantize)
        known, truth = (torch.as_tensor(each.astype(np.int64), device=loc.device) for each in labels)
        accuracy = _accuracy((bank, known[::stride]), (loc, truth))
    return Latents(
        mean_variance=tuple(loc.double().var(0, correction=0).tolist()),
        posterior_variance=tuple(variance.mean(0, dtype=torch.float64).tolist()),
        accuracy=accuracy,
    )


def _posteriors(model: VAE, images: Tensor, *, dequantize: bool) -> tuple[Tensor, Tensor]:
    """Mean and variance of q(z|x) for each image, both [N, Z]."""
    pixel_noise = torch.Generator().manual_seed(SEED + 1) if dequantize else None
    posteriors = [model.posterior(to_unit(chunk, pixel_noise)) for chunk in torch.split(images, CHUNK)]
    loc = torch.cat([posterior.loc for posterior in posteriors])
    variances = [posterior.log_variance for posterior in posteriors if posterior.log_variance is not None]
    return loc, torch.cat(variances).exp() if variances else torch.zeros_like(loc)


def _accuracy(bank: Codes, held_out: Codes) -> float:
    """The share with the label that most neighbours have, the least of those that equally many have."""
    points, known = bank
    right = 0
    for loc, truth in zip(*(torch.split(each, CHUNK) for each in held_out), strict=True):
        nearest = torch.cdist(loc, points).topk(min(NEIGHBOURS, len(points)), largest=False).indices
        votes = F.one_hot(known[nearest]).sum(1)  # [B, labels]
        right += int((votes.argmax(1) == truth).sum())
    return right / len(held_out[0])
