"""A run's pictures: always the same held-out inputs, noise and prior codes, so that steps and runs compare.

N is the images of a sheet, D their pixels, Z the latent dimensions.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae_core.datasets.facts import WHITE
from vae_core.evaluation.decoded import decode_all
from vae_core.events import PictureKind, Pictures
from vae_core.model.likelihoods.pixels import to_unit
from vae_core.model.vae import VAE
from vae_core.report import PICTURED

COUNT = 64  # images of one kind: an 8×8 sheet
SEED = 20_131_220  # of all noise here: a constant, so two runs with one latent_dim show the same z


@torch.inference_mode()
def draw_pictures(model: VAE, inputs: Tensor, shape: tuple[int, int], step: int) -> list[Pictures]:
    """Reconstructions of `inputs` [N, D] in [0, 1] and, unless the model is a plain autoencoder, prior pictures.

    A reconstruction is the decoder's mean at one z sampled from q(z|x): the one that the training loss measures, rather
    than the smoother picture at the posterior's mean. The prior pictures are the mean, and one sample of p(x|z), at the
    same N codes from N(0, I). `shape` is (height, width).
    """
    model.eval()
    generator = torch.Generator().manual_seed(SEED)  # on the CPU, so that every device draws the same numbers
    noise, codes = torch.randn((2, 1, COUNT, model.latent_dim), generator=generator).to(inputs.device)
    z = model.posterior(inputs).sample(noise[:, : len(inputs)])
    sheets: dict[PictureKind, Tensor] = {"reconstructions": model.likelihood.mean(model.decode(z))}
    if model.variational:
        outputs = model.decode(codes).cpu()
        sheets["prior_means"] = model.likelihood.mean(outputs)
        sheets["prior_samples"] = model.likelihood.sample(outputs, generator)
    return [Pictures(step, kind, to_pixels(images, shape)) for kind, images in sheets.items()]


@torch.inference_mode()
def draw_held_out(
    model: VAE, images: Tensor, shape: tuple[int, int], step: int, *, dequantize: bool
) -> tuple[Pictures, Pictures]:
    """The first of `images`, uint8 [N, D], and the decoder's means under the noise that all scores share."""
    chunks = list(decode_all(model, images[:PICTURED], dequantize=dequantize))
    inputs = torch.cat([to_unit(chunk.levels) for chunk in chunks])
    means = torch.cat([model.likelihood.mean(chunk.outputs)[0] for chunk in chunks])
    return (
        Pictures(step, "held_out", to_pixels(inputs, shape)),
        Pictures(step, "held_out_means", to_pixels(means, shape)),
    )


def to_pixels(images: Tensor, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Images with pixels around [0, 1] as 8-bit grey [N, height, width]; outside is clipped, NaN is black."""
    levels = (WHITE * images.nan_to_num().clamp(0, 1)).round().to(torch.uint8)
    pixels: NDArray[np.uint8] = levels.reshape(-1, *shape).cpu().numpy()
    return pixels
