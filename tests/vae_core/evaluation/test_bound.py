from collections.abc import Callable
from math import log

import pytest
import torch
from torch import Tensor
from torch.distributions import MultivariateNormal

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.datasets.registry import Dataset
from vae_core.evaluation.bound import UNRELIABLE, importance_bound, log_marginals
from vae_core.evaluation.heldout import evaluate
from vae_core.model.vae import VAE, build_model

SIGMA = 0.2


@pytest.fixture(scope="module")
def images(digits: Dataset) -> torch.Tensor:
    return torch.from_numpy(digits.test.images[:40]).flatten(1)


@pytest.fixture
def exact(small: Callable[..., TrainConfig], images: Tensor) -> VAE:
    """x = Wz + b + σ·noise with orthogonal columns in W, so that the encoder can hold the true posterior."""
    model = build_model(small(hidden=(), likelihood="gaussian", sigma=SIGMA), FACTS["digits"], seed=0)
    loadings = torch.linalg.qr(torch.randn((64, 4), generator=torch.Generator().manual_seed(1)))[0]
    loadings = loadings * torch.tensor([3.0, 1.0, 0.5, 0.1])
    precision = loadings.square().sum(0) + SIGMA**2  # of z given x, times σ²
    centre = images.float().mean(0) / 255
    with torch.no_grad():
        model.decoder[-1].weight.copy_(loadings)
        model.decoder[-1].bias.copy_(centre)
        model.encoder[-1].weight.copy_(torch.cat([loadings.T / precision[:, None], torch.zeros(4, 64)]))
        model.encoder[-1].bias.copy_(torch.cat([-(centre @ loadings) / precision, (SIGMA**2 / precision).log()]))
    return model


def log_px(model: VAE, images: torch.Tensor) -> float:
    """The mean of log N(x; b, W Wᵀ + σ² I), in float64."""
    loadings, centre = (tensor.detach().double() for tensor in (model.decoder[-1].weight, model.decoder[-1].bias))
    covariance = loadings @ loadings.T + SIGMA**2 * torch.eye(64)
    return MultivariateNormal(centre, covariance).log_prob(images.double() / 255).mean().item()


def widen(model: VAE, factor: float, shift: float = 0.0) -> None:
    """An encoder with `factor` times the true posterior's width."""
    with torch.no_grad():
        model.encoder[-1].bias[4:] += 2 * log(factor)
        model.encoder[-1].bias[:4] += shift


@pytest.mark.parametrize("samples", [1, 7, 300])
def test_under_the_true_posterior_one_sample_is_as_good_as_many(exact: VAE, images: Tensor, samples: int) -> None:
    bound = importance_bound(exact, images, samples=samples, dequantize=False)
    assert bound.log_px == pytest.approx(log_px(exact, images), abs=1e-3)
    assert bound.ess == pytest.approx(1, abs=1e-3)
    assert bound.unreliable == 0
    assert (bound.samples, bound.images) == (samples, 40)


def test_the_bound_rises_with_samples_to_the_exact_value(exact: VAE, images: Tensor) -> None:
    widen(exact, 1.6, shift=0.02)
    bounds = [importance_bound(exact, images, samples=samples, dequantize=False).log_px for samples in (1, 4, 32, 1000)]
    truth = log_px(exact, images)
    assert bounds == sorted(bounds)
    assert bounds[0] < truth - 0.5
    assert bounds[-1] == pytest.approx(truth, abs=0.02)


def test_one_sample_is_the_elbo(model: VAE, images: Tensor) -> None:
    many = images.repeat(50, 1)
    each, _ = log_marginals(model, many, 1, dequantize=False, levels=False)
    elbo = evaluate(model, many, step=0, epoch=0.0, seconds=0.0).elbo
    assert each.mean().item() == pytest.approx(elbo, abs=0.1)
    assert importance_bound(model, images, samples=50, dequantize=False).log_px > elbo


