"""The scale with which an optimal decoder is evaluated: the training split's, never that of the evaluated images."""

import torch
from torch import Tensor

from vae_core.evaluation.decoded import decode_all
from vae_core.model.likelihoods.exponential_power import ExponentialPower
from vae_core.model.vae import VAE

FIT = 5000  # training images, spread over the split


@torch.inference_mode()
def freeze_scale(model: VAE, train_images: Tensor, *, dequantize: bool) -> None:
    """Fit an optimal scale on `train_images`, uint8 [N, D] on the model's device; other scales stay as they are.

    A scale fitted on the evaluated images themselves would flatter them (Rybkin et al. 2021, arXiv:2006.13202).
    """
    likelihood = model.likelihood
    if not isinstance(likelihood, ExponentialPower) or likelihood.scale != "optimal":
        return
    some = train_images[:: -(-len(train_images) // FIT)]
    chunks = list(decode_all(model, some, dequantize=dequantize))
    outputs, x = torch.cat([chunk.outputs for chunk in chunks], 1), torch.cat([chunk.x for chunk in chunks])
    likelihood.fit(outputs, x)
