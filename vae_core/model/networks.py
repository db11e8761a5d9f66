"""Encoders and decoders as torch modules, with torch's default initial weights."""

from collections.abc import Iterable
from typing import assert_never, cast

from torch import Tensor, nn

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

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "softplus": nn.Softplus,
    "gelu": nn.GELU,
}


class Residual(nn.Module):
    """x [B, C, H, W] plus what the layers of a branch make of it."""

    def __init__(self, branch: nn.Module) -> None:
        super().__init__()
        self.branch = branch

    def forward(self, x: Tensor) -> Tensor:
        """The sum."""
        branch: Tensor = self.branch(x)
        return x + branch


def build(layers: Iterable[Layer]) -> nn.Sequential:
    """The layers one after the other; their first weights are drawn in this order from torch's generator."""
    return nn.Sequential(*map(_module, layers))


def last_bias(layers: nn.Module) -> nn.Parameter:
    """The bias of the last layer that has weights: one number an output, or one a channel after a convolution."""
    *_, last = (layer for layer in layers.modules() if isinstance(layer, nn.Linear | nn.ConvTranspose2d))
    return cast(nn.Parameter, last.bias)


def _module(layer: Layer) -> nn.Module:  # noqa: PLR0911  one for each kind
    match layer:
        case Dense(inputs, outputs):
            return nn.Linear(inputs, outputs)
        case Convolution(inputs, outputs, stride=stride):
            return nn.Conv2d(inputs, outputs, KERNEL, stride, padding=1)
        case TransposedConvolution(inputs, outputs):
            return nn.ConvTranspose2d(inputs, outputs, KERNEL, stride=2, padding=1, output_padding=1)
        case Activation(name):
            return ACTIVATIONS[name]()
        case Flatten():
            return nn.Flatten()
        case Unflatten(channels, height, width):
            return nn.Unflatten(1, (channels, height, width))
        case ResidualBlock():
            return Residual(build(layer.branch))
    assert_never(layer)
