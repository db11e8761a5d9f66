"""The stacks of layers by their shapes."""

from collections.abc import Callable
from math import prod

import pytest

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.theory.layers import (
    Activation,
    Convolution,
    Dense,
    Flatten,
    Layer,
    ResidualBlock,
    TransposedConvolution,
    Unflatten,
    decoder_layers,
    encoder_layers,
    outputs_per_pixel,
)

Shape = tuple[int, ...]


def leaving(layer: Layer, shape: Shape) -> Shape:
    """The shape after a layer, which must accept the one before."""
    match layer:
        case Dense(inputs, outputs):
            assert shape == (inputs,)
            return (outputs,)
        case Convolution(inputs, outputs, height, width, stride):
            assert shape == (inputs, height, width)
            return outputs, height // stride, width // stride
        case TransposedConvolution(inputs, outputs, height, width):
            assert shape == (inputs, height, width)
            return outputs, 2 * height, 2 * width
        case Unflatten(channels, height, width):
            assert shape == (channels * height * width,)
            return channels, height, width
        case ResidualBlock(channels, height, width):
            assert shape == (channels, height, width) == through(layer.branch, shape)
        case Flatten():
            return (prod(shape),)
    return shape


def through(layers: tuple[Layer, ...], shape: Shape) -> Shape:
    for layer in layers:
        shape = leaving(layer, shape)
    return shape


@pytest.mark.parametrize("dataset", FACTS)
@pytest.mark.parametrize("architecture", ["mlp", "conv", "resnet"])
@pytest.mark.parametrize("hidden", [(), (8,), (16, 8, 4)])
@pytest.mark.parametrize(
    ("loss", "codes", "pixels"), [({}, 8, 1), ({"model": "ae"}, 4, 1), ({"likelihood": "gaussian"}, 8, 2)]
)
def test_every_layer_accepts_what_the_one_before_gives(
    small: Callable[..., TrainConfig],
    dataset: str,
    architecture: str,
    hidden: tuple[int, ...],
    loss: dict[str, str],
    codes: int,
    pixels: int,
) -> None:
    scale = "per_pixel" if pixels == 2 else "fixed"
    config, facts = (
        small(dataset=dataset, architecture=architecture, hidden=hidden, scale=scale, **loss),
        FACTS[dataset],
    )
    assert through(encoder_layers(config, facts), (facts.dimensions,)) == (codes,)
    assert through(decoder_layers(config, facts), (config.latent_dim,)) == (pixels * facts.dimensions,)


def test_only_a_likelihood_with_a_scale_has_two_numbers_a_pixel(small: Callable[..., TrainConfig]) -> None:
    assert outputs_per_pixel(small(likelihood="laplace", scale="per_pixel")) == 2
    assert outputs_per_pixel(small(likelihood="laplace", scale="shared")) == 1
    assert outputs_per_pixel(small(likelihood="bernoulli", scale="per_pixel")) == 1


def test_no_hidden_layer_leaves_linear_maps(small: Callable[..., TrainConfig]) -> None:
    config, facts = small(hidden=()), FACTS["digits"]
    assert (*encoder_layers(config, facts), *decoder_layers(config, facts)) == (Dense(64, 8), Dense(4, 64))


def test_only_a_resnet_has_residual_blocks(small: Callable[..., TrainConfig]) -> None:
    for architecture, blocks in {"conv": 0, "resnet": 2}.items():
        config = small(architecture=architecture)
        for layers in (encoder_layers(config, FACTS["digits"]), decoder_layers(config, FACTS["digits"])):
            assert sum(isinstance(layer, ResidualBlock) for layer in layers) == blocks


def test_the_decoder_mirrors_the_widths(small: Callable[..., TrainConfig]) -> None:
    config, facts = small(hidden=(16, 8)), FACTS["digits"]
    widths = [layer.outputs for layer in encoder_layers(config, facts) if isinstance(layer, Dense)]
    mirrored = [layer.inputs for layer in decoder_layers(config, facts) if isinstance(layer, Dense)]
    assert widths == [16, 8, 8]  # a loc and a log variance for each of four latent units
    assert mirrored == [4, 8, 16]


def test_an_activation_stands_between_linear_layers_and_not_after_the_last(small: Callable[..., TrainConfig]) -> None:
    layers = encoder_layers(small(activation="tanh"), FACTS["digits"])
    assert layers == (Dense(64, 32), Activation("tanh"), Dense(32, 8))
