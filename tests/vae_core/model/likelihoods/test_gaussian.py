from math import exp, inf, log, pi, sqrt
from typing import Any

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.stats import norm
from torch import Tensor

from vae_core.config.families import Scale
from vae_core.model.likelihoods.gaussian import Gaussian
from vae_core.model.likelihoods.pixels import bins


@pytest.mark.parametrize("sigma", [0.1, sqrt(0.5), 3.0])
def test_the_density_integrates_to_one_and_has_its_mean_and_variance(sigma: float) -> None:
    loc, family = torch.tensor([0.4], dtype=torch.float64), Gaussian(sigma)

    def density(value: float) -> float:
        return exp(family.log_prob(loc, torch.tensor([value], dtype=torch.float64)).item())

    def integral(function: Any) -> float:
        return quad(function, -inf, 0.4)[0] + quad(function, 0.4, inf)[0]

    assert integral(density) == pytest.approx(1, abs=1e-6)
    assert family.mean(loc).item() == pytest.approx(integral(lambda value: value * density(value)), abs=1e-6)
    variance = integral(lambda value: (value - 0.4) ** 2 * density(value))
    assert family.variance(loc).item() == pytest.approx(variance, rel=1e-6)


def test_at_the_root_of_one_half_it_is_the_sum_of_squares_plus_a_constant(x: Tensor) -> None:
    outputs = torch.rand(x.shape, generator=torch.Generator().manual_seed(1))
    expected = (outputs - x).square().sum() / len(x) + 0.5 * x.shape[-1] * log(pi)
    assert -Gaussian(sqrt(0.5)).log_prob(outputs, x).mean().item() == pytest.approx(expected.item(), rel=1e-4)


def test_a_narrow_density_may_exceed_one() -> None:
    x = torch.full((1, 64), 0.5)
    assert Gaussian(0.01).log_prob(x, x).item() > 0


@pytest.mark.parametrize("scale", ["fixed", "per_pixel"])
def test_it_is_torchs_own(x: Tensor, scale: Scale) -> None:
    family = Gaussian(0.3, scale)
    outputs = torch.randn(
        (2, len(x), family.outputs_per_pixel * x.shape[-1]), generator=torch.Generator().manual_seed(1)
    )
    loc, log_scale = family.split(outputs)
    expected = torch.distributions.Normal(loc, log_scale.exp()).log_prob(x).sum(-1)
    assert torch.allclose(family.log_prob(outputs, x), expected, rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize("sigma", [exp(-6), 0.2, 1.0, 100.0])
def test_the_mass_of_every_level_is_that_of_float64_in_both_tails(sigma: Any) -> None:
    levels, loc = np.arange(1, 255), 0.3
    low, high = (levels - 0.5) / 255, (levels + 0.5) / 255
    a, b = (low - loc) / sigma, (high - loc) / sigma
    a, b = np.where(a + b > 0, -b, a), np.where(a + b > 0, -a, b)
    expected = norm.logcdf(b) + np.log(-np.expm1(norm.logcdf(a) - norm.logcdf(b)))
    edges = (edge.unsqueeze(-1) for edge in bins(torch.from_numpy(levels), dequantized=False))
    log_mass = Gaussian(sigma).log_mass(torch.full((254, 1), loc), *edges)
    assert np.allclose(log_mass.numpy(), expected, rtol=1e-5, atol=1e-4)
