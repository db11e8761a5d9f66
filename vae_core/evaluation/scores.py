"""The scores of each held-out image: two runs are compared image by image.

N is the images, B of a chunk, D their pixels.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae_core.evaluation.decoded import decode_all
from vae_core.evaluation.heldout import mean_errors
from vae_core.evaluation.xray import Score
from vae_core.model.vae import VAE
from vae_core.report import Scores


@torch.inference_mode()
def score(
    model: VAE, images: Tensor, labels: NDArray[np.integer], read: Sequence[Score], *, dequantize: bool
) -> Scores:
    """The `Scores` of `images`, uint8 [N, D] on the model's device; `read` is their X-ray, its own reading first.

    The noise is the X-ray's: an image's noise depends on its place alone and never on the run.
    """
    own, *others = read
    scores = {
        "reconstruction": own.reconstruction,
        "kl": own.kl,
        "negative_elbo": own.negative_elbo,
        "bits_per_dim": own.bits_per_dim,
        **{score.reader.name: score.negative_elbo for score in others},
        **_mean_errors(model, images, dequantize=dequantize),
    }
    return Scores(labels, {name: value.double().cpu().numpy() for name, value in scores.items() if value is not None})


def _mean_errors(model: VAE, images: Tensor, *, dequantize: bool) -> dict[str, Tensor]:
    """Squared error and cross-entropy a pixel of the decoder's mean, each [N]."""
    chunks = [
        torch.stack([error.mean(-1) for error in mean_errors(model.likelihood.mean(chunk.outputs)[0], chunk.levels)])
        for chunk in decode_all(model, images, dequantize=dequantize)
    ]
    return dict(zip(("mse_per_pixel", "bce_per_pixel"), torch.cat(chunks, 1), strict=True))
