"""The model: q(z|x), the prior N(0, I) and p(x|z) (Kingma and Welling 2014, arXiv:1312.6114).

B is the batch, D the pixels of an image, Z the latent dimensions, L the Monte-Carlo samples.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from vae_core.config.limits import LOG_VARIANCE_BOUNDS
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import DatasetFacts
from vae_core.model.likelihoods import choose_likelihood
from vae_core.model.networks import build, last_bias
from vae_core.theory.layers import decoder_layers, encoder_layers


class Posterior(NamedTuple):
    """q(z|x) = N(loc, exp(log_variance)), diagonal; a plain autoencoder's is the point `loc`."""

    loc: Tensor  # [B, Z]
    log_variance: Tensor | None  # [B, Z]

    def sample(self, noise: Tensor) -> Tensor:
        """z [L, B, Z] from standard normal `noise` [L, B, Z], reparameterised; a point ignores the noise."""
        if self.log_variance is None:
            return self.loc.unsqueeze(0)
        return self.loc + torch.exp(0.5 * self.log_variance) * noise


class VAE(nn.Module):
    """Encoder, decoder and likelihood; with model = 'ae' a plain autoencoder, which has no variance.

    The decoder gives P numbers a pixel: one, or two where the likelihood has a scale for every pixel. With
    precision = 'bfloat16' the layers compute in bfloat16, and their outputs are float32 again.
    """

    def __init__(self, config: TrainConfig, facts: DatasetFacts) -> None:
        super().__init__()
        self.latent_dim = config.latent_dim
        self.variational = config.model == "vae"
        self.mixed = config.precision == "bfloat16"
        self.encoder = build(encoder_layers(config, facts))
        self.decoder = build(decoder_layers(config, facts))
        self.likelihood = choose_likelihood(config)

    def posterior(self, x: Tensor) -> Posterior:
        """q(z|x) for x [B, D] in [0, 1]."""
        outputs = self._apply_layers(self.encoder, x)
        if not self.variational:
            return Posterior(outputs, None)
        loc, log_variance = outputs.chunk(2, dim=-1)
        return Posterior(loc, log_variance.clamp(*LOG_VARIANCE_BOUNDS))  # only to keep exp() from overflowing

    def decode(self, z: Tensor) -> Tensor:
        """The likelihood's raw parameters [L, B, P·D] for codes z [L, B, Z]."""
        return self._apply_layers(self.decoder, z.flatten(0, 1)).reshape(*z.shape[:2], -1)

    @torch.no_grad()
    def start_at(self, mean: Tensor) -> None:
        """Set the decoder's last bias so that it decodes to the mean image [D] in [0, 1], as IWAE's authors do.

        After a convolution, which has one bias a channel, it decodes to the mean pixel.
        """
        bias = last_bias(self.decoder)
        decoded = mean if len(bias) % len(mean) == 0 else mean.mean().expand_as(mean)
        bias.copy_(self.likelihood.inverse_mean(decoded).reshape(len(bias), -1).mean(1))

    def _apply_layers(self, layers: nn.Module, inputs: Tensor) -> Tensor:
        with torch.autocast(inputs.device.type, torch.bfloat16, enabled=self.mixed):
            outputs: Tensor = layers(inputs)
        return outputs.float() if self.mixed else outputs


def build_model(config: TrainConfig, facts: DatasetFacts, seed: int) -> VAE:
    """A model on the CPU whose first weights follow from `seed` alone; torch's global generator is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        return VAE(config, facts)
