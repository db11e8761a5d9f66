"""The results of the final examination of a trained model on held-out images. Plain numbers: no torch here.

Terms are in nats per image, `se` is the standard error of a mean over images. Z is the latent dimensions. A number is
None where the model or the data do not have it, and in a stored report also where it was not finite.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vae_core.schema import DESCRIBED

Floats = NDArray[np.float64]
PICTURED = 512  # first held-out images whose reconstructions a finished run keeps


@dataclass(frozen=True)
class Bound:
    """The importance-weighted bound L_K ≤ log p(x) (Burda et al. 2016), of a VAE's held-out images."""

    __pydantic_config__ = DESCRIBED

    log_px: float | None
    """L_K, nats per image."""
    se: float | None
    """Standard error of `log_px` over images."""
    samples: int
    """K, codes drawn for each image."""
    images: int
    """Images that the bound is a mean over."""
    ess: float | None
    """Median over images of the effective sample size, as a fraction of K."""
    unreliable: float | None
    """Share of the images whose effective sample size is below 5 % of K."""
    bits_per_dim: float | None
    """Of 8-bit or binary pixels, from the same samples; null where it is not defined."""


@dataclass(frozen=True)
class Surgery:
    """E_x KL(q(z|x)‖p(z)) = mutual_information + total_correlation + dimension_wise_kl (Chen et al. 2018)."""

    __pydantic_config__ = DESCRIBED

    mutual_information: float | None
    """I_q(x; z), nats, at most log(images)."""
    total_correlation: float | None
    """KL(q(z)‖Π_j q(z_j)), nats."""
    dimension_wise_kl: float | None
    """Σ_j KL(q(z_j)‖p(z_j)), nats."""
    se: float | None
    """Standard error of the mutual information."""
    images: int
    """Posteriors in the bank."""
    capped: bool
    """Whether the mutual information is within 1 nat of log(images), so that only "at least" is known."""

    @property
    def kl(self) -> float | None:
        """The KL that the parts add up to: by one sample of each posterior in the bank, nats."""
        if self.mutual_information is None or self.total_correlation is None or self.dimension_wise_kl is None:
            return None
        return self.mutual_information + self.total_correlation + self.dimension_wise_kl


@dataclass(frozen=True)
class Latents:
    """Statistics of the posteriors' means and variances."""

    __pydantic_config__ = DESCRIBED

    mean_variance: tuple[float | None, ...]
    """[Z] Var_x(E[z_j|x]), whose histogram shows active and dead dimensions apart."""
    posterior_variance: tuple[float | None, ...]
    """[Z] E_x Var(z_j|x): near 1 in a dead dimension."""
    accuracy: float | None
    """Of 15 nearest neighbours by the means, train to held out; null without labels."""


@dataclass(frozen=True)
class Fidelity:
    """How similar the decoder's mean is to the image, at one z sampled from q(z|x)."""

    __pydantic_config__ = DESCRIBED

    psnr: float | None
    """Peak signal to noise, dB."""
    ssim: float | None
    """Structural similarity, 1 for equal images."""


@dataclass(frozen=True)
class Reading:
    """One row of the likelihood X-ray: the same decoder, images and noise under one reading of its outputs."""

    __pydantic_config__ = DESCRIBED

    name: str
    """own, soft_bernoulli, continuous_bernoulli_raw, continuous_bernoulli_mean or gaussian_fitted."""
    reconstruction: float | None
    """−E_q[log p(x|z)] under this reading, nats per image."""
    se: float | None
    """Standard error of the reconstruction over images."""
    elbo: float | None
    """With the model's own KL, nats per image; null for a plain autoencoder."""
    elbo_se: float | None
    """Standard error of the ELBO over images."""
    bits_per_dim: float | None
    """Of the 8-bit levels, the density integrated over each level's bin."""
    bits_per_dim_se: float | None
    """Standard error of the bits over images."""
    scale: float | None = None
    """The fitted σ of gaussian_fitted."""


@dataclass(frozen=True)
class Report:
    """All results of the final examination of a run; None where the model or the data have no such number."""

    __pydantic_config__ = DESCRIBED

    step: int
    """After which the model was examined."""
    bound: Bound | None
    """On log p(x); null for a plain autoencoder."""
    surgery: Surgery | None
    """The parts of the KL; null for a plain autoencoder."""
    latents: Latents
    """The latent dimensions by the encoder's means."""
    fidelity: Fidelity
    """Of the reconstructions."""
    xray: tuple[Reading, ...]
    """The likelihood X-ray, a row for each reading."""


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
