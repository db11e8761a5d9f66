from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.model.vae import VAE, Posterior, build_model


def test_a_sample_is_the_location_plus_scaled_noise() -> None:
    posterior = Posterior(torch.tensor([[1.0, -2.0]]), torch.tensor([[0.0, 4.0]]).log())
    noise = torch.tensor([[[3.0, 5.0]], [[-1.0, 0.5]]])
    assert torch.equal(posterior.sample(noise), torch.tensor([[[1.0, 8.0]], [[1.0, -1.0]]]))


def test_codes_and_outputs_have_their_shapes(model: VAE, x: Tensor) -> None:
    posterior = model.posterior(x)
    z = posterior.sample(torch.randn(3, len(x), 4))
    assert posterior.loc.shape == posterior.log_variance.shape == (len(x), 4)
    assert z.shape == (3, len(x), 4)
    assert model.decode(z).shape == (3, *x.shape)


def test_decoding_keeps_samples_and_images_apart(model: VAE) -> None:
    z = torch.randn(3, 5, 4)
    assert torch.allclose(model.decode(z)[2, 1], model.decode(z[2:, 1:2])[0, 0], atol=1e-6)


def test_an_autoencoder_has_a_point_for_a_code(small: Callable[..., TrainConfig], x: Tensor) -> None:
    model = build_model(small(model="ae"), FACTS["digits"], seed=0)
    posterior = model.posterior(x)
    assert posterior.log_variance is None
    assert torch.equal(posterior.sample(torch.randn(1, len(x), 4))[0], posterior.loc)


def test_the_seed_decides_the_weights_and_the_global_generator_is_left_alone(small: Callable[..., TrainConfig]) -> None:
    before = torch.get_rng_state()
    first, again, other = (build_model(small(), FACTS["digits"], seed).state_dict() for seed in (3, 3, 4))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not any(torch.equal(first[name], other[name]) for name in first)


def test_an_extreme_variance_stays_finite(model: VAE, x: Tensor) -> None:
    with torch.no_grad():
        model.encoder[-1].bias[4:] = 1e6
    assert model.posterior(x).sample(torch.ones(1, len(x), 4)).isfinite().all()


LIKELIHOODS = [
    {"likelihood": "bernoulli"},
    {"likelihood": "continuous_bernoulli", "dequantize": True},
    {"likelihood": "gaussian", "scale": "per_pixel"},
    {"likelihood": "laplace"},
    {"likelihood": "discretized_logistic", "sigma": 0.05},
]


@pytest.mark.parametrize("changes", LIKELIHOODS)
def test_a_decoder_that_ignores_its_code_starts_at_the_mean_image(
    small: Callable[..., TrainConfig], x: Tensor, changes: dict[str, Any]
) -> None:
    model = build_model(small(**changes), FACTS["digits"], seed=0)
    mean = x.mean(0)
    model.start_at(mean)
    with torch.no_grad():
        model.decoder[-1].weight.zero_()
        decoded = model.likelihood.mean(model.decode(torch.randn(1, 5, 4)))
    kept = (mean > 0.02) & (mean < 0.98)  # a pixel of one value only has no finite logit
    assert decoded[..., kept].sub(mean[kept]).abs().max() < 0.01
    assert decoded.sub(mean).abs().max() < 0.05


@pytest.mark.parametrize("changes", LIKELIHOODS)
def test_a_convolution_has_one_bias_a_channel_for_the_mean_pixel(
    small: Callable[..., TrainConfig], x: Tensor, changes: dict[str, Any]
) -> None:
    model = build_model(small(architecture="conv", **changes), FACTS["digits"], seed=0)
    mean = x.mean(0)
    model.start_at(mean)
    with torch.no_grad():
        model.decoder[-2].weight.zero_()
        decoded = model.likelihood.mean(model.decode(torch.randn(1, 5, 4)))
    assert torch.allclose(decoded, mean.mean().expand_as(decoded), atol=0.01)


def test_bfloat16_layers_give_nearly_the_same_numbers_in_float32(
    small: Callable[..., TrainConfig], x: Tensor, model: VAE
) -> None:
    half = build_model(small(precision="bfloat16"), FACTS["digits"], seed=0)
    noise = torch.randn(1, len(x), 4)
    exact, rounded = (m.decode(m.posterior(x).sample(noise)) for m in (model, half))
    assert rounded.dtype == torch.float32
    assert not torch.equal(exact, rounded)
    assert torch.allclose(exact, rounded, atol=0.05)
