from math import exp, inf, log, pi, sqrt

import pytest
import torch
from scipy.integrate import quad

from vae_core.likelihoods.gaussian import Gaussian


@pytest.mark.parametrize("sigma", [0.1, sqrt(0.5), 3.0])
def test_the_density_integrates_to_one(sigma):
    mean = torch.tensor([0.4], dtype=torch.float64)

    def density(value: float) -> float:
        return exp(Gaussian(sigma).log_prob(mean, torch.tensor([value], dtype=torch.float64)).item())

    left, right = quad(density, -inf, 0.4)[0], quad(density, 0.4, inf)[0]
    assert left + right == pytest.approx(1, abs=1e-7)


def test_at_the_root_of_one_half_it_is_the_sum_of_squares_plus_a_constant(x):
    outputs = torch.rand(x.shape, generator=torch.Generator().manual_seed(1))
    expected = (outputs - x).square().sum() / len(x) + 0.5 * x.shape[-1] * log(pi)
    assert -Gaussian(sqrt(0.5)).log_prob(outputs, x).mean().item() == pytest.approx(expected.item(), rel=1e-4)


def test_a_narrow_density_may_exceed_one():
    x = torch.full((1, 64), 0.5)
    assert Gaussian(0.01).log_prob(x, x).item() > 0


def test_samples_have_the_mean_and_the_width():
    draws = Gaussian(0.25).sample(torch.full((20_000, 1), 0.7), torch.Generator().manual_seed(0))
    assert draws.mean().item() == pytest.approx(0.7, abs=5 * 0.25 / 20_000**0.5)
    assert draws.std().item() == pytest.approx(0.25, rel=0.03)
