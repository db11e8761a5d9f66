"""Layers as text, as `vae_core.model.networks` builds them. No torch here."""

from typing import assert_never

from vae_core.theory.layers import (
    KERNEL,
    Activation,
    Convolution,
    Dense,
    Flatten,
    Layer,
    ResidualBlock,
    TransposedConvolution,
    Unflatten,
)

ACTIVATIONS = {"relu": "nn.ReLU()", "tanh": "nn.Tanh()", "softplus": "nn.Softplus()", "gelu": "nn.GELU()"}


def write_layer(layer: Layer) -> str:  # noqa: PLR0911  one for each kind
    """The expression that makes this layer; a residual block is the script's own class."""
    match layer:
        case Dense(inputs, outputs):
            return f"nn.Linear({inputs}, {outputs})"
        case Convolution(inputs, outputs, stride=stride):
            return f"nn.Conv2d({inputs}, {outputs}, kernel_size={KERNEL}, stride={stride}, padding=1)"
        case TransposedConvolution(inputs, outputs):
            sizes = f"{inputs}, {outputs}, kernel_size={KERNEL}"
            return f"nn.ConvTranspose2d({sizes}, stride=2, padding=1, output_padding=1)"
        case Activation(name):
            return ACTIVATIONS[name]
        case Flatten():
            return "nn.Flatten()"
        case Unflatten(channels, height, width):
            return f"nn.Unflatten(1, ({channels}, {height}, {width}))"
        case ResidualBlock(channels):
            return f"Residual({channels})"
    assert_never(layer)
