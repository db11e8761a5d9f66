"""The model: q(z|x), the prior N(0, I) and p(x|z) (Kingma and Welling 2014, arXiv:1312.6114).

B is the batch, D the pixels of an image, Z the latent dimensions, L the Monte-Carlo samples.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from vae_core.config import TrainConfig
from vae_core.datasets.facts import DatasetFacts
from vae_core.likelihoods import choose_likelihood
from vae_core.networks import decoder, encoder


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
    """Encoder, decoder and likelihood; with model = 'ae' a plain autoencoder, which has no variance."""

    def __init__(self, config: TrainConfig, facts: DatasetFacts) -> None:
        super().__init__()
        self.latent_dim = config.latent_dim
        self.variational = config.model == "vae"
        self.encoder = encoder(config, facts, config.latent_dim * (2 if self.variational else 1))
        self.decoder = decoder(config, facts)
        self.likelihood = choose_likelihood(config)

    def posterior(self, x: Tensor) -> Posterior:
        """q(z|x) for x [B, D] in [0, 1]."""
        outputs: Tensor = self.encoder(x)
        if not self.variational:
            return Posterior(outputs, None)
        loc, log_variance = outputs.chunk(2, dim=-1)
        # Wide enough that training never meets it: it only keeps exp() from overflowing.
        return Posterior(loc, log_variance.clamp(-30, 20))

    def decode(self, z: Tensor) -> Tensor:
        """The likelihood's raw parameters [L, B, D] for codes z [L, B, Z]."""
        outputs: Tensor = self.decoder(z.flatten(0, 1))
        return outputs.reshape(*z.shape[:2], -1)


def build_model(config: TrainConfig, facts: DatasetFacts, seed: int) -> VAE:
    """A model on the CPU whose first weights follow from `seed` alone; torch's global generator is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        return VAE(config, facts)
