"""Sizes told from shapes, against the models themselves."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.model.vae import VAE, build_model
from vae_core.theory.cost import disk, memory, seconds, size

LIKELIHOODS = [
    {},
    {"likelihood": "gaussian", "scale": "shared"},
    {"likelihood": "laplace", "scale": "per_pixel"},
    {"scale": "per_pixel"},  # a scale that a Bernoulli does not have
    {"model": "ae"},
]


def model_of(config: TrainConfig) -> VAE:
    return build_model(config, FACTS[config.dataset], seed=0)


@pytest.mark.parametrize("dataset", ["digits", "mnist"])
@pytest.mark.parametrize("architecture", ["mlp", "conv", "resnet"])
@pytest.mark.parametrize("hidden", [(), (8,), (16, 8, 4)])
@pytest.mark.parametrize("loss", LIKELIHOODS)
def test_the_parameters_are_those_of_the_real_model(
    dataset: str, architecture: str, hidden: tuple[int, ...], loss: dict[str, Any]
) -> None:
    config = TrainConfig.parse({"dataset": dataset, "architecture": architecture, "hidden": hidden, **loss})
    assert size(config).parameters == sum(parameter.numel() for parameter in model_of(config).parameters())


@pytest.mark.parametrize("architecture", ["mlp", "conv", "resnet"])
@pytest.mark.parametrize("samples", [1, 3])
def test_the_activations_are_what_leaves_the_real_layers(architecture: str, samples: int) -> None:
    config = TrainConfig.parse({"architecture": architecture, "hidden": (16, 8), "likelihood": "gaussian"})
    model, left = model_of(config), []
    for layer in model.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            layer.register_forward_hook(lambda _, __, output: left.append(output.numel()))
    posterior = model.posterior(torch.rand(1, 64))
    model.decode(posterior.sample(torch.randn(samples, 1, config.latent_dim)))
    assert size(config).activations(samples) == sum(left)


def test_a_convolution_multiplies_at_every_place_that_its_filter_visits() -> None:
    config = TrainConfig.parse({"architecture": "conv", "hidden": (), "latent_dim": 1})
    first, second, dense = size(config).encoder
    assert (first.multiplications, second.multiplications) == (32 * 9 * 16, 32 * 64 * 9 * 4)
    assert dense.multiplications == 64 * 4 * 2
    *_, last = size(config).decoder
    assert (last.multiplications, last.outputs) == (32 * 9 * 16, 64)


@pytest.mark.parametrize("estimate", [memory, seconds, disk])
def test_more_of_anything_never_costs_less(estimate: Callable[[TrainConfig], float]) -> None:
    base: dict[str, Any] = {"hidden": (64,), "max_steps": 1000, "batch_size": 64}
    least = estimate(TrainConfig.parse(base))
    larger: list[dict[str, Any]] = [
        {"hidden": (512,)},
        {"hidden": (64, 64)},
        {"dataset": "mnist"},
        {"batch_size": 1024},
        {"mc_samples": 10},
        {"objective": "iwae", "importance_samples": 50},
        {"architecture": "resnet"},
    ]
    for change in larger:
        assert estimate(TrainConfig.parse({**base, **change})) >= least, change


def test_twice_the_steps_take_twice_as_long_but_for_the_evaluations() -> None:
    short, long = (seconds(TrainConfig.parse({"epochs": 10_000, "max_steps": steps})) for steps in (1000, 2000))
    assert short < long < 2 * short
