"""The networks' layers as data, without torch: `model.networks` builds them, `cost` counts them, a script writes them.

Encoder and decoder are plain stacks. D = channels · height · width are the pixels of an image, Z the latent dimensions.
Every convolution has a 3×3 kernel. In a checkpoint a layer's place in its stack is part of its parameters' names, so a
layer that is put in or taken out leaves checkpoints behind that no longer load.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from vae_core.config.families import SCALED
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import DatasetFacts

CHANNELS = (32, 64)  # of the two convolutions, each of which halves height and width
KERNEL = 3  # height and width of a convolution's kernel


@dataclass(frozen=True)
class Dense:
    """A linear layer with a bias."""

    inputs: int
    outputs: int


@dataclass(frozen=True)
class Convolution:
    """Images [inputs, height, width] to [outputs, height / stride, width / stride], padded by one pixel."""

    inputs: int
    outputs: int
    height: int
    width: int
    stride: int


@dataclass(frozen=True)
class TransposedConvolution:
    """Images [inputs, height, width] to [outputs, 2 · height, 2 · width]."""

    inputs: int
    outputs: int
    height: int
    width: int


@dataclass(frozen=True)
class Activation:
    """A nonlinearity, by the name that it has in `TrainConfig.activation`."""

    name: str


@dataclass(frozen=True)
class Flatten:
    """An image [channels, height, width] as one row."""


@dataclass(frozen=True)
class Unflatten:
    """A row as an image of this shape."""

    channels: int
    height: int
    width: int


@dataclass(frozen=True)
class ResidualBlock:
    """An image plus what two convolutions that keep its shape make of it (He et al. 2016, arXiv:1603.05027)."""

    channels: int
    height: int
    width: int
    activation: str

    @property
    def branch(self) -> tuple[Activation | Convolution, ...]:
        """The layers whose output is added to the image."""
        convolution = Convolution(self.channels, self.channels, self.height, self.width, stride=1)
        return Activation(self.activation), convolution, Activation(self.activation), convolution


Layer = Dense | Convolution | TransposedConvolution | Activation | Flatten | Unflatten | ResidualBlock


def encoder_layers(config: TrainConfig, facts: DatasetFacts) -> tuple[Layer, ...]:
    """Images [B, D] to loc and log variance [B, 2·Z], or to a plain autoencoder's codes [B, Z]."""
    outputs = config.latent_dim * (2 if config.model == "vae" else 1)
    if config.architecture == "mlp":
        return _dense(config, (facts.dimensions, *config.hidden, outputs))
    first, second = CHANNELS
    height, width = facts.height, facts.width
    return (
        Unflatten(facts.channels, height, width),
        Convolution(facts.channels, first, height, width, stride=2),
        *_residual_block(config, first, height // 2, width // 2),
        Activation(config.activation),
        Convolution(first, second, height // 2, width // 2, stride=2),
        *_residual_block(config, second, height // 4, width // 4),
        Activation(config.activation),
        Flatten(),
        *_dense(config, (second * (height // 4) * (width // 4), *config.hidden, outputs)),
    )


def decoder_layers(config: TrainConfig, facts: DatasetFacts) -> tuple[Layer, ...]:
    """Codes [B, Z] to P numbers for every pixel, [B, P·D]: the encoder mirrored.

    The first D are the first number of each pixel, the next D the second.
    """
    widths = (config.latent_dim, *reversed(config.hidden))
    if config.architecture == "mlp":
        return _dense(config, (*widths, outputs_per_pixel(config) * facts.dimensions))
    first, second = CHANNELS
    height, width = facts.height, facts.width
    return (
        *_dense(config, (*widths, second * (height // 4) * (width // 4))),
        Activation(config.activation),
        Unflatten(second, height // 4, width // 4),
        *_residual_block(config, second, height // 4, width // 4),
        TransposedConvolution(second, first, height // 4, width // 4),
        *_residual_block(config, first, height // 2, width // 2),
        Activation(config.activation),
        TransposedConvolution(first, outputs_per_pixel(config) * facts.channels, height // 2, width // 2),
        Flatten(),
    )


def outputs_per_pixel(config: TrainConfig) -> int:
    """P, the numbers that the decoder gives for every pixel: a location, and a scale where each pixel has its own."""
    return 2 if config.likelihood in SCALED and config.scale == "per_pixel" else 1


def _residual_block(config: TrainConfig, channels: int, height: int, width: int) -> tuple[ResidualBlock, ...]:
    """The block of a resnet at this size; a conv net has none."""
    return (ResidualBlock(channels, height, width, config.activation),) if config.architecture == "resnet" else ()


def _dense(config: TrainConfig, widths: Sequence[int]) -> tuple[Layer, ...]:
    """Linear layers from each width to the next, the activation between them and none after the last."""
    layers: list[Layer] = []
    for inputs, outputs in pairwise(widths):
        layers += [Dense(inputs, outputs), Activation(config.activation)]
    return tuple(layers[:-1])
