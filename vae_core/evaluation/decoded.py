"""Held-out images through the model once: every reading of its outputs has the same z.

N is the images of a split, B of a chunk, P·D the decoder's outputs for an image, Z the latent dimensions.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from vae_core.evaluation.heldout import SEED
from vae_core.model.likelihoods.pixels import to_unit
from vae_core.model.vae import VAE, Posterior
from vae_core.theory.cost import CHUNK


class Decoded(NamedTuple):
    """A chunk of images with their posterior and decoder outputs."""

    levels: Tensor  # [B, D] uint8
    noisy: Tensor  # [B, D] dequantised, (y + U)/256
    x: Tensor  # [B, D] what the model was trained on: those, or y/255
    posterior: Posterior
    outputs: Tensor  # [1, B, P·D] at one z sampled from q(z|x)


def decode_all(model: VAE, images: Tensor, *, dequantize: bool) -> Iterator[Decoded]:
    """`images`, uint8 [N, D] on the model's device, in chunks, under the noise of every evaluation."""
    model.eval()
    noise = torch.Generator().manual_seed(SEED)  # on the CPU, so that every device draws the same numbers
    pixel_noise = torch.Generator().manual_seed(SEED + 1)
    for levels in torch.split(images, CHUNK):
        noisy = to_unit(levels, pixel_noise)
        x = noisy if dequantize else to_unit(levels)
        posterior = model.posterior(x)
        epsilon = torch.randn((1, *posterior.loc.shape), generator=noise).to(images.device)
        yield Decoded(levels, noisy, x, posterior, model.decode(posterior.sample(epsilon)))
