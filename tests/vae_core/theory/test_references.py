"""Reference values against the likelihoods: a constant image reaches the one, nothing passes the other."""

import os
from collections.abc import Callable
from math import log, pi, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.registry import Dataset
from vae_core.model.likelihoods import choose_likelihood
from vae_core.model.likelihoods.exponential_power import ExponentialPower
from vae_core.theory.pixel_statistics import Statistics, statistics
from vae_core.theory.references import Reference, collapsed, references

REAL = [Path(name) for name in os.environ.get("ELBOARD_DATASETS", "").split(os.pathsep) if name]
GREY = [
    {},
    {"likelihood": "gaussian", "sigma": 0.3},
    {"likelihood": "laplace", "sigma": 0.2},
    {"likelihood": "gaussian", "scale": "optimal"},
    {"likelihood": "laplace", "scale": "optimal"},
    {"likelihood": "gaussian", "scale": "shared"},
]
DEQUANTIZED = {"likelihood": "continuous_bernoulli", "dequantize": True}


@pytest.fixture(scope="session")
def statistics_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[TrainConfig], Statistics]:
    """The statistics of the digits as a configuration sees them."""
    cache = tmp_path_factory.mktemp("statistics")

    def find(config: TrainConfig) -> Statistics:
        return statistics(config.dataset, config.pixel_transform, cache=cache)

    return find


def by_name(config: TrainConfig, statistics_of: Callable[[TrainConfig], Statistics]) -> dict[str, Reference]:
    return {reference.name: reference for reference in references(config, statistics_of(config).test)}


@pytest.mark.parametrize("loss", GREY)
def test_a_constant_image_reaches_the_collapsed_value_and_no_other_is_better(
    loss: dict[str, Any], statistics_of: Callable[[TrainConfig], Statistics], digits: Dataset
) -> None:
    config = TrainConfig.parse(loss)
    likelihood = choose_likelihood(config)
    x = torch.from_numpy(digits.test.images).flatten(1).double() / 255
    best = x.median(0).values if config.likelihood == "laplace" else x.mean(0)
    outputs = likelihood.inverse_mean(best).double().expand_as(x)
    if config.scale != "fixed":
        fitted = choose_likelihood(TrainConfig.parse({**loss, "scale": "optimal"}))
        assert isinstance(fitted, ExponentialPower)
        assert isinstance(likelihood, ExponentialPower)
        fitted.fit(outputs, x)
        likelihood.log_scale.data.copy_(fitted.log_scale)
    if isinstance(likelihood, torch.nn.Module):
        likelihood.eval()  # a minibatch's best scale is for training
    computed = collapsed(config, statistics_of(config).test)
    assert -likelihood.log_prob(outputs, x).mean().item() == pytest.approx(computed, abs=2e-3)
    for shift in (-0.05, 0.05):
        assert -likelihood.log_prob(outputs + shift, x).mean().item() > computed


def test_the_continuous_bernoulli_is_that_of_dequantised_pixels(
    statistics_of: Callable[[TrainConfig], Statistics], digits: Dataset
) -> None:
    config = TrainConfig.parse(DEQUANTIZED)
    generator = np.random.default_rng(0)
    pixels = (np.tile(digits.test.images.reshape(360, 64), (50, 1)) + generator.random((18_000, 64))) / 256
    likelihood, x = choose_likelihood(config), torch.from_numpy(pixels)
    outputs = likelihood.inverse_mean(x.mean(0))
    computed = collapsed(config, statistics_of(config).test)
    assert -likelihood.log_prob(outputs, x).mean().item() == pytest.approx(computed, abs=0.05)


def test_a_scale_for_every_pixel_beats_one_for_all(statistics_of: Callable[[TrainConfig], Statistics]) -> None:
    for likelihood in ("gaussian", "laplace"):
        configs = [TrainConfig.parse({"likelihood": likelihood, "scale": s}) for s in ("per_pixel", "shared", "fixed")]
        own, shared, fixed = (collapsed(config, statistics_of(config).test) for config in configs)
        assert own < shared < fixed


@pytest.mark.parametrize(
    ("loss", "value", "fields"),
    [
        ({"likelihood": "gaussian", "sigma": 0.5}, 32 * log(2 * pi * 0.25), 2),
        ({"likelihood": "laplace", "sigma": 0.25}, 64 * log(0.5), 2),
        ({"likelihood": "student_t", "sigma": 0.25, "nu": 3}, 64 * log(0.25 * sqrt(3) * pi / 2), 2),
        ({"likelihood": "discretized_logistic"}, 0, 2),
        ({"binarize": "threshold"}, 0, 2),
        (DEQUANTIZED, -64 * log(256), 1),
        ({"likelihood": "gaussian", "scale": "shared", "dequantize": True}, -64 * log(256), 1),
    ],
)
def test_the_floor_is_what_the_likelihood_leaves_at_best(
    loss: dict[str, Any], value: float, fields: int, statistics_of: Callable[[TrainConfig], Statistics]
) -> None:
    floor = by_name(TrainConfig.parse(loss), statistics_of)["floor"]
    assert floor.value == pytest.approx(value)
    assert len(floor.fields) == fields


