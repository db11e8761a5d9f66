"""Encoders and decoders as plain stacks of layers, with torch's default initial weights.

B is the batch, D = height · width the pixels of an image, Z the latent dimensions.
"""

from collections.abc import Sequence
from itertools import pairwise

from torch import nn

from vae_core.config import TrainConfig
from vae_core.datasets.facts import DatasetFacts

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "softplus": nn.Softplus,
    "gelu": nn.GELU,
}
CHANNELS = (32, 64)  # of the two convolutions, each of which halves height and width


def encoder(config: TrainConfig, facts: DatasetFacts, outputs: int) -> nn.Sequential:
    """Images [B, D] to `outputs` numbers each, [B, outputs]."""
    activation = ACTIVATIONS[config.activation]
    if config.architecture == "mlp":
        return nn.Sequential(*_dense((facts.dimensions, *config.hidden, outputs), activation))
    first, second = CHANNELS
    return nn.Sequential(
        nn.Unflatten(1, (facts.channels, facts.height, facts.width)),
        nn.Conv2d(facts.channels, first, kernel_size=3, stride=2, padding=1),
        activation(),
        nn.Conv2d(first, second, kernel_size=3, stride=2, padding=1),
        activation(),
        nn.Flatten(),
        *_dense((_convolved(facts), *config.hidden, outputs), activation),
    )


def decoder(config: TrainConfig, facts: DatasetFacts) -> nn.Sequential:
    """Codes [B, Z] to the likelihood's parameter for every pixel, [B, D]: the encoder mirrored."""
    activation = ACTIVATIONS[config.activation]
    widths = (config.latent_dim, *reversed(config.hidden))
    if config.architecture == "mlp":
        return nn.Sequential(*_dense((*widths, facts.dimensions), activation))
    first, second = CHANNELS
    return nn.Sequential(
        *_dense((*widths, _convolved(facts)), activation),
        activation(),
        nn.Unflatten(1, (second, facts.height // 4, facts.width // 4)),
        nn.ConvTranspose2d(second, first, kernel_size=3, stride=2, padding=1, output_padding=1),
        activation(),
        nn.ConvTranspose2d(first, facts.channels, kernel_size=3, stride=2, padding=1, output_padding=1),
        nn.Flatten(),
    )


def _dense(widths: Sequence[int], activation: type[nn.Module]) -> list[nn.Module]:
    """Linear layers from each width to the next, the activation between them and none after the last."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        layers += [nn.Linear(inputs, outputs), activation()]
    return layers[:-1]


def _convolved(facts: DatasetFacts) -> int:
    """The numbers in an image after both convolutions; height and width are multiples of 4."""
    return CHANNELS[-1] * (facts.height // 4) * (facts.width // 4)
