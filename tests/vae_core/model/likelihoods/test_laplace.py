from math import exp, inf, log
from typing import Any

import pytest
import torch
from scipy.integrate import quad
from torch import Tensor

from vae_core.config.families import Scale
from vae_core.model.likelihoods.laplace import Laplace


@pytest.mark.parametrize("scale", [0.02, 1 / 3, 3.0])
def test_the_density_integrates_to_one_and_has_its_mean_and_variance(scale: float) -> None:
    loc, family = torch.tensor([0.4], dtype=torch.float64), Laplace(scale)

    def density(value: float) -> float:
        return exp(family.log_prob(loc, torch.tensor([value], dtype=torch.float64)).item())

    def integral(function: Any) -> float:
        return quad(function, -inf, 0.4)[0] + quad(function, 0.4, inf)[0]

    assert integral(density) == pytest.approx(1, abs=1e-6)
    assert family.mean(loc).item() == pytest.approx(integral(lambda value: value * density(value)), abs=1e-6)
    variance = integral(lambda value: (value - 0.4) ** 2 * density(value))
    assert family.variance(loc).item() == pytest.approx(variance, rel=1e-6)


def test_at_one_third_it_is_three_times_the_absolute_error_plus_a_constant(x: Tensor) -> None:
    outputs = torch.rand(x.shape, generator=torch.Generator().manual_seed(1))
    expected = 3 * (outputs - x).abs().sum(-1) + x.shape[-1] * log(2 / 3)
    assert torch.allclose(-Laplace(1 / 3).log_prob(outputs, x), expected, rtol=1e-5)


@pytest.mark.parametrize("scale", ["fixed", "per_pixel"])
def test_it_is_torchs_own(x: Tensor, scale: Scale) -> None:
    family = Laplace(0.3, scale)
    outputs = torch.randn(
        (2, len(x), family.outputs_per_pixel * x.shape[-1]), generator=torch.Generator().manual_seed(1)
    )
    loc, log_scale = family.split(outputs)
    expected = torch.distributions.Laplace(loc, log_scale.exp()).log_prob(x).sum(-1)
    assert torch.allclose(family.log_prob(outputs, x), expected, rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize(("low", "high"), [(-inf, 0.5), (0.5, inf), (-inf, inf), (0.1, 0.9), (0.5, 0.6), (0.2, 0.5)])
def test_the_mass_of_an_interval_is_the_difference_of_the_distribution_function(low: float, high: float) -> None:
    theirs, edges = torch.distributions.Laplace(0.5, 0.1), torch.tensor([[low], [high]])
    mass = Laplace(0.1).log_mass(torch.tensor([0.5]), *edges).exp().item()
    assert mass == pytest.approx((theirs.cdf(edges[1]) - theirs.cdf(edges[0])).item(), abs=1e-6)


def test_a_bin_far_from_the_location_keeps_its_digits_on_both_sides() -> None:
    low, high = torch.tensor([[0.9], [-0.905]]), torch.tensor([[0.905], [-0.9]])
    expected = -900 + log(-(exp(-5) - 1) / 2)
    assert Laplace(1e-3).log_mass(torch.zeros(1), low, high).tolist() == [pytest.approx(expected, abs=1e-3)] * 2
