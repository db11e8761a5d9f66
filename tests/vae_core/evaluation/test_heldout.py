from collections.abc import Callable
from dataclasses import asdict
from math import isfinite, log
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.datasets.registry import Dataset
from vae_core.evaluation.heldout import ACTIVE, SEED, evaluate
from vae_core.model.elbo import draw, elbo_terms, kl_per_dim
from vae_core.model.vae import VAE, build_model

MOMENT: dict[str, Any] = {"step": 3, "epoch": 0.5, "seconds": 1.5}


@pytest.fixture(scope="module")
def images(digits: Dataset) -> torch.Tensor:
    return torch.from_numpy(digits.test.images).flatten(1)


def test_evaluating_twice_gives_the_same_bits(model: VAE, images: Tensor) -> None:
    torch.manual_seed(1)
    first = asdict(evaluate(model, images, **MOMENT))
    torch.manual_seed(2)
    again = asdict(evaluate(model, images, **MOMENT))
    assert np.array_equal(first.pop("kl_per_dim"), again.pop("kl_per_dim"))
    assert first == again


def test_the_terms_are_those_of_training_under_the_fixed_noise(model: VAE, images: Tensor) -> None:
    noise = torch.randn((1, len(images), 4), generator=torch.Generator().manual_seed(SEED))
    terms = elbo_terms(model, images / 255, noise, (1.0, 1.0))
    evaluation = evaluate(model, images, **MOMENT)
    assert evaluation.reconstruction == pytest.approx(terms.reconstruction.item(), rel=1e-5)
    assert evaluation.kl == pytest.approx(terms.kl.item(), rel=1e-5)
    assert evaluation.elbo == -(evaluation.reconstruction + evaluation.kl)
    assert evaluation.kl == pytest.approx(evaluation.kl_per_dim.sum())
    assert (evaluation.step, evaluation.epoch, evaluation.seconds) == (3, 0.5, 1.5)


