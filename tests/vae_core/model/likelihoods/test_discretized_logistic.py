from math import exp, log
from typing import Any

import numpy as np
import pytest
import torch
from scipy.special import expit
from torch import Tensor

from vae_core.model.likelihoods.discretized_logistic import DiscretizedLogistic
from vae_core.model.likelihoods.pixels import bins

LEVELS = torch.arange(256)
LOCATIONS = [-0.5, 0.0, 0.3, 0.77, 1.0, 1.8]
SCALES = [exp(-6), 1 / 255, 0.02, 0.3, 1.0]


def probabilities(loc: float, scale: float) -> np.ndarray:
    """P(y) of the 256 levels in float64, from the definition."""
    below = expit(((np.arange(255) + 0.5) / 255 - loc) / scale)  # P(level ≤ k)
    return np.diff(below, prepend=0, append=1)


@pytest.mark.parametrize("loc", LOCATIONS)
@pytest.mark.parametrize("scale", SCALES)
def test_the_levels_have_their_probabilities_and_these_sum_to_one(loc: float, scale: Any) -> None:
    x = (LEVELS / 255).unsqueeze(-1)
    actual = DiscretizedLogistic(scale).log_prob(torch.full((256, 1), loc), x).double().exp().numpy()
    assert actual.sum() == pytest.approx(1, abs=1e-5)
    assert np.allclose(actual, probabilities(loc, scale), rtol=1e-4, atol=1e-9)


@pytest.mark.parametrize("loc", LOCATIONS)
@pytest.mark.parametrize("scale", SCALES)
def test_the_mean_and_the_variance_are_those_of_the_levels(loc: float, scale: Any) -> None:
    p, values = probabilities(loc, scale), np.arange(256) / 255
    family, outputs = DiscretizedLogistic(scale), torch.tensor([loc])
    mean = p @ values
    assert family.mean(outputs).item() == pytest.approx(mean, abs=1e-4 if scale >= 1 / 255 else 0.5 / 255)
    assert family.variance(outputs).item() == pytest.approx(p @ (values - mean) ** 2, rel=1e-3, abs=3e-7)


def test_the_nearest_level_is_what_is_scored() -> None:
    x, outputs = (LEVELS / 255).unsqueeze(0), torch.full((1, 256), 0.4)
    family = DiscretizedLogistic(0.1)
    log_prob = family.log_prob(outputs, x)
    assert torch.equal(log_prob, family.log_mass(outputs, *bins(LEVELS.unsqueeze(0), dequantized=False)))
    assert torch.equal(log_prob, family.log_prob(outputs, x * (1 + 1e-6) - 1e-6))


def test_it_is_a_probability_and_costs_bits(x: Tensor) -> None:
    outputs = torch.randn((3, *x.shape), generator=torch.Generator().manual_seed(1))
    assert (DiscretizedLogistic(0.05).log_prob(outputs, x) <= 0).all()


def test_far_from_the_location_each_level_costs_its_distance_over_the_scale() -> None:
    nats = DiscretizedLogistic(1e-3).log_prob(torch.zeros(2, 1), torch.tensor([[0.6], [0.8]]))
    assert (nats[0] - nats[1]).item() == pytest.approx(200, abs=1e-2)


def test_samples_are_levels_with_their_probabilities() -> None:
    draws = DiscretizedLogistic(0.02).sample(torch.full((40_000, 1), 0.01), torch.Generator().manual_seed(0))
    levels = (draws * 255).round()
    assert torch.equal(levels / 255, draws)
    black = probabilities(0.01, 0.02)[0]
    assert (levels == 0).float().mean().item() == pytest.approx(black, abs=5 * (black * (1 - black) / 40_000) ** 0.5)


def test_the_scale_learns_the_spread_of_the_pixels() -> None:
    family = DiscretizedLogistic(0.5, "shared")
    x = DiscretizedLogistic(0.05).sample(torch.full((1, 4000), 0.5), torch.Generator().manual_seed(0))
    optimizer = torch.optim.Adam(family.parameters(), lr=0.1)
    for _ in range(120):
        optimizer.zero_grad()
        (-family.log_prob(torch.full((1, 4000), 0.5), x)).mean().backward()
        optimizer.step()
    assert family.log_scale.item() == pytest.approx(log(0.05), abs=0.05)
