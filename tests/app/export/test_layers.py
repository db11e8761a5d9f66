"""The text of the layers against the layers themselves."""

from typing import Literal

import pytest
import torch
from torch import nn

from app.export.layers import write_layer
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.model.networks import build
from vae_core.theory.layers import ResidualBlock, decoder_layers, encoder_layers


@pytest.mark.parametrize("architecture", ["mlp", "conv", "resnet"])
@pytest.mark.parametrize("hidden", [(), (7,), (9, 5)])
def test_each_layer_is_written_as_it_is_built(
    architecture: Literal["mlp", "conv", "resnet"], hidden: tuple[int, ...]
) -> None:
    config = TrainConfig(architecture=architecture, hidden=hidden, latent_dim=3, activation="gelu")
    facts = FACTS["mnist"]
    layers = (*encoder_layers(config, facts), *decoder_layers(config, facts))
    names = {"nn": nn, "Residual": lambda channels: build([ResidualBlock(channels, 1, 1, "gelu")])[0]}
    with torch.device("meta"):
        written = [eval(write_layer(layer), names) for layer in layers]  # noqa: S307
        assert list(map(repr, written)) == list(map(repr, build(layers)))
