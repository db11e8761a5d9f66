"""The best scale, in closed form."""

from math import e, log, pi
from typing import Any

import pytest
import torch
from torch import Tensor

from vae_core.config.limits import MIN_LOG_SCALE
from vae_core.model.likelihoods.gaussian import Gaussian
from vae_core.model.likelihoods.laplace import Laplace

FAMILIES = [Gaussian, Laplace]


@pytest.fixture
def outputs(x: Tensor) -> Tensor:
    noise = torch.randn((2, *x.shape), generator=torch.Generator().manual_seed(1))
    return (x + 0.2 * noise).requires_grad_()


@pytest.mark.parametrize("family", FAMILIES)
def test_in_training_no_other_scale_makes_the_minibatch_likelier(x: Tensor, outputs: Tensor, family: Any) -> None:
    best = family(scale="optimal").log_prob(outputs, x).mean()
    for sigma in (0.05, 0.1, 0.15, 0.2, 0.25, 0.5):
        assert family(sigma).log_prob(outputs, x).mean() < best


def test_the_gaussians_is_the_root_mean_square_and_the_laplaces_the_mean_absolute_residual(
    x: Tensor, outputs: Tensor
) -> None:
    gaussian, laplace = Gaussian(scale="optimal"), Laplace(scale="optimal")
    gaussian.fit(outputs, x)
    laplace.fit(outputs, x)
    assert gaussian.log_scale.exp().item() == pytest.approx((outputs - x).square().mean().sqrt().item())
    assert laplace.log_scale.exp().item() == pytest.approx((outputs - x).abs().mean().item())


def test_the_loss_is_the_log_of_the_mean_squared_error_and_so_is_its_gradient(x: Tensor, outputs: Tensor) -> None:
    loss = -Gaussian(scale="optimal").log_prob(outputs, x).mean()
    closed = 0.5 * x.shape[-1] * (torch.log((outputs - x).square().mean()) + log(2 * pi * e))
    assert loss.item() == pytest.approx(closed.item(), rel=1e-5)
    gradient, expected = (torch.autograd.grad(value, outputs)[0] for value in (loss, closed))
    assert torch.allclose(gradient, expected, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_gradient_is_that_of_a_scale_fixed_at_the_best(x: Tensor, outputs: Tensor, family: Any) -> None:
    optimal = family(scale="optimal")
    gradient = torch.autograd.grad(optimal.log_prob(outputs, x).mean(), outputs)[0]
    optimal.fit(outputs, x)
    fixed = family(optimal.log_scale.exp().item())
    assert torch.allclose(gradient, torch.autograd.grad(fixed.log_prob(outputs, x).mean(), outputs)[0], rtol=1e-4)


@pytest.mark.parametrize("family", FAMILIES)
def test_held_out_images_meet_the_scale_that_was_fitted(x: Tensor, outputs: Tensor, family: Any) -> None:
    optimal = family(scale="optimal")
    optimal.fit(outputs, x)
    optimal.eval()
    other = torch.rand(x.shape, generator=torch.Generator().manual_seed(2))
    fixed = family(optimal.log_scale.exp().item())
    assert torch.allclose(optimal.log_prob(outputs, other), fixed.log_prob(outputs, other), rtol=1e-5)
    assert (optimal.log_prob(outputs, other).mean() < optimal.train().log_prob(outputs, other).mean()).item()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_perfect_reconstruction_meets_the_floor(x: Tensor, family: Any) -> None:
    optimal, outputs = family(scale="optimal"), x.clone().requires_grad_()
    log_prob = optimal.log_prob(outputs, x).mean()
    log_prob.backward()
    assert torch.isfinite(log_prob)
    assert torch.isfinite(outputs.grad).all()
    optimal.fit(x, x)
    assert optimal.log_scale.item() == pytest.approx(MIN_LOG_SCALE)
