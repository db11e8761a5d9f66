"""The results of the final examination of a trained model on held-out images. Plain numbers: no torch here.

Terms are in nats per example, `se` is the standard error of a mean over images. Z is the latent dimensions.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
PICTURED = 512  # first held-out images whose reconstructions a finished run keeps


@dataclass(frozen=True)
class Bound:
    """The importance-weighted bound L_K ≤ log p(x) (Burda et al. 2016), of a VAE's held-out images."""

    log_px: float
    se: float
    samples: int  # K
    images: int
    ess: float  # median over images of the effective sample size, as a fraction of K
    unreliable: float  # share of the images whose effective sample size is below 5 % of K
    bits_per_dim: float | None  # of 8-bit or binary pixels, from the same samples; None where none is defined


@dataclass(frozen=True)
class Surgery:
    """E_x KL(q(z|x)‖p(z)) = mutual_information + total_correlation + dimension_wise_kl (Chen et al. 2018)."""

    mutual_information: float  # I_q(x; z), at most log(images)
    total_correlation: float
    dimension_wise_kl: float
    se: float  # of the mutual information
    images: int  # posteriors in the bank, N
    capped: bool  # the mutual information is within 1 nat of log N: only "at least" is known


@dataclass(frozen=True)
class Latents:
    """Statistics of the posteriors' means and variances."""

    mean_variance: Floats  # [Z] Var_x(E[z_j|x]), whose histogram shows active and dead dimensions apart
    posterior_variance: Floats  # [Z] E_x Var(z_j|x): near 1 in a dead dimension
    accuracy: float | None  # of 15 nearest neighbours by the means, train to held out; None without labels


@dataclass(frozen=True)
class Fidelity:
    """How similar the decoder's mean is to the image, at one z sampled from q(z|x)."""

    psnr: float  # dB
    ssim: float


@dataclass(frozen=True)
class Reading:
    """One row of the likelihood X-ray: the same decoder, images and noise under one reading of its outputs."""

    name: str  # soft_bernoulli, continuous_bernoulli_raw, continuous_bernoulli_mean, gaussian_fitted, own
    reconstruction: float  # −E_q[log p(x|z)]
    se: float
    elbo: float | None  # with the model's own KL; None for a plain autoencoder
    elbo_se: float | None
    bits_per_dim: float | None  # of the 8-bit levels, the density integrated over each level's bin
    bits_per_dim_se: float | None
    scale: float | None = None  # the fitted σ of gaussian_fitted


@dataclass(frozen=True)
class Report:
    """All results of the final examination of a run; None where the model or the data have no such number."""

    step: int
    bound: Bound | None
    surgery: Surgery | None
    latents: Latents
    fidelity: Fidelity
    xray: tuple[Reading, ...]


@dataclass(frozen=True)
class Scores:
    """The scores of each of the first N held-out images, so that runs can be compared image by image.

    All runs have the same images in the same order, and runs with one latent_dim the same noise. Lower is better,
    except for the KL. The names: reconstruction, kl and negative_elbo of the model's own likelihood in nats, its
    bits_per_dim; mse_per_pixel and bce_per_pixel as in an evaluation; and for each reading of the X-ray except `own`,
    under its name, the −ELBO that it gives. A score that a model does not have is left out.
    """

    label: NDArray[np.integer]  # [N] indices into the data set's classes
    values: Mapping[str, Floats]  # [N] each
