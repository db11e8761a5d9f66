from math import exp, expm1, log

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from torch import Tensor

from vae_core.model.likelihoods.continuous_bernoulli import ContinuousBernoulli

LOGITS = [-200.0, -30.0, -1.0, -0.5, -0.4999, -1e-4, 0.0, 1e-4, 0.3, 0.5001, 2.0, 15.0, 200.0]


def density(eta: float, value: float) -> float:
    outputs, x = (torch.tensor([number], dtype=torch.float64) for number in (eta, value))
    return exp(ContinuousBernoulli().log_prob(outputs, x).item())


@pytest.mark.parametrize("eta", LOGITS)
def test_the_density_integrates_to_one_and_has_its_mean_and_variance(eta: float) -> None:
    mass = 40 / max(abs(eta), 40)  # nearly all of it lies so close to one end
    low, high = (1 - mass, 1) if eta > 0 else (0, mass)
    assert quad(lambda value: density(eta, value), low, high)[0] == pytest.approx(1, abs=1e-6)
    mean = quad(lambda value: value * density(eta, value), low, high)[0]
    assert ContinuousBernoulli().mean(torch.tensor(eta)).item() == pytest.approx(mean, abs=1e-6)
    variance = quad(lambda value: (value - mean) ** 2 * density(eta, value), low, high)[0]
    assert ContinuousBernoulli().variance(torch.tensor(eta)).item() == pytest.approx(variance, rel=1e-4)


def test_it_is_torchs_own_where_that_is_accurate() -> None:
    outputs, x = torch.linspace(-12, 12, 500, dtype=torch.float64), torch.linspace(0, 1, 500, dtype=torch.float64)
    theirs = torch.distributions.ContinuousBernoulli(logits=outputs, lims=(0.4999, 0.5001))
    assert ContinuousBernoulli().log_prob(outputs, x).item() == pytest.approx(theirs.log_prob(x).sum().item(), rel=1e-6)
    assert torch.allclose(ContinuousBernoulli().mean(outputs), theirs.mean, rtol=0, atol=1e-6)
    assert torch.allclose(ContinuousBernoulli().variance(outputs), theirs.variance, rtol=0, atol=1e-6)


def log_normaliser(eta: np.ndarray) -> np.ndarray:
    """log C(η) in float32, from the density at the end where it is highest: C · sigmoid(|η|)."""
    outputs = torch.from_numpy(eta).float()[:, None]
    return ContinuousBernoulli().log_prob(outputs, (outputs > 0).float()).double().numpy() + np.log1p(
        np.exp(-np.abs(eta))
    )


def test_the_normaliser_in_float32_is_that_of_float64() -> None:
    eta = np.linspace(-200, 200, 8003)
    with np.errstate(invalid="ignore"):
        exact = np.where(eta == 0, log(2), np.log(eta / np.tanh(eta / 2)))
    actual = log_normaliser(eta)
    rounded = np.abs(eta - eta.astype(np.float32)) + np.abs(exact) * 2.0**-23  # what float32 itself costs
    assert np.max(np.abs(actual - exact) - rounded) < 1e-6
    assert actual.min() >= log(2) - 1e-6


@pytest.mark.parametrize("eta", [0.0, 500.0, -500.0, 0.5, -0.5, 0.4999, 1e-4, 1e-30])
def test_gradients_are_finite_everywhere(eta: float) -> None:
    outputs = torch.tensor([eta], requires_grad=True)
    ContinuousBernoulli().log_prob(outputs, torch.tensor([0.25])).backward()
    assert torch.isfinite(outputs.grad).all()
    mean = ContinuousBernoulli().mean(outputs.detach()).item()
    assert outputs.grad.item() == pytest.approx(0.25 - mean, abs=1e-5)  # as in every exponential family


def test_it_is_worth_at_least_log_2_a_pixel_more_than_the_cross_entropy(x: Tensor) -> None:
    logits = torch.randn(x.shape, generator=torch.Generator().manual_seed(1)) * 5
    bound = -torch.nn.functional.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(-1)
    assert (ContinuousBernoulli().log_prob(logits, x) >= bound + x.shape[-1] * log(2) - 1e-3).all()


def test_the_slope_is_that_of_the_formula() -> None:
    points = torch.cat([torch.linspace(lowest, 4, 60, dtype=torch.float64) for lowest in (-4, -0.6, -0.02)])
    x = torch.linspace(0, 1, 180, dtype=torch.float64)
    assert torch.autograd.gradcheck(ContinuousBernoulli().log_prob, (points.requires_grad_(), x), eps=1e-6, atol=1e-5)


@pytest.mark.parametrize("eta", [-500.0, -3.0, -1e-3, 0.0, 1e-7, 0.7, 60.0, 500.0])
@pytest.mark.parametrize("level", [0, 1, 128, 255])
def test_the_mass_of_a_bin_is_that_of_float64(eta: float, level: int) -> None:
    low, high = level / 256, (level + 1) / 256
    a, near = abs(eta), low if eta < 0 else 1 - high
    expected = log(1 / 256) if abs(eta) < 1e-6 else log(expm1(-a / 256) / expm1(-a)) - a * near
    actual = ContinuousBernoulli().log_mass(torch.tensor([eta]), torch.tensor([low]), torch.tensor([high])).item()
    assert actual == pytest.approx(expected, rel=1e-6, abs=1e-5)


def test_every_mean_from_one_end_to_the_other_has_its_logit() -> None:
    mean = torch.cat([torch.logspace(-4, -0.3, 500), 1 - torch.logspace(-4, -0.3, 500)])
    actual = ContinuousBernoulli().mean(ContinuousBernoulli().inverse_mean(mean))
    assert torch.allclose(actual, mean, rtol=1e-4, atol=0)
    assert ContinuousBernoulli().inverse_mean(torch.tensor([0.0, 0.5, 1.0])).tolist() == pytest.approx(
        [-1e4, 0, 1e4], rel=1e-3
    )


def test_a_mean_read_through_its_inverse_beats_the_same_number_read_as_the_parameter(x: Tensor) -> None:
    logits = torch.logit(x.clamp(0.01, 0.99))  # a decoder whose cross-entropy is as low as it goes
    family = ContinuousBernoulli()
    grey = x.clamp(0.01, 0.99)
    through = family.log_prob(family.inverse_mean(torch.sigmoid(logits)), grey)
    assert (through > family.log_prob(logits, grey)).all()


def test_the_clip_confines_the_parameter_as_the_authors_do() -> None:
    clipped, outputs = ContinuousBernoulli(clip=1e-4), torch.tensor([-200.0, -3.0, 200.0])
    confined = torch.logit(torch.sigmoid(outputs.double()).clamp(1e-4, 1 - 1e-4)).float()
    assert torch.allclose(clipped.mean(outputs), ContinuousBernoulli().mean(confined))
    assert clipped.log_prob(torch.tensor([-200.0]), torch.zeros(1)).item() == pytest.approx(2.2, abs=0.03)


def test_samples_follow_the_distribution() -> None:
    logits = torch.tensor(LOGITS).expand(20_000, -1)
    draws = ContinuousBernoulli().sample(logits, torch.Generator().manual_seed(0))
    assert draws.min() >= 0
    assert draws.max() <= 1
    spread = draws.std(0)
    assert ((draws.mean(0) - ContinuousBernoulli().mean(logits[0])).abs() <= 5 * spread / 20_000**0.5).all()
    assert spread[6].item() == pytest.approx(12**-0.5, rel=0.02)  # uniform at η = 0
