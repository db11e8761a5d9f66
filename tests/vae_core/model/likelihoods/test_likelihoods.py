"""The laws that every family keeps, whatever its scale."""

from collections.abc import Callable
from math import log
from typing import Any

import pytest
import torch
from torch import nn

from vae_core.config.families import Scale
from vae_core.config.train_config import ConfigError, TrainConfig
from vae_core.model.likelihoods import LIKELIHOODS, Density, Likelihood, choose_likelihood
from vae_core.model.likelihoods.bernoulli import Bernoulli
from vae_core.model.likelihoods.continuous_bernoulli import ContinuousBernoulli
from vae_core.model.likelihoods.discretized_logistic import DiscretizedLogistic
from vae_core.model.likelihoods.gaussian import Gaussian
from vae_core.model.likelihoods.laplace import Laplace
from vae_core.model.likelihoods.pixels import bins
from vae_core.model.likelihoods.student_t import StudentT

SCALED: dict[Callable[[float, Scale], Likelihood], tuple[Scale, ...]] = {  # each with the scales that it has
    Gaussian: ("fixed", "shared", "optimal", "per_pixel"),
    Laplace: ("fixed", "shared", "optimal", "per_pixel"),
    StudentT: ("fixed", "shared", "per_pixel"),
    DiscretizedLogistic: ("fixed", "shared", "per_pixel"),
}
FAMILIES = [
    Bernoulli(),
    ContinuousBernoulli(),
    ContinuousBernoulli(clip=1e-4),
    *(family(0.2, scale) for family, scales in SCALED.items() for scale in scales),
]
DENSITIES = [family for family in FAMILIES if isinstance(family, Density)]
SMOOTH = [family for family in DENSITIES if not isinstance(family, DiscretizedLogistic)]  # log_prob is a log density
EXTREMES = torch.tensor([0, 1e-30, 1e-3, 0.5, 1, 17, 90, 500, 1e4])
LEVELS = torch.arange(256)


def named(family: Likelihood) -> str:
    return f"{type(family).__name__}-{getattr(family, 'scale', getattr(family, 'clip', ''))}"