def test_the_floor_of_a_scale_is_of_the_declared_one_as_the_curves_are(
    statistics_of: Callable[[TrainConfig], Statistics],
) -> None:
    declared, weighed = ({"likelihood": "gaussian", "sigma": 0.5, "beta": beta} for beta in (1, 4))
    floor, same = (by_name(TrainConfig.parse(loss), statistics_of)["floor"] for loss in (declared, weighed))
    assert floor == same
    assert "at the declared σ = 0.5, which the curves are of" in floor.how


def test_a_perfect_decoder_stands_on_the_floor_of_the_bce(
    statistics_of: Callable[[TrainConfig], Statistics], digits: Dataset
) -> None:
    config = TrainConfig.parse({})
    likelihood, x = choose_likelihood(config), torch.from_numpy(digits.test.images).flatten(1).double() / 255
    perfect = -likelihood.log_prob(likelihood.inverse_mean(x), x).mean().item()
    assert by_name(config, statistics_of)["floor"].value == pytest.approx(perfect, abs=5e-3)  # outputs stay finite


def test_flips_have_a_floor_under_the_bound_alone(statistics_of: Callable[[TrainConfig], Statistics]) -> None:
    """A code may hold the flips of an image, and pays for them in the KL."""
    grey = by_name(TrainConfig.parse({}), statistics_of)["floor"].value
    for how in ("static", "dynamic"):
        floor = by_name(TrainConfig.parse({"binarize": how}), statistics_of)["floor"]
        assert (floor.value, floor.fields) == (pytest.approx(grey), ("negative_elbo",))


def test_a_learned_scale_on_raw_pixels_has_no_floor(statistics_of: Callable[[TrainConfig], Statistics]) -> None:
    for scale in ("shared", "optimal", "per_pixel"):
        assert "floor" not in by_name(TrainConfig.parse({"likelihood": "gaussian", "scale": scale}), statistics_of)


def test_references_keep_their_order(statistics_of: Callable[[TrainConfig], Statistics]) -> None:
    """Floor, linear optimum, collapsed; and only a Gaussian has the second."""
    for scale in ("fixed", "shared"):
        computed = by_name(
            TrainConfig.parse({"likelihood": "gaussian", "scale": scale, "dequantize": True}), statistics_of
        )
        assert computed["floor"].value < computed["linear optimum"].value < computed["collapsed"].value
    for loss in ({}, {"likelihood": "laplace"}, {"likelihood": "gaussian", "scale": "per_pixel"}):
        assert "linear optimum" not in by_name(TrainConfig.parse(loss), statistics_of)


def test_an_autoencoder_has_those_of_its_reconstruction(statistics_of: Callable[[TrainConfig], Statistics]) -> None:
    config = TrainConfig.parse({"model": "ae", "likelihood": "gaussian"})
    assert set(by_name(config, statistics_of)) == {"collapsed", "floor"}
    assert set(by_name(TrainConfig.parse({"model": "ae", "binarize": "static"}), statistics_of)) == {"collapsed"}


def test_mnists_lines_are_the_known_figures(tmp_path: Path) -> None:
    folder = next((folder for folder in REAL if (folder / "mnist").is_dir()), None)
    if folder is None:
        pytest.skip("no folder of ELBOARD_DATASETS holds mnist/")
    pixels = statistics("mnist", "none", folders=[folder], cache=tmp_path).test

    def values(**changes: Any) -> dict[str, float]:
        config = TrainConfig.parse({"dataset": "mnist", "latent_dim": 100, **changes})
        return {reference.name: reference.value for reference in references(config, pixels)}

    def rounded(digits: int, **changes: Any) -> list[float]:
        computed = values(likelihood="gaussian", **changes)
        return [round(computed[name], digits) for name in ("floor", "linear optimum", "collapsed")]

    assert {name: round(value, 2) for name, value in values().items()} == {"floor": 45.53, "collapsed": 205.65}
    assert rounded(2, sigma=1) == [720.45, 743.05, 746.87]
    assert rounded(1, sigma=0.5**0.5) == [448.7, 487.2, 501.6]
    assert rounded(1, sigma=392**0.5) == [3061.2, 3061.2, 3061.2]
