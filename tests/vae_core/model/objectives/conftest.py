"""A linear-Gaussian model, whose log p(x) is known, with an encoder that is exact or wrong by a known amount."""

from collections.abc import Callable
from dataclasses import dataclass
from math import log

import pytest
import torch
from torch import Tensor
from torch.distributions import MultivariateNormal

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.model.vae import VAE, build_model

B, D, Z = 8, 64, 3
SIGMA, LENGTH = 1.0, 1.6  # of the decoder's noise, and of each of its orthogonal directions
CERTAINTY = 1 + (LENGTH / SIGMA) ** 2  # the posterior's precision in every dimension


@dataclass(frozen=True)
class Linear:
    model: VAE
    x: Tensor  # [B, D], drawn from the model
    log_px: Tensor  # [B], exact


def noise(samples: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(samples, B, Z, generator=generator, dtype=torch.float64)


@pytest.fixture
def linear(small: Callable[..., TrainConfig]) -> Callable[..., Linear]:
    """x = Wz + b + σ·noise with orthogonal W. The exact posterior is N(Wᵀ(x − b) / (σ² · CERTAINTY), I / CERTAINTY)."""

    def build(*, shrink: float = 1.0, widen: float = 0.0) -> Linear:
        config = small(hidden=(), likelihood="gaussian", sigma=SIGMA, latent_dim=Z)
        model = build_model(config, FACTS["digits"], seed=0).double()
        generator = torch.Generator().manual_seed(1)
        random = torch.randn(D, Z + 1, generator=generator, dtype=torch.float64)
        w = LENGTH * torch.linalg.qr(random[:, :Z]).Q
        b = random[:, Z]
        recognition = w.T / (SIGMA**2 * CERTAINTY) * shrink
        with torch.no_grad():
            model.decoder[0].weight.copy_(w)
            model.decoder[0].bias.copy_(b)
            model.encoder[0].weight.copy_(torch.cat([recognition, torch.zeros(Z, D)]))
            spread = torch.full((Z,), widen - log(CERTAINTY), dtype=torch.float64)
            model.encoder[0].bias.copy_(torch.cat([-recognition @ b, spread]))
        px = MultivariateNormal(b, w @ w.T + SIGMA**2 * torch.eye(D, dtype=torch.float64))
        z, error = noise(1, seed=2)[0], torch.randn(B, D, generator=generator, dtype=torch.float64)
        x = z @ w.T + b + SIGMA * error
        return Linear(model, x, px.log_prob(x))

    return build