def random_outputs(family: Likelihood, *shape: int) -> torch.Tensor:
    *rest, pixels = shape
    return torch.randn((*rest, family.outputs_per_pixel * pixels), generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(("family", "scale"), [(family, scale) for family in SCALED for scale in SCALED[family]])
def test_the_configuration_names_the_family_and_the_scale(
    small: Callable[..., TrainConfig], family: Any, scale: Any
) -> None:
    (name,) = (name for name, registered in LIKELIHOODS.items() if registered is family)
    likelihood = choose_likelihood(small(likelihood=name, scale=scale, sigma=0.2))
    assert isinstance(likelihood, family)
    assert likelihood.scale == scale
    assert likelihood.log_scale.item() == pytest.approx(log(0.2))
    assert [parameter for parameter, _ in likelihood.named_parameters()] == (["log_scale"] if scale == "shared" else [])


def test_the_configuration_names_the_families_without_a_scale(small: Callable[..., TrainConfig]) -> None:
    assert isinstance(choose_likelihood(small()), Bernoulli)
    assert choose_likelihood(small(likelihood="continuous_bernoulli", dequantize=True)) == ContinuousBernoulli()


def test_every_family_but_the_bernoulli_is_a_density() -> None:
    assert [family for family in FAMILIES if not isinstance(family, Density)] == FAMILIES[:1]


@pytest.mark.parametrize("family", FAMILIES, ids=named)
def test_every_family_keeps_the_shapes(family: Any) -> None:
    outputs, x = random_outputs(family, 3, 5, 7), torch.rand(5, 7)
    if isinstance(family, nn.Module):
        family.eval()
    with torch.no_grad():
        assert family.log_prob(outputs, x).shape == (3, 5)
        assert family.mean(outputs).shape == family.variance(outputs).shape == (3, 5, 7)
        assert family.sample(outputs, torch.Generator().manual_seed(0)).shape == (3, 5, 7)
        assert family.inverse_mean(x).shape == (5, 7 * family.outputs_per_pixel)
        assert torch.allclose(family.log_prob(outputs, x)[1], family.log_prob(outputs[1], x))


@pytest.mark.parametrize("family", FAMILIES, ids=named)
def test_outputs_are_found_that_have_a_given_mean(family: Any) -> None:
    reach = 0.12 if getattr(family, "clip", 0) else 2e-3  # a clip lets no mean come nearer to the ends
    mean = torch.linspace(reach, 1 - reach, 999)
    assert torch.allclose(family.mean(family.inverse_mean(mean)), mean, rtol=0, atol=1e-5)


@pytest.mark.parametrize("family", FAMILIES, ids=named)
def test_pixels_that_are_always_black_or_white_have_finite_outputs(family: Any) -> None:
    ends = torch.tensor([0.0, 1.0])
    outputs = family.inverse_mean(ends)
    assert torch.isfinite(outputs).all()
    assert getattr(family, "clip", 0) or torch.allclose(family.mean(outputs), ends, rtol=0, atol=1e-3)


@pytest.mark.parametrize("family", FAMILIES, ids=named)
def test_many_samples_have_the_mean_and_the_variance(family: Any) -> None:
    outputs = random_outputs(family, 1, 6).expand(40_000, 1, -1)
    with torch.no_grad():
        draws = family.sample(outputs, torch.Generator().manual_seed(0))[:, 0]
        mean, variance = family.mean(outputs)[0, 0], family.variance(outputs)[0, 0]
    errors = draws.std(0) / len(draws) ** 0.5
    assert ((draws.mean(0) - mean).abs() <= 5 * errors + 1e-4).all()  # the logistic's mean is the integral's
    assert torch.allclose(draws.var(0), variance, rtol=0.07, atol=1e-9)


@pytest.mark.parametrize("family", FAMILIES, ids=named)
def test_everything_is_finite_at_extremes_and_so_are_the_gradients(family: Any) -> None:
    loc = torch.cat([EXTREMES, -EXTREMES]).repeat_interleave(2)
    raw = torch.tensor([-60.0, 60.0]).repeat(len(loc) // 2)
    columns = loc if family.outputs_per_pixel == 1 else torch.stack([loc, raw], -1)
    outputs = columns.reshape(len(loc), 1, -1).clone().requires_grad_()  # one pixel an image
    leaves = [outputs, *family.parameters()] if isinstance(family, nn.Module) else [outputs]
    for value in (0.0, 1 / 255, 0.5, 1.0):
        x = torch.tensor([[value]])
        nats = family.log_prob(outputs, x)
        scores = [nats]
        if isinstance(family, Density):
            masses = [family.log_mass(outputs, *bins(torch.round(255 * x), dequantized=flag)) for flag in (True, False)]
            assert all(torch.isfinite(mass).all() for mass in masses)
            scores += [] if isinstance(family, StudentT) else masses  # SciPy's has no gradient
        for score in scores:
            assert torch.isfinite(score).all()
            gradients = torch.autograd.grad(score.sum(), leaves, allow_unused=True)
            assert all(gradient is None or torch.isfinite(gradient).all() for gradient in gradients)
    with torch.no_grad():
        assert torch.isfinite(family.mean(outputs)).all()
        assert torch.isfinite(family.variance(outputs)).all()
        assert (family.variance(outputs) >= 0).all()
        assert torch.isfinite(family.sample(outputs, torch.Generator().manual_seed(0))).all()


@pytest.mark.parametrize("dequantized", [False, True])
@pytest.mark.parametrize("family", DENSITIES, ids=named)
def test_the_probabilities_of_the_256_levels_sum_to_one(family: Any, dequantized: bool) -> None:
    loc = torch.tensor([-500.0, -3, -0.2, 0, 0.001, 0.5, 0.9, 1, 4, 500])
    raw = torch.linspace(-30, 30, len(loc))
    outputs = loc if family.outputs_per_pixel == 1 else torch.stack([loc, raw], -1)
    with torch.no_grad():
        low, high = bins(LEVELS.unsqueeze(1), dequantized)  # each level an image of one pixel
        log_mass = family.log_mass(outputs.reshape(len(loc), 1, -1).expand(-1, 256, -1), low, high)
    assert log_mass.max() <= 1e-6
    assert torch.allclose(log_mass.exp().sum(-1), torch.ones(len(loc)), rtol=0, atol=1e-5)


@pytest.mark.parametrize("family", SMOOTH, ids=named)
def test_a_narrow_bin_holds_its_width_times_the_density(family: Any) -> None:
    if isinstance(family, nn.Module):
        family.eval()
    outputs, x = random_outputs(family, 1, 5, 7).double(), torch.rand(5, 7, dtype=torch.float64)
    with torch.no_grad():
        log_mass = family.log_mass(outputs, x - 5e-6, x + 5e-6)
        assert torch.allclose(log_mass - 7 * log(1e-5), family.log_prob(outputs, x), rtol=0, atol=1e-3)


def test_the_uniform_model_costs_eight_bits_a_pixel() -> None:
    levels = LEVELS.reshape(2, 128)
    log_mass = ContinuousBernoulli().log_mass(torch.zeros(1, 2, 128), *bins(levels, dequantized=True))
    assert (-log_mass / (128 * log(2))).tolist() == [[pytest.approx(8, abs=1e-6)] * 2]


@pytest.mark.parametrize("likelihood", ["bernoulli", "continuous_bernoulli", "discretized_logistic"])
@pytest.mark.parametrize("x", [torch.full((1, 4), 255.0), torch.full((1, 4), -0.01), torch.full((1, 4), torch.nan)])
def test_pixels_outside_the_range_are_refused_by_name(likelihood: str, x: Any) -> None:
    family = choose_likelihood(TrainConfig.parse({"likelihood": likelihood}, stored=True))
    with pytest.raises(ConfigError, match=f"={likelihood} needs pixels from 0 to 1, not from .* likelihood=gaussian"):
        family.log_prob(torch.zeros(2, 1, 4), x)
