"""The text of the layers against the layers themselves."""

import pytest
import torch
from torch import nn

from app.export.layers import decoder_layers, encoder_layers
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.model.networks import Residual, decoder, encoder


@pytest.mark.parametrize("architecture", ["mlp", "conv", "resnet"])
@pytest.mark.parametrize("hidden", [(), (7,), (9, 5)])
def test_each_layer_is_written_as_it_is_built(architecture: str, hidden: tuple[int, ...]) -> None:
    config = TrainConfig(architecture=architecture, hidden=hidden, latent_dim=3, activation="gelu")
    facts = FACTS["mnist"]
    names = {"nn": nn, "Residual": lambda channels: Residual(channels, nn.GELU)}
    with torch.device("meta"):
        built = [*encoder(config, facts, 6), *decoder(config, facts, 2)]
        written = [eval(text, names) for text in (*encoder_layers(config, facts), *decoder_layers(config, facts, 2))]  # noqa: S307
    assert list(map(repr, written)) == list(map(repr, built))
