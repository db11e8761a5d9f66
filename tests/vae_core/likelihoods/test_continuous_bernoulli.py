from math import exp, log

import numpy as np
import pytest
import torch
from scipy.integrate import quad

from vae_core.likelihoods.continuous_bernoulli import ContinuousBernoulli, log_normaliser

LOGITS = [-200.0, -30.0, -1.0, -0.5, -0.4999, -1e-4, 0.0, 1e-4, 0.3, 0.5001, 2.0, 15.0, 200.0]


def density(eta: float, value: float) -> float:
    outputs, x = (torch.tensor([number], dtype=torch.float64) for number in (eta, value))
    return exp(ContinuousBernoulli().log_prob(outputs, x).item())


@pytest.mark.parametrize("eta", LOGITS)
def test_the_density_integrates_to_one_and_has_its_mean(eta):
    mass = 40 / max(abs(eta), 40)  # nearly all of it lies so close to one end
    low, high = (1 - mass, 1) if eta > 0 else (0, mass)
    assert quad(lambda value: density(eta, value), low, high)[0] == pytest.approx(1, abs=1e-6)
    mean = quad(lambda value: value * density(eta, value), low, high)[0]
    assert ContinuousBernoulli().mean(torch.tensor(eta, dtype=torch.float64)).item() == pytest.approx(mean, abs=1e-6)


def test_the_normaliser_in_float32_is_that_of_float64():
    eta = np.linspace(-200, 200, 8003)
    with np.errstate(invalid="ignore"):
        exact = np.where(eta == 0, log(2), np.log(eta / np.tanh(eta / 2)))
    told = log_normaliser(torch.from_numpy(eta).float()).double().numpy()
    rounded = np.abs(eta - eta.astype(np.float32)) + np.abs(exact) * 2.0**-23  # what float32 itself costs
    assert np.max(np.abs(told - exact) - rounded) < 1e-6
    assert told.min() >= log(2) - 1e-6


@pytest.mark.parametrize("eta", [0.0, 500.0, -500.0, 0.5, -0.5, 1e-30])
def test_gradients_are_finite_everywhere(eta):
    outputs = torch.tensor([eta], requires_grad=True)
    ContinuousBernoulli().log_prob(outputs, torch.tensor([0.25])).backward()
    assert torch.isfinite(outputs.grad).all()
    mean = ContinuousBernoulli().mean(outputs.detach()).item()
    assert outputs.grad.item() == pytest.approx(0.25 - mean, abs=1e-5)  # as in every exponential family


def test_it_is_worth_at_least_log_2_a_pixel_more_than_the_cross_entropy(x):
    logits = torch.randn(x.shape, generator=torch.Generator().manual_seed(1)) * 5
    bound = -torch.nn.functional.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(-1)
    assert (ContinuousBernoulli().log_prob(logits, x) >= bound + x.shape[-1] * log(2) - 1e-3).all()


def test_samples_follow_the_distribution():
    logits = torch.tensor(LOGITS).expand(20_000, -1)
    draws = ContinuousBernoulli().sample(logits, torch.Generator().manual_seed(0))
    assert draws.min() >= 0
    assert draws.max() <= 1
    spread = draws.std(0)
    assert ((draws.mean(0) - ContinuousBernoulli().mean(logits[0])).abs() <= 5 * spread / 20_000**0.5).all()
    assert spread[6].item() == pytest.approx(12**-0.5, rel=0.02)  # uniform at η = 0
