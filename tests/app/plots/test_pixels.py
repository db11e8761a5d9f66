"""What the figures of one pixel draw is what the likelihoods compute."""

import numpy as np
import pytest
import torch
from torch import Tensor

from app.plots.figure import Figure
from app.plots.pixels import (
    DECODED,
    density_figure,
    gaussian_figure,
    grey_pixel_figure,
    logit,
    normaliser_figure,
    white_pixel_figure,
)
from vae_core.model.likelihoods import Likelihood
from vae_core.model.likelihoods.bernoulli import Bernoulli
from vae_core.model.likelihoods.continuous_bernoulli import ContinuousBernoulli
from vae_core.model.likelihoods.gaussian import Gaussian


def drawn(figure: Figure, number: int) -> tuple[Tensor, Tensor]:
    trace = figure["data"][number]
    return torch.tensor(trace["x"], dtype=torch.float64), torch.tensor(trace["y"], dtype=torch.float64)


def nats(likelihood: Likelihood, outputs: Tensor | float, x: Tensor | float) -> Tensor:
    """−log p of single pixels."""
    parameters, pixels = torch.broadcast_tensors(torch.as_tensor(outputs).double(), torch.as_tensor(x).double())
    return -likelihood.log_prob(parameters[:, None], pixels[:, None])


def agree(ours: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(ours, expected, rtol=2e-4, atol=2e-4)  # five digits are drawn


@pytest.mark.parametrize("sigma", [0.1, 0.25, 1.0])
def test_the_gaussians_density_and_cost(sigma: float) -> None:
    figure = gaussian_figure(sigma)
    x, density = drawn(figure, 0)
    expected = nats(Gaussian(sigma), DECODED, x)
    agree(density, torch.exp(-expected))
    agree(drawn(figure, 1)[1], expected)
    agree(drawn(figure, 2)[1], nats(Gaussian(), DECODED, x))


def test_the_bernoullis_cost_of_a_white_pixel_and_its_squared_error() -> None:
    p, cost = drawn(white_pixel_figure(), 0)
    agree(cost, nats(Bernoulli(), torch.logit(p), 1.0))
    agree(drawn(white_pixel_figure(), 1)[1], (1 - p).square())


@pytest.mark.parametrize("x", [0.0, 0.3, 1.0])
def test_a_grey_pixel_costs_least_at_its_own_level(x: float) -> None:
    figure = grey_pixel_figure(x)
    p, cost = drawn(figure, 0)
    agree(cost, nats(Bernoulli(), torch.logit(p), x))
    place, least = (value[0] for value in drawn(figure, 2))
    assert abs(place - x) < 0.01
    assert least <= cost.min() + 1e-4
    assert least >= drawn(figure, 1)[1][(p - x).abs().argmin()] - 2e-2


@pytest.mark.parametrize("parameter", [0.02, 0.5, 0.8])
def test_the_continuous_bernoulli_is_a_density_and_the_formula_is_none(parameter: float) -> None:
    figure = density_figure(parameter)
    x, density = drawn(figure, 0)
    agree(density, torch.exp(-nats(ContinuousBernoulli(), float(logit(np.array(parameter))), x)))
    area = torch.trapezoid(drawn(figure, 1)[1], x).item()
    assert torch.trapezoid(density, x).item() == pytest.approx(1, abs=2e-3)
    assert area <= 0.5 + 1e-6


def test_the_mean_and_the_normaliser_over_the_parameter() -> None:
    figure = normaliser_figure(0.8)
    share, mean = drawn(figure, 0)
    eta = torch.logit(share)
    agree(mean, ContinuousBernoulli().mean(eta))
    agree(drawn(figure, 2)[1], nats(Bernoulli(), eta, 0.4) - nats(ContinuousBernoulli(), eta, 0.4))
