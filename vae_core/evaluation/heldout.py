"""The held-out terms: the same bound as in training, under noise that every evaluation of every run shares.

N is the images of the split, B of a chunk, D their pixels, Z the latent dimensions.
"""

import torch
from torch import Tensor

from vae_core.elbo import kl_per_dim
from vae_core.events import Evaluation
from vae_core.pixels import to_unit
from vae_core.vae import VAE

CHUNK = 1000  # images at a time; fixed, since the order of summation decides the last bits
SEED = 20_131_220  # of the noise: a constant, so that two runs with one latent_dim meet the same noise
ACTIVE = 0.01  # variance of the posterior mean above which Burda et al. (2016) call a dimension active
HALF_GREY = 1 / 510  # half of one of the 255 steps between black and white


@torch.inference_mode()
def evaluate(
    model: VAE, images: Tensor, *, dequantize: bool = False, step: int, epoch: float, seconds: float
) -> Evaluation:
    """The terms of all `images`, uint8 [N, D] on the model's device, in nats per example, one z an image.

    z is sampled from q(z|x): at the posterior's mean the sum of both terms would be no bound and flatter by several
    nats. `bce_per_pixel` needs the decoder's mean inside (0, 1): it is clipped to half a grey level from either end,
    the nearest that 8-bit pixels can tell from it, so that every likelihood has a finite value. It and `mse_per_pixel`
    are of the pixels as they are, never dequantised, so that any two runs share them.
    """
    model.eval()
    generator = torch.Generator().manual_seed(SEED)  # on the CPU, so that every device draws the same numbers
    grain = torch.Generator().manual_seed(SEED + 1) if dequantize else None
    nats, squares, cross_entropy = torch.zeros(3, dtype=torch.float64, device=images.device)
    kl, loc, loc_square = torch.zeros(3, model.latent_dim, dtype=torch.float64, device=images.device)

    for chunk in torch.split(images, CHUNK):
        x = to_unit(chunk, grain)  # [B, D]
        posterior = model.posterior(x)
        noise = torch.randn((1, len(x), model.latent_dim), generator=generator).to(x.device)
        outputs = model.decode(posterior.sample(noise))
        nats -= model.likelihood.log_prob(outputs, x).sum(dtype=torch.float64)

        grey, mean = to_unit(chunk), model.likelihood.mean(outputs)[0]  # [B, D]
        p = mean.clamp(HALF_GREY, 1 - HALF_GREY)
        squares += (mean - grey).square().sum(dtype=torch.float64)
        cross_entropy -= (grey * p.log() + (1 - grey) * torch.log1p(-p)).sum(dtype=torch.float64)

        if model.variational:
            kl += kl_per_dim(posterior).sum(0, dtype=torch.float64)
            loc += posterior.loc.sum(0, dtype=torch.float64)
            loc_square += posterior.loc.square().sum(0, dtype=torch.float64)

    n, pixels = len(images), images.numel()
    reconstruction = nats.item() / n
    variance = loc_square / n - (loc / n).square()  # Var_x(E[z_j|x]), [Z]
    rate = kl.sum().item() / n
    return Evaluation(
        step=step,
        epoch=epoch,
        seconds=seconds,
        reconstruction=reconstruction,
        kl=rate if model.variational else None,
        elbo=-(reconstruction + rate) if model.variational else None,
        kl_per_dim=(kl / n).cpu().numpy() if model.variational else None,
        active_units=int((variance > ACTIVE).sum()) if model.variational else None,
        mse_per_pixel=squares.item() / pixels,
        bce_per_pixel=cross_entropy.item() / pixels,
    )
