from collections.abc import Callable
from functools import cache
from math import log
from typing import Any

import pytest
import torch
from torch import Tensor, optim

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.datasets.registry import Dataset
from vae_core.evaluation.heldout import evaluate
from vae_core.evaluation.xray import HALF_LEVEL, xray
from vae_core.model.elbo import elbo_terms
from vae_core.model.likelihoods.continuous_bernoulli import ContinuousBernoulli
from vae_core.model.likelihoods.pixels import to_unit
from vae_core.model.vae import VAE, build_model
from vae_core.report import Reading

MOMENT: dict[str, Any] = {"step": 0, "epoch": 0.0, "seconds": 0.0}
NAMES = [
    "own",
    "soft_bernoulli",
    "continuous_bernoulli_raw",
    "continuous_bernoulli_mean",
    "gaussian_fitted",
]  # fmt: skip
FAMILIES = [
    {},
    {"likelihood": "gaussian"},
    {"likelihood": "gaussian", "dequantize": True, "scale": "per_pixel"},
    {"likelihood": "continuous_bernoulli", "dequantize": True},
    {"likelihood": "laplace", "sigma": 0.1},
    {"likelihood": "student_t", "sigma": 0.1},
    {"likelihood": "discretized_logistic", "scale": "shared", "sigma": 0.1},
]


@pytest.fixture(scope="module")
def splits(digits: Dataset) -> tuple[torch.Tensor, torch.Tensor]:
    train, held_out = (torch.from_numpy(split.images).flatten(1) for split in (digits.train, digits.test))
    return train, held_out


@pytest.fixture(scope="module")
def trained(splits: tuple[Tensor, Tensor]) -> Callable[..., VAE]:
    """A model after a few hundred steps of training; tests share it."""

    @cache
    def fit(**changes: Any) -> VAE:
        config = TrainConfig(hidden=(128,), latent_dim=8, **changes)
        model = build_model(config, FACTS["digits"], seed=0)
        optimizer = optim.Adam(model.parameters(), lr=3e-3)
        generator = torch.Generator().manual_seed(0)
        pixel_noise = generator if config.dequantize else None
        for _ in range(300):
            x = to_unit(splits[0][torch.randint(len(splits[0]), (100,), generator=generator)], pixel_noise)
            optimizer.zero_grad()
            elbo_terms(model, x, torch.randn((1, 100, 8), generator=generator), (1.0, 1.0)).loss.backward()
            optimizer.step()
        return model

    return fit


def read(
    model: VAE, splits: tuple[Tensor, Tensor], *, dequantize: bool = False, clip: float = 0.0
) -> dict[str, Reading]:
    return {score.reader.name: score.reading for score in xray(model, *splits, dequantize=dequantize, clip=clip)}


@pytest.mark.parametrize("changes", FAMILIES)
def test_every_family_has_every_reading_and_its_own_is_the_evaluations(
    small: Callable[..., TrainConfig], splits: tuple[Tensor, Tensor], changes: dict[str, Any]
) -> None:
    model = build_model(small(**changes), FACTS["digits"], seed=0)
    dequantize = changes.get("dequantize", False)
    readings = list(read(model, splits, dequantize=dequantize).values())
    assert [reading.name for reading in readings] == NAMES
    own, reference = readings[0], evaluate(model, splits[1], dequantize=dequantize, **MOMENT)
    assert own.reconstruction == pytest.approx(reference.reconstruction, rel=1e-6)
    assert own.elbo == pytest.approx(reference.elbo, rel=1e-6)
    for reading in readings:
        assert reading.elbo + reading.reconstruction == pytest.approx(-reference.kl, abs=1e-2)  # one KL for all
        assert (reading.bits_per_dim is None) == (reading.bits_per_dim_se is None)
        assert (reading.bits_per_dim is None) == (
            reading.name == "soft_bernoulli" or (reading.name == "own" and not changes)
        )


def test_a_bernoulli_read_as_itself_is_the_soft_cross_entropy(model: VAE, splits: tuple[Tensor, Tensor]) -> None:
    readings = read(model, splits)
    assert readings["own"].reconstruction == readings["soft_bernoulli"].reconstruction


def test_another_decoder_is_soft_at_its_mean(small: Callable[..., TrainConfig], splits: tuple[Tensor, Tensor]) -> None:
    model = build_model(small(likelihood="gaussian"), FACTS["digits"], seed=0)
    reference = evaluate(model, splits[1], **MOMENT).bce_per_pixel
    assert read(model, splits)["soft_bernoulli"].reconstruction == pytest.approx(64 * reference, rel=1e-5)


def test_a_bernoulli_decoder_gives_means_rather_than_parameters(
    trained: Callable[..., VAE], splits: tuple[Tensor, Tensor]
) -> None:
    readings = read(trained(), splits)
    raw, mean = readings["continuous_bernoulli_raw"], readings["continuous_bernoulli_mean"]
    assert mean.elbo > raw.elbo + 10 * (mean.elbo_se + raw.elbo_se)
    assert mean.bits_per_dim < raw.bits_per_dim


