"""How similar a reconstruction looks to its image: SSIM and PSNR."""

from math import inf, log10

import torch
from torch import Tensor

from vae_core.evaluation.decoded import decode_all
from vae_core.model.likelihoods.pixels import to_unit
from vae_core.model.vae import VAE
from vae_core.report import Fidelity


@torch.inference_mode()
def measure_fidelity(model: VAE, images: Tensor, shape: tuple[int, int], *, dequantize: bool) -> Fidelity:
    """Of the decoder's mean, clipped to [0, 1] as a picture shows it, against `images`, uint8 [N, D] on its device.

    PSNR is −10 log₁₀ of the squared error a pixel over all images, in decibels. SSIM (Wang et al. 2004, with its
    Gaussian window of 11×11 pixels, edges mirrored) is the mean over images, 1 for equal ones. `shape` is (height,
    width), at least 6 pixels each.
    """
    from torchmetrics.functional.image import structural_similarity_index_measure  # noqa: PLC0415  slow to import

    squares, similarity = torch.zeros(2, dtype=torch.float64, device=images.device)
    for chunk in decode_all(model, images, dequantize=dequantize):
        mean, grey = model.likelihood.mean(chunk.outputs)[0].clamp(0, 1), to_unit(chunk.levels)  # [B, D]
        squares += (mean - grey).square().sum(dtype=torch.float64)
        ours, theirs = mean.reshape(-1, 1, *shape), grey.reshape(-1, 1, *shape)
        similarity += structural_similarity_index_measure(ours, theirs, data_range=1.0, reduction="sum")
    error = squares.item() / images.numel()
    return Fidelity(psnr=-10 * log10(error) if error else inf, ssim=similarity.item() / len(images))
