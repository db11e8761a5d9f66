"""How likely held-out images are under the model: the importance-weighted bound on log p(x).

Burda, Grosse and Salakhutdinov 2016, arXiv:1509.00519. N is the images, B of a chunk, D their pixels, Z the latent
dimensions, K the samples of z for each image, L those of a chunk.
"""

from functools import partial
from math import log

import torch
from torch import Tensor

from vae_core.evaluation.heldout import SEED
from vae_core.evaluation.levels import has_levels, log_levels
from vae_core.model.likelihoods.bernoulli import Bernoulli
from vae_core.model.likelihoods.discretized_logistic import DiscretizedLogistic
from vae_core.model.likelihoods.pixels import to_unit
from vae_core.model.vae import VAE
from vae_core.report import Bound

ROWS = {"cpu": 256, "cuda": 2**14}  # codes decoded at once: few enough that their pixels stay in a CPU's cache
BITS_IMAGES = 200  # for the bits per dimension: the integrals of a density over its bins cost more than the decoder
UNRELIABLE = 0.05  # effective sample size, as a fraction of K, below which a few samples decide


@torch.inference_mode()
def importance_bound(model: VAE, images: Tensor, *, samples: int, dequantize: bool) -> Bound:
    """L_K = log (1/K) Σ_k p(x|z_k) p(z_k) / q(z_k|x) ≤ log p(x) of `images`, uint8 [N, D] on the model's device.

    L_1 is the ELBO and L_K rises with K to log p(x). Where the effective sample size (Σw)²/Σw² is a small part of K, a
    few samples decide and the bound can still be far below. The noise is the same for every run and any size of
    chunks.

    `bits_per_dim` is the same bound with the probability of the 8-bit levels in place of their density, of the first
    `BITS_IMAGES` images, the same ones for every family. A Bernoulli has bits per dimension on black and white pixels
    only. Raises `ValueError` for a plain autoencoder, which has no q(z|x).
    """
    model.eval()
    log_px, ess = log_marginals(model, images, samples, dequantize=dequantize, levels=False)
    probability, some = log_px[:BITS_IMAGES], images[:BITS_IMAGES]
    if not isinstance(model.likelihood, Bernoulli | DiscretizedLogistic):
        probability, _ = log_marginals(model, some, samples, dequantize=dequantize, levels=True)
    bits = -probability.mean().item() / images.shape[1] / log(2)
    return Bound(
        log_px=log_px.mean().item(),
        se=log_px.std().item() / len(images) ** 0.5,
        samples=samples,
        images=len(images),
        ess=ess.median().item(),
        unreliable=(ess < UNRELIABLE).double().mean().item(),
        bits_per_dim=bits if has_levels(model.likelihood, images) else None,
    )


def log_marginals(model: VAE, images: Tensor, samples: int, *, dequantize: bool, levels: bool) -> tuple[Tensor, Tensor]:
    """L_K of each image, of its `levels` or its density, and its effective sample size over K: float64, both [N]."""
    noise = torch.Generator().manual_seed(SEED)  # on the CPU, so that every device draws the same numbers
    pixel_noise = torch.Generator().manual_seed(SEED + 1) if dequantize else None
    rows = ROWS[images.device.type]
    bounds, sizes = [], []
    for chunk in torch.split(images, max(1, rows // samples)):
        x = to_unit(chunk, pixel_noise)  # [B, D]
        score = partial(model.likelihood.log_prob, x=x)
        if levels:
            score = partial(log_levels, model.likelihood, levels=chunk, dequantized=dequantize)
        loc, log_variance = posterior = model.posterior(x)
        if log_variance is None:
            raise ValueError("A plain autoencoder has no bound on log p(x): its code is a point, not a distribution.")
        # Image by image, so that the numbers depend on no chunk; [K, B, Z]
        epsilon = torch.stack([torch.randn((samples, loc.shape[1]), generator=noise) for _ in chunk], 1)
        log_w = []
        for part in torch.split(epsilon.to(x.device), rows):
            z = posterior.sample(part)  # [L, B, Z]
            log_ratio = 0.5 * (part.square() - z.square() + log_variance).sum(-1)  # log p(z) − log q(z|x)
            log_w.append(score(model.decode(z)) + log_ratio)
        weights = torch.cat(log_w).double()  # [K, B]
        total = weights.logsumexp(0)
        bounds.append(total - log(samples))
        sizes.append(torch.exp(2 * total - (2 * weights).logsumexp(0)) / samples)
    return torch.cat(bounds), torch.cat(sizes)
