"""The networks of `vae_core.model.networks` as text, layer by layer. No torch here."""

from collections.abc import Sequence
from itertools import pairwise

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import DatasetFacts
from vae_core.theory.cost import CHANNELS

ACTIVATIONS = {"relu": "nn.ReLU()", "tanh": "nn.Tanh()", "softplus": "nn.Softplus()", "gelu": "nn.GELU()"}


def encoder_layers(config: TrainConfig, facts: DatasetFacts) -> list[str]:
    """What makes a loc and a log variance, or a plain autoencoder's code, of an image."""
    outputs = config.latent_dim * (2 if config.model == "vae" else 1)
    if config.architecture == "mlp":
        return _dense((facts.dimensions, *config.hidden, outputs), config)
    first, second = CHANNELS
    return [
        f"nn.Unflatten(1, ({facts.channels}, {facts.height}, {facts.width}))",
        _convolution("Conv2d", facts.channels, first),
        *_residual(config, first),
        ACTIVATIONS[config.activation],
        _convolution("Conv2d", first, second),
        *_residual(config, second),
        ACTIVATIONS[config.activation],
        "nn.Flatten()",
        *_dense((_convolved(facts), *config.hidden, outputs), config),
    ]


def decoder_layers(config: TrainConfig, facts: DatasetFacts, outputs_per_pixel: int) -> list[str]:
    """What makes the likelihood's parameters of a code: the encoder mirrored."""
    widths = (config.latent_dim, *reversed(config.hidden))
    if config.architecture == "mlp":
        return _dense((*widths, outputs_per_pixel * facts.dimensions), config)
    first, second = CHANNELS
    return [
        *_dense((*widths, _convolved(facts)), config),
        ACTIVATIONS[config.activation],
        f"nn.Unflatten(1, ({second}, {facts.height // 4}, {facts.width // 4}))",
        *_residual(config, second),
        _convolution("ConvTranspose2d", second, first),
        *_residual(config, first),
        ACTIVATIONS[config.activation],
        _convolution("ConvTranspose2d", first, outputs_per_pixel * facts.channels),
        "nn.Flatten()",
    ]


def _dense(widths: Sequence[int], config: TrainConfig) -> list[str]:
    layers: list[str] = []
    for inputs, outputs in pairwise(widths):
        layers += [f"nn.Linear({inputs}, {outputs})", ACTIVATIONS[config.activation]]
    return layers[:-1]


def _convolution(kind: str, inputs: int, outputs: int) -> str:
    more = ", output_padding=1" if kind == "ConvTranspose2d" else ""
    return f"nn.{kind}({inputs}, {outputs}, kernel_size=3, stride=2, padding=1{more})"


def _residual(config: TrainConfig, channels: int) -> list[str]:
    return [f"Residual({channels})"] if config.architecture == "resnet" else []


def _convolved(facts: DatasetFacts) -> int:
    return CHANNELS[-1] * (facts.height // 4) * (facts.width // 4)
