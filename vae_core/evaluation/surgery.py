"""The parts of a trained model's KL (Hoffman and Johnson 2016; Chen et al. 2018, arXiv:1802.04942).

N is the images of the split, D their pixels, M those in the bank, Z the latent dimensions.
"""

from math import log, sqrt

import torch
from torch import Generator, Tensor

from vae_core.model.aggregate import split_kl
from vae_core.model.likelihoods.pixels import to_unit
from vae_core.model.vae import VAE, Posterior
from vae_core.report import Surgery

BANK = 2000  # posteriors; the mutual information can show no more than log(BANK) = 7.6 nats
CHUNK = 1000  # images through the encoder at a time
PAIRS = 2**18  # C · M · Z numbers at a time: 2 MiB in float64, which stays in a core's cache
SEED = 20_180_214  # of the noise and of the choice of images: a constant, so that any two runs share them


@torch.inference_mode()
def dissect(model: VAE, images: Tensor, *, dequantize: bool, bank: int = BANK) -> Surgery:
    """The three parts of the KL over M = min(N, bank) of the `images`, uint8 [N, D] on the model's device.

    These M images are the data set: q(z) is their own, exact mixture, q(z) = (1/M) Σ_m q(z|x_m), so the mutual
    information is that between z and the number of the image, at most log M, and within 1 nat of log M it is only a
    lower limit of that over more images. One z an image, sampled from q(z|x). Sums are float64.

    Raises `ValueError` for a plain autoencoder, which has no q(z|x).
    """
    if not model.variational:
        raise ValueError("A plain autoencoder has no KL to dissect: its code is a point, not a distribution.")
    model.eval()
    generator = Generator().manual_seed(SEED)  # on the CPU, so that every device draws the same numbers
    chosen = torch.randperm(len(images), generator=generator)[:bank]
    noise = torch.randn((1, len(chosen), model.latent_dim), generator=generator).to(images.device)
    loc, log_variance = _encode(model, images[chosen.to(images.device)], dequantize)
    posteriors = Posterior(loc, log_variance)
    z = posteriors.sample(noise)  # [1, M, Z]

    log_weights = torch.full((len(chosen),), -log(len(chosen)), dtype=z.dtype, device=z.device)
    size = max(1, PAIRS // z.numel())
    chunks = zip(torch.split(z, size, 1), torch.split(loc, size), torch.split(log_variance, size), strict=True)
    parts = [split_kl(z, Posterior(*own), posteriors, log_weights) for z, *own in chunks]
    information, correlation, by_dimension = (torch.cat(part, -1) for part in zip(*parts, strict=True))  # [1, M]
    mean = information.mean().item()
    return Surgery(
        mutual_information=mean,
        total_correlation=correlation.mean().item(),
        dimension_wise_kl=by_dimension.mean().item(),
        se=information.std().item() / sqrt(len(chosen)),
        images=len(chosen),
        capped=mean > log(len(chosen)) - 1,
    )


def _encode(model: VAE, images: Tensor, dequantize: bool) -> tuple[Tensor, Tensor]:
    """Means and log variances of q(z|x), [M, Z] each, in float64."""
    pixel_noise = Generator().manual_seed(SEED + 1) if dequantize else None
    loc, log_variance = zip(
        *(model.posterior(to_unit(chunk, pixel_noise)) for chunk in torch.split(images, CHUNK)), strict=True
    )
    return torch.cat(loc).double(), torch.cat(log_variance).double()
