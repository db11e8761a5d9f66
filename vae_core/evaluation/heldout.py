"""The held-out terms: the same bound as in training, under noise that every evaluation of every run shares.

N is the images of the split, B of a chunk, D their pixels, Z the latent dimensions.
"""

from math import log, sqrt

import torch
from torch import Tensor

from vae_core.datasets.facts import WHITE
from vae_core.evaluation.levels import has_levels, log_levels
from vae_core.events import Evaluation
from vae_core.model.elbo import kl_per_dim
from vae_core.model.likelihoods.pixels import to_unit
from vae_core.model.vae import VAE
from vae_core.theory.cost import CHUNK

FEW = 200  # images are enough for the mean variance of all their pixels
SEED = 20_131_220  # of the noise: a constant, so that two runs with one latent_dim use the same noise
ACTIVE = 0.01  # variance of the posterior mean above which Burda et al. (2016) call a dimension active
HALF_GREY = 0.5 / WHITE  # half of one of the 255 steps between black and white


@torch.inference_mode()
def evaluate(
    model: VAE, images: Tensor, *, dequantize: bool = False, step: int, epoch: float, seconds: float
) -> Evaluation:
    """The terms of all `images`, uint8 [N, D] on the model's device, in nats per example, one z an image.

    z is sampled from q(z|x): at the posterior's mean the sum of both terms would be no bound, and better than it by
    several nats. `mse_per_pixel` and `bce_per_pixel` are the `mean_errors`, of the pixels as they are and never
    dequantised, so that any two runs share them.

    `bits_per_dim` is measured on the first `CHUNK` images, `decoder_std` on the first `FEW`: a density's integrals over
    the bins of 8-bit levels, and the variance of a probability over them, cost more than all the rest.
    """
    model.eval()
    generator = torch.Generator().manual_seed(SEED)  # on the CPU, so that every device draws the same numbers
    pixel_noise = torch.Generator().manual_seed(SEED + 1) if dequantize else None
    squares, cross_entropy = torch.zeros(2, dtype=torch.float64, device=images.device)
    distortions, rates, locs = [], [], []  # of each image: [N], [N, Z], [N, Z]
    decoder_variance, bits = None, None

    for chunk in torch.split(images, CHUNK):
        x = to_unit(chunk, pixel_noise)  # [B, D]
        posterior = model.posterior(x)
        noise = torch.randn((1, len(x), model.latent_dim), generator=generator).to(x.device)
        outputs = model.decode(posterior.sample(noise))
        distortions.append(-model.likelihood.log_prob(outputs, x)[0].double())
        locs.append(posterior.loc.double())
        if model.variational:
            rates.append(kl_per_dim(posterior).double())

        square, entropy = mean_errors(model.likelihood.mean(outputs)[0], chunk)
        squares += square.sum(dtype=torch.float64)
        cross_entropy += entropy.sum(dtype=torch.float64)

        if decoder_variance is None:
            decoder_variance = model.likelihood.variance(outputs[:, :FEW]).mean().item()
            if model.variational and has_levels(model.likelihood, images):
                levels = log_levels(model.likelihood, outputs, chunk, dequantized=dequantize)[0]
                bits = (rates[0].sum(-1) - levels).mean().item() / images.shape[1] / log(2)

    distortion, loc, pixels = torch.cat(distortions), torch.cat(locs), images.numel()
    kl, elbo, elbo_se, per_dim = None, None, None, None
    if model.variational:
        rate = torch.cat(rates)  # [N, Z]
        kl, per_dim = rate.sum(-1).mean().item(), rate.mean(0).cpu().numpy()
        elbo = -(distortion.mean().item() + kl)
        elbo_se = (distortion + rate.sum(-1)).std().item() / sqrt(len(images))
    return Evaluation(
        step=step,
        epoch=epoch,
        seconds=seconds,
        reconstruction=distortion.mean().item(),
        kl=kl,
        elbo=elbo,
        elbo_se=elbo_se,
        kl_per_dim=per_dim,
        active_units=int((loc.var(0, correction=0) > ACTIVE).sum()) if model.variational else None,
        mse_per_pixel=squares.item() / pixels,
        bce_per_pixel=cross_entropy.item() / pixels,
        decoder_std=sqrt(decoder_variance or 0),
        bits_per_dim=bits,
    )


def mean_errors(mean: Tensor, levels: Tensor) -> tuple[Tensor, Tensor]:
    """Squared error and cross-entropy (nats) of a decoder's mean against the grey levels y/255, per pixel: both [B, D].

    The cross-entropy needs the mean inside (0, 1): it is clipped to half a grey level from either end, the nearest that
    8-bit pixels can distinguish from it, so that every likelihood has a finite value.
    """
    grey = to_unit(levels)
    p = mean.clamp(HALF_GREY, 1 - HALF_GREY)
    return (mean - grey).square(), -(grey * p.log() + (1 - grey) * torch.log1p(-p))
