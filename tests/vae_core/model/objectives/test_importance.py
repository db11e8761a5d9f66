from collections.abc import Callable
from itertools import pairwise
from math import log
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.vae_core.model.objectives.conftest import Linear, noise
from vae_core.model.elbo import draw
from vae_core.model.objectives.importance import Ciwae, Dreg, Iwae, bound, log_weights

WRONG = {"shrink": 0.7, "widen": 0.7}  # an encoder that leaves a gap of about a nat


@pytest.mark.parametrize("samples", [1, 5])
@pytest.mark.parametrize("objective", [Iwae, Dreg])
def test_at_the_exact_posterior_every_weight_is_the_marginal_likelihood(
    linear: Callable[..., Linear], objective: Any, samples: int
) -> None:
    exact = linear()
    terms = objective(samples)(exact.model, exact.x, noise(2 * samples), 1.0)
    assert terms.loss.item() == pytest.approx(-exact.log_px.mean().item(), abs=1e-9)


def test_the_bound_rises_with_its_samples_to_the_exact_likelihood(linear: Callable[..., Linear]) -> None:
    wrong = linear(**WRONG)
    log_w = log_weights(drawn := draw(wrong.model, wrong.x, noise(20_000)), drawn.posterior, 20_000)[0]
    grouped = [bound(log_w.unflatten(0, (-1, k))).item() for k in (1, 2, 10, 100, 1000, 20_000)]
    assert all(fewer < more for fewer, more in pairwise(grouped))  # of nested groups: Jensen, not chance
    exact = wrong.log_px.mean().item()
    assert grouped[0] < exact - 0.5
    assert grouped[-1] == pytest.approx(exact, abs=0.02)


@pytest.mark.parametrize("objective", [Iwae, Ciwae, Dreg])
def test_groups_are_l_estimates_of_k_samples_each(linear: Callable[..., Linear], objective: Any) -> None:
    wrong, epsilon = linear(**WRONG), noise(12)
    settings = (4, 0.0) if objective is Ciwae else (4,)

    def loss(chosen: Tensor) -> float:
        return objective(*settings)(wrong.model, wrong.x, chosen, 1.0).loss.item()

    singly = [loss(epsilon[4 * i : 4 * i + 4]) for i in range(3)]
    assert loss(epsilon) == pytest.approx(sum(singly) / 3, abs=1e-9)
    assert max(singly) - min(singly) > 1e-3


def test_one_importance_sample_is_the_elbo_on_average(linear: Callable[..., Linear]) -> None:
    wrong, repeats = linear(**WRONG), 1000
    terms = [Iwae(1)(wrong.model, wrong.x, noise(1, seed), 1.0) for seed in range(repeats)]
    difference = torch.stack([term.loss - (term.reconstruction + term.kl) for term in terms])
    error = difference.std().item() / repeats**0.5
    assert difference.mean().item() == pytest.approx(0, abs=5 * error)
    assert 0 < error < 0.05


def test_the_mixture_ends_in_the_elbo_and_in_the_bound(linear: Callable[..., Linear]) -> None:
    wrong, epsilon = linear(**WRONG), noise(10)
    elbo, half, importance = (Ciwae(5, share)(wrong.model, wrong.x, epsilon, 1.0) for share in (1.0, 0.5, 0.0))
    assert torch.equal(elbo.loss, elbo.reconstruction + elbo.kl)
    assert torch.equal(importance.loss, Iwae(5)(wrong.model, wrong.x, epsilon, 1.0).loss)
    assert half.loss.item() == pytest.approx(((elbo.loss + importance.loss) / 2).item())


@pytest.mark.parametrize("samples", [1, 2, 8])
def test_the_loss_of_dreg_is_the_bound_rather_than_its_surrogate(linear: Callable[..., Linear], samples: int) -> None:
    wrong, epsilon = linear(**WRONG), noise(2 * samples)
    shown = Dreg(samples)(wrong.model, wrong.x, epsilon, 1.0).loss
    assert torch.equal(shown, Iwae(samples)(wrong.model, wrong.x, epsilon, 1.0).loss)


def test_a_loss_is_shown_without_gradients_too(linear: Callable[..., Linear]) -> None:
    wrong, epsilon = linear(**WRONG), noise(4)
    with torch.no_grad():
        without = Dreg(4)(wrong.model, wrong.x, epsilon, 1.0).loss
    assert torch.equal(without, Dreg(4)(wrong.model, wrong.x, epsilon, 1.0).loss)


def _gradients(objective: Iwae | Dreg, linear: Linear, part: str, repeats: int) -> Tensor:
    """One row of `part`'s gradient for each of `repeats` noises."""
    parameters = list(getattr(linear.model, part).parameters())

    def row(seed: int) -> Tensor:
        loss = objective(linear.model, linear.x, noise(objective.samples, seed), 1.0).loss
        return torch.cat([gradient.flatten() for gradient in torch.autograd.grad(loss, parameters)])

    return torch.stack([row(seed) for seed in range(repeats)])


def test_dreg_gives_the_decoder_the_gradient_of_the_bound(linear: Callable[..., Linear]) -> None:
    wrong = linear(**WRONG)
    dreg, iwae = (_gradients(objective(5), wrong, "decoder", 3) for objective in (Dreg, Iwae))
    assert torch.allclose(dreg, iwae, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("samples", [1, 5])
def test_dreg_gives_the_encoder_the_same_gradient_with_less_noise(linear: Callable[..., Linear], samples: int) -> None:
    wrong, repeats = linear(**WRONG), 400
    dreg, iwae = (_gradients(objective(samples), wrong, "encoder", repeats) for objective in (Dreg, Iwae))
    difference = dreg - iwae
    error = difference.std(0) / repeats**0.5
    assert (difference.mean(0).abs() < 5 * error).all()
    assert dreg.var(0).sum() < 0.8 * iwae.var(0).sum()


def test_at_the_exact_posterior_dreg_has_no_noise_at_all(linear: Callable[..., Linear]) -> None:
    exact = linear()
    dreg, iwae = (_gradients(objective(5), exact, "encoder", 3) for objective in (Dreg, Iwae))
    assert dreg.abs().max() < 1e-9
    assert iwae.abs().max() > 1e-2


def test_the_bound_of_equal_weights_is_their_weight() -> None:
    assert bound(torch.full((2, 7, 3), -100.0)).item() == pytest.approx(-100)
    assert bound(torch.tensor([[[0.0], [log(3)]]])).item() == pytest.approx(log(2))