def test_a_continuous_bernoulli_is_read_alike_three_ways(
    trained: Callable[..., VAE], splits: tuple[Tensor, Tensor]
) -> None:
    readings = read(trained(likelihood="continuous_bernoulli", dequantize=True), splits, dequantize=True)
    own, raw, mean = (readings[name] for name in ("own", "continuous_bernoulli_raw", "continuous_bernoulli_mean"))
    assert own.reconstruction == raw.reconstruction
    assert own.bits_per_dim == raw.bits_per_dim
    assert mean.reconstruction == pytest.approx(own.reconstruction, abs=0.5)  # the mean is kept half a level inside


def test_the_fitted_width_is_the_error_on_training_images(
    trained: Callable[..., VAE], splits: tuple[Tensor, Tensor]
) -> None:
    model = trained(likelihood="gaussian", sigma=0.2)
    fitted = read(model, splits)["gaussian_fitted"]
    error = evaluate(model, splits[0], **MOMENT).mse_per_pixel
    expected = (255 / 256) ** 2 * error + 1 / 12 / 256**2  # in the unit of dequantised pixels, with their noise
    assert fitted.scale**2 == pytest.approx(expected, rel=1e-2)
    assert fitted.elbo > read(model, splits)["own"].elbo


@pytest.mark.parametrize("changes", [{}, {"likelihood": "continuous_bernoulli", "dequantize": True}])
def test_a_level_is_at_least_as_likely_as_the_noise_in_it(
    trained: Callable[..., VAE], splits: tuple[Tensor, Tensor], changes: dict[str, Any]
) -> None:
    """E_U log p((y + U)/256) + log 256 ≤ log P(y), with near equality for a smooth density (Theis et al. 2016)."""
    readings = read(trained(**changes), splits, dequantize=bool(changes))
    by_density = {name: (log(256) - readings[name].elbo / 64) / log(2) for name in NAMES[2:]}
    for name, bits in by_density.items():
        assert readings[name].bits_per_dim < bits + 5e-3
    assert readings[NAMES[3]].bits_per_dim == pytest.approx(by_density[NAMES[3]], abs=0.1)
    assert readings[NAMES[4]].bits_per_dim < by_density[NAMES[4]] - 1  # what a Gaussian puts beyond black is black too


def test_the_authors_clip_bounds_what_a_black_pixel_is_worth(model: VAE, splits: tuple[Tensor, Tensor]) -> None:
    with torch.no_grad():
        model.decoder[-1].weight.zero_()
        model.decoder[-1].bias.fill_(-50)
    black = torch.zeros(3, 64, dtype=torch.uint8)
    black[0, 0] = 1  # with black and white pixels alone there would be no density
    free = read(model, (splits[0], black))["continuous_bernoulli_mean"]
    clipped = read(model, (splits[0], black), clip=1e-4)["continuous_bernoulli_mean"]
    assert -free.reconstruction / 64 == pytest.approx(log(512) - 1, abs=0.2)  # η = −512 at x near 1/512
    assert -clipped.reconstruction / 64 == pytest.approx(2.2, abs=0.1)
    eta = ContinuousBernoulli().inverse_mean(torch.tensor([HALF_LEVEL]))
    assert eta.item() == pytest.approx(-512, rel=1e-3)


def test_an_autoencoder_has_terms_without_a_bound(
    small: Callable[..., TrainConfig], splits: tuple[Tensor, Tensor]
) -> None:
    for reading in read(build_model(small(model="ae"), FACTS["digits"], seed=0), splits).values():
        assert reading.se > 0
        assert reading.elbo is reading.elbo_se is reading.bits_per_dim is reading.bits_per_dim_se is None


def test_black_and_white_pixels_have_no_densities(
    small: Callable[..., TrainConfig], splits: tuple[Tensor, Tensor]
) -> None:
    binary = splits[0], 255 * (splits[1] > 127).byte()
    for changes in ({}, {"likelihood": "gaussian"}):
        readings = read(build_model(small(**changes), FACTS["digits"], seed=0), binary)
        assert list(readings) == NAMES[:2]
        soft = readings["soft_bernoulli"]
        assert soft.bits_per_dim == pytest.approx(-soft.elbo / 64 / log(2))


def test_the_standard_error_is_the_spread_between_sets_of_images(
    trained: Callable[..., VAE], splits: tuple[Tensor, Tensor]
) -> None:
    model, parts = trained(), 16
    readings = [read(model, (splits[0][:50], splits[0][part::parts]))["gaussian_fitted"] for part in range(parts)]
    for value, se in (("reconstruction", "se"), ("elbo", "elbo_se"), ("bits_per_dim", "bits_per_dim_se")):
        values, errors = (torch.tensor([getattr(reading, name) for reading in readings]) for name in (value, se))
        assert 0.6 < values.std() / errors.mean() < 1.6


def test_the_same_numbers_twice(model: VAE, splits: tuple[Tensor, Tensor]) -> None:
    assert read(model, splits) == read(model, splits)