def test_a_posterior_that_is_too_narrow_is_found_unreliable(exact: VAE, images: Tensor) -> None:
    widen(exact, 0.25)
    bound = importance_bound(exact, images, samples=1000, dequantize=False)
    assert bound.ess < UNRELIABLE
    assert bound.unreliable > 0.5
    assert bound.log_px < log_px(exact, images) - 0.3  # a thousand samples, and still short


@pytest.mark.parametrize("rows", [7, 64, 5000])
def test_chunks_do_not_change_the_result(
    exact: VAE, images: Tensor, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    widen(exact, 1.5)
    images = images[:10]
    whole, _ = log_marginals(exact, images, 100, dequantize=True, levels=False)
    monkeypatch.setattr("vae_core.evaluation.bound.ROWS", {"cpu": rows})
    chunked, _ = log_marginals(exact, images, 100, dequantize=True, levels=False)
    assert torch.allclose(chunked, whole, rtol=1e-6, atol=1e-4)  # single images near −100 nats, in float32
    assert chunked.mean().item() == pytest.approx(whole.mean().item(), rel=1e-6)


def test_the_same_bits_whatever_the_global_seed(model: VAE, images: Tensor) -> None:
    torch.manual_seed(1)
    first = importance_bound(model, images, samples=20, dequantize=True)
    torch.manual_seed(2)
    assert importance_bound(model, images, samples=20, dequantize=True) == first


def test_the_standard_error_is_that_of_the_mean_over_images(exact: VAE, images: Tensor) -> None:
    bound = importance_bound(exact, images, samples=1, dequantize=False)
    each, _ = log_marginals(exact, images, 1, dequantize=False, levels=False)
    assert bound.se == pytest.approx(each.std().item() / 40**0.5)


def _blind(model: VAE) -> VAE:
    """The encoder says the prior and the decoder zero, whatever they see."""
    with torch.no_grad():
        for layer in (model.encoder[-1], model.decoder[-1]):
            layer.weight.zero_()
            layer.bias.zero_()
    return model


def test_a_uniform_model_needs_eight_bits_a_pixel(small: Callable[..., TrainConfig], images: Tensor) -> None:
    config = small(likelihood="continuous_bernoulli", dequantize=True)
    bound = importance_bound(_blind(build_model(config, FACTS["digits"], seed=0)), images, samples=3, dequantize=True)
    assert bound.log_px == pytest.approx(0, abs=1e-4)
    assert bound.bits_per_dim == pytest.approx(8, abs=1e-4)


def test_a_fair_coin_needs_one_bit_a_binary_pixel(model: VAE, images: Tensor) -> None:
    bound = importance_bound(_blind(model), 255 * (images > 127).byte(), samples=3, dequantize=False)
    assert bound.bits_per_dim == pytest.approx(1, abs=1e-5)


def test_a_bernoulli_says_no_probability_of_grey_pixels(model: VAE, images: Tensor) -> None:
    assert importance_bound(model, images, samples=3, dequantize=False).bits_per_dim is None


def test_a_wide_density_weighs_a_bin_by_its_width(exact: VAE, images: Tensor) -> None:
    inner = images.clamp(1, 254)  # the outermost bins are open
    bound = importance_bound(exact, inner, samples=20, dequantize=False)
    assert bound.bits_per_dim == pytest.approx((log(255) - bound.log_px / 64) / log(2), abs=1e-3)


def test_the_levels_of_a_logistic_are_its_own_probabilities(small: Callable[..., TrainConfig], images: Tensor) -> None:
    model = build_model(small(likelihood="discretized_logistic"), FACTS["digits"], seed=0)
    bound = importance_bound(model, images, samples=20, dequantize=False)
    assert bound.bits_per_dim == pytest.approx(-bound.log_px / 64 / log(2))
    assert bound.bits_per_dim > 0


def test_an_autoencoder_is_refused(small: Callable[..., TrainConfig], images: Tensor) -> None:
    model = build_model(small(model="ae"), FACTS["digits"], seed=0)
    with pytest.raises(ValueError, match="plain autoencoder"):
        importance_bound(model, images, samples=3, dequantize=False)
