from collections.abc import Callable
from dataclasses import fields
from typing import get_args

import pytest
import torch
from torch import Tensor

from tests.vae_core.model.objectives.conftest import CERTAINTY, Linear, Z, noise
from vae_core.config.train_config import TrainConfig
from vae_core.model.elbo import elbo_terms
from vae_core.model.objectives import choose_objective
from vae_core.model.vae import VAE

NAMES = get_args(next(field.type for field in fields(TrainConfig) if field.name == "objective"))
L, K = 2, 3


@pytest.fixture(params=NAMES)
def config(request: pytest.FixtureRequest, small: Callable[..., TrainConfig]) -> TrainConfig:
    return small(objective=request.param, mc_samples=L, importance_samples=K)


@pytest.fixture
def epsilon(config: TrainConfig) -> torch.Tensor:
    return torch.randn(config.samples, 32, 4, generator=torch.Generator().manual_seed(5))


def test_every_objective_reports_the_elbos_own_terms(
    config: TrainConfig, model: VAE, x: Tensor, epsilon: Tensor
) -> None:
    plain = elbo_terms(model, x, epsilon, (1.0, 1.0))
    terms = choose_objective(config, 1000)(model, x, epsilon, 1.0)
    assert torch.equal(terms.reconstruction, plain.reconstruction)
    assert torch.equal(terms.kl, plain.kl)
    assert terms.kl.item() >= 0


def test_every_objective_has_finite_gradients_for_every_parameter(
    config: TrainConfig, model: VAE, x: Tensor, epsilon: Tensor
) -> None:
    choose_objective(config, 1000)(model, x, epsilon, 2.0).loss.backward()
    for parameter in model.parameters():
        assert parameter.grad.isfinite().all()
        assert parameter.grad.any()


def test_every_objective_gives_the_same_bits_again_and_leaves_the_global_generator(
    config: TrainConfig, model: VAE, x: Tensor, epsilon: Tensor
) -> None:
    state = torch.get_rng_state()
    losses = [choose_objective(config, 1000)(model, x, epsilon, 2.0).loss for _ in range(2)]
    assert torch.equal(*losses)
    assert torch.equal(state, torch.get_rng_state())


def test_every_objective_takes_a_last_batch_of_one_image(
    config: TrainConfig, model: VAE, x: Tensor, epsilon: Tensor
) -> None:
    terms = choose_objective(config, 1000)(model, x[:1], epsilon[:, :1], 2.0)
    terms.loss.backward()
    assert all(parameter.grad.isfinite().all() for parameter in model.parameters())
    if config.objective in {"elbo", "beta_tcvae", "mmd"}:
        beta = 1 if config.objective == "beta_tcvae" else 2  # of one image no correlation can be seen
        assert terms.loss.item() == pytest.approx((terms.reconstruction + beta * terms.kl).item(), rel=1e-6)


def test_the_reported_bound_is_that_of_sampled_codes_never_of_their_means(
    config: TrainConfig, linear: Callable[..., Linear]
) -> None:
    exact = linear()
    objective = choose_objective(config, 1000)
    samples, repeats = config.samples, 300

    def reported(epsilon: torch.Tensor) -> float:
        terms = objective(exact.model, exact.x, epsilon, 1.0)
        return -(terms.reconstruction + terms.kl).item()

    elbos = torch.tensor([reported(noise(samples, seed)) for seed in range(repeats)])
    error = elbos.std().item() / repeats**0.5
    assert elbos.mean().item() == pytest.approx(exact.log_px.mean().item(), abs=5 * error)
    flattered = Z * (1 - 1 / CERTAINTY) / 2  # the mean's advantage in the reconstruction, exactly
    assert reported(torch.zeros(samples, 8, Z)) == pytest.approx(exact.log_px.mean().item() + flattered)
    assert flattered > 20 * error