def test_chunks_add_up_to_the_whole_split(model: VAE, images: Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = evaluate(model, images, **MOMENT)
    monkeypatch.setattr("vae_core.evaluation.heldout.CHUNK", 7)
    chunked = evaluate(model, images, **MOMENT)
    assert chunked.kl_per_dim == pytest.approx(whole.kl_per_dim, rel=1e-5)
    assert chunked.mse_per_pixel == pytest.approx(whole.mse_per_pixel, rel=1e-2)  # other noise for each image


def test_z_is_sampled_rather_than_the_mean(model: VAE, images: Tensor) -> None:
    with torch.no_grad():
        model.decoder[0].weight.mul_(50)  # make the decoder feel z
    posterior = model.posterior(images / 255)
    at_the_mean = -model.likelihood.log_prob(model.decode(posterior.loc[None]), images / 255).mean().item()
    assert evaluate(model, images, **MOMENT).reconstruction > at_the_mean + 0.1


def _collapse(model: VAE, *, keep: int) -> None:
    """An encoder that says `loc` = pixel sums in the first `keep` dimensions and the prior in the rest."""
    head = model.encoder[-1]
    with torch.no_grad():
        head.weight[keep : model.latent_dim] = 0
        head.weight[model.latent_dim :] = 0
        head.bias.zero_()


@pytest.mark.parametrize("keep", [0, 1, 3])
def test_active_units_are_the_dimensions_that_depend_on_the_image(model: VAE, images: Tensor, keep: int) -> None:
    _collapse(model, keep=keep)
    with torch.no_grad():
        model.encoder[-1].weight[:keep] *= 10
    evaluation = evaluate(model, images, **MOMENT)
    variance = model.posterior(images / 255).loc.var(0, correction=0)
    assert evaluation.active_units == int((variance > ACTIVE).sum()) == keep
    assert evaluation.kl_per_dim[keep:].tolist() == [0.0] * (4 - keep)


def test_kl_per_dim_averages_over_images(model: VAE, images: Tensor) -> None:
    expected = kl_per_dim(model.posterior(images / 255)).mean(0).tolist()
    assert evaluate(model, images, **MOMENT).kl_per_dim == pytest.approx(expected, rel=1e-4)


def test_an_autoencoder_has_yardsticks_but_no_kl(small: Callable[..., TrainConfig], images: Tensor) -> None:
    evaluation = evaluate(build_model(small(model="ae"), FACTS["digits"], seed=0), images, **MOMENT)
    assert (
        evaluation.kl
        is evaluation.elbo
        is evaluation.elbo_se
        is evaluation.kl_per_dim
        is evaluation.active_units
        is None
    )
    assert evaluation.bits_per_dim is None
    assert evaluation.reconstruction > 0
    assert evaluation.mse_per_pixel > 0


def test_a_perfect_black_picture_costs_half_a_grey_level(small: Callable[..., TrainConfig]) -> None:
    model = build_model(small(likelihood="gaussian"), FACTS["digits"], seed=0)
    with torch.no_grad():
        model.decoder[-1].weight.zero_()
        model.decoder[-1].bias.zero_()
    evaluation = evaluate(model, torch.zeros(5, 64, dtype=torch.uint8), **MOMENT)
    assert evaluation.mse_per_pixel == 0
    assert evaluation.bce_per_pixel == pytest.approx(-log(1 - 1 / 510), rel=1e-4)


def test_a_mean_outside_the_pixels_range_has_a_finite_cross_entropy(
    small: Callable[..., TrainConfig], images: Tensor
) -> None:
    model = build_model(small(likelihood="gaussian"), FACTS["digits"], seed=0)
    with torch.no_grad():
        model.decoder[-1].bias.fill_(-5)
    evaluation = evaluate(model, images, **MOMENT)
    assert isfinite(evaluation.bce_per_pixel)
    assert evaluation.bce_per_pixel > 0


def test_a_broken_model_is_reported_rather_than_raised(model: VAE, images: Tensor) -> None:
    with torch.no_grad():
        model.encoder[-1].bias.fill_(float("nan"))
    evaluation = evaluate(model, images, **MOMENT)
    assert not isfinite(evaluation.reconstruction)
    assert evaluation.active_units == 0


def test_the_standard_error_is_that_of_a_mean_over_images(model: VAE, images: Tensor) -> None:
    noise = torch.randn((1, len(images), 4), generator=torch.Generator().manual_seed(SEED))
    with torch.no_grad():
        drawn = draw(model, images / 255, noise)
        elbo = drawn.log_px[0] - kl_per_dim(drawn.posterior).sum(-1)
    assert evaluate(model, images, **MOMENT).elbo_se == pytest.approx(elbo.std().item() / len(images) ** 0.5, rel=1e-4)


def test_the_error_that_the_decoder_expects_is_its_own_width(
    small: Callable[..., TrainConfig], images: Tensor, model: VAE
) -> None:
    gaussian = build_model(small(likelihood="gaussian", sigma=0.3), FACTS["digits"], seed=0)
    assert evaluate(gaussian, images, **MOMENT).decoder_std == pytest.approx(0.3)
    with torch.no_grad():
        model.decoder[-1].weight.zero_()
        model.decoder[-1].bias.fill_(log(0.8 / 0.2))
    assert evaluate(model, images, **MOMENT).decoder_std == pytest.approx((0.8 * 0.2) ** 0.5)


def test_bits_per_dim_are_the_bound_in_another_unit_where_it_is_a_probability(
    small: Callable[..., TrainConfig], images: Tensor, model: VAE
) -> None:
    assert evaluate(model, images, **MOMENT).bits_per_dim is None  # a Bernoulli gives grey levels no probability
    binary = 255 * (images > 127).to(torch.uint8)
    logistic = build_model(small(likelihood="discretized_logistic", sigma=0.1), FACTS["digits"], seed=0)
    for evaluation in (evaluate(model, binary, **MOMENT), evaluate(logistic, images, **MOMENT)):
        assert evaluation.bits_per_dim == pytest.approx(-evaluation.elbo / 64 / log(2), rel=1e-5)


@pytest.mark.parametrize(
    "changes",
    [{"likelihood": "gaussian"}, {"likelihood": "laplace", "sigma": 0.2}, {"likelihood": "student_t", "sigma": 0.2}],
)
def test_bits_per_dim_of_a_broad_density_are_its_height_times_the_bin(
    small: Callable[..., TrainConfig], images: Tensor, changes: dict[str, Any]
) -> None:
    # Inside a bin of width 1/256 such a density hardly changes, so log P = log p − log 256 a pixel, but for the outer
    # bins, which are open: those pixels are left out by making them mid grey.
    model = build_model(small(**changes), FACTS["digits"], seed=0)
    grey = images.clamp(20, 235)
    evaluation = evaluate(model, grey, dequantize=True, **MOMENT)
    assert evaluation.bits_per_dim == pytest.approx((-evaluation.elbo / 64 + log(256)) / log(2), abs=1e-3)
