"""Encoders and decoders as plain stacks of layers, with torch's default initial weights.

B is the batch, D = channels · height · width the pixels of an image, Z the latent dimensions.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import cast

from torch import Tensor, nn

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import DatasetFacts
from vae_core.theory.cost import CHANNELS

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "softplus": nn.Softplus,
    "gelu": nn.GELU,
}


class Residual(nn.Module):
    """x [B, C, H, W] plus what two 3×3 convolutions make of it (He et al. 2016, arXiv:1603.05027)."""

    def __init__(self, channels: int, activation: type[nn.Module]) -> None:
        super().__init__()
        self.branch = nn.Sequential(
            activation(),
            nn.Conv2d(channels, channels, kernel_size=3, padding=1),
            activation(),
            nn.Conv2d(channels, channels, kernel_size=3, padding=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """The sum."""
        branch: Tensor = self.branch(x)
        return x + branch


def encoder(config: TrainConfig, facts: DatasetFacts, outputs: int) -> nn.Sequential:
    """Images [B, D] to `outputs` numbers each, [B, outputs]."""
    activation = ACTIVATIONS[config.activation]
    if config.architecture == "mlp":
        return nn.Sequential(*_dense((facts.dimensions, *config.hidden, outputs), activation))
    first, second = CHANNELS
    return nn.Sequential(
        nn.Unflatten(1, (facts.channels, facts.height, facts.width)),
        nn.Conv2d(facts.channels, first, kernel_size=3, stride=2, padding=1),
        *_residuals(config, first),
        activation(),
        nn.Conv2d(first, second, kernel_size=3, stride=2, padding=1),
        *_residuals(config, second),
        activation(),
        nn.Flatten(),
        *_dense((_convolved(facts), *config.hidden, outputs), activation),
    )


def decoder(config: TrainConfig, facts: DatasetFacts, outputs_per_pixel: int) -> nn.Sequential:
    """Codes [B, Z] to P = `outputs_per_pixel` numbers for every pixel, [B, P·D]: the encoder mirrored.

    The first D are the first number of each pixel, the next D the second.
    """
    activation = ACTIVATIONS[config.activation]
    widths = (config.latent_dim, *reversed(config.hidden))
    if config.architecture == "mlp":
        return nn.Sequential(*_dense((*widths, outputs_per_pixel * facts.dimensions), activation))
    first, second = CHANNELS
    last = outputs_per_pixel * facts.channels
    return nn.Sequential(
        *_dense((*widths, _convolved(facts)), activation),
        activation(),
        nn.Unflatten(1, (second, facts.height // 4, facts.width // 4)),
        *_residuals(config, second),
        nn.ConvTranspose2d(second, first, kernel_size=3, stride=2, padding=1, output_padding=1),
        *_residuals(config, first),
        activation(),
        nn.ConvTranspose2d(first, last, kernel_size=3, stride=2, padding=1, output_padding=1),
        nn.Flatten(),
    )


def last_bias(layers: nn.Module) -> nn.Parameter:
    """The bias of the last layer that has weights: one number an output, or one a channel after a convolution."""
    *_, last = (layer for layer in layers.modules() if isinstance(layer, nn.Linear | nn.ConvTranspose2d))
    return cast(nn.Parameter, last.bias)


def _residuals(config: TrainConfig, channels: int) -> list[nn.Module]:
    """The residual block of a resnet at this width; a conv net has none."""
    return [Residual(channels, ACTIVATIONS[config.activation])] if config.architecture == "resnet" else []


def _dense(widths: Sequence[int], activation: type[nn.Module]) -> list[nn.Module]:
    """Linear layers from each width to the next, the activation between them and none after the last."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        layers += [nn.Linear(inputs, outputs), activation()]
    return layers[:-1]


def _convolved(facts: DatasetFacts) -> int:
    """The numbers in an image after both convolutions; height and width are multiples of 4."""
    return CHANNELS[-1] * (facts.height // 4) * (facts.width // 4)
