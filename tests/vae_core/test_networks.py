import pytest
import torch

from vae_core.datasets.facts import FACTS
from vae_core.networks import ACTIVATIONS, decoder, encoder


@pytest.mark.parametrize("dataset", ["digits", "mnist"])
@pytest.mark.parametrize("architecture", ["mlp", "conv"])
@pytest.mark.parametrize("hidden", [(8,), (16, 8, 4)])
def test_the_decoder_gives_back_what_the_encoder_took(small, dataset, architecture, hidden):
    config, facts = small(dataset=dataset, architecture=architecture, hidden=hidden), FACTS[dataset]
    codes = encoder(config, facts, config.latent_dim)(torch.rand(3, facts.dimensions))
    assert codes.shape == (3, config.latent_dim)
    assert decoder(config, facts)(codes).shape == (3, facts.dimensions)


def test_the_decoder_mirrors_the_widths(small):
    config, facts = small(hidden=(16, 8)), FACTS["digits"]
    widths = [layer.out_features for layer in encoder(config, facts, 4) if isinstance(layer, torch.nn.Linear)]
    mirrored = [layer.in_features for layer in decoder(config, facts) if isinstance(layer, torch.nn.Linear)]
    assert widths == mirrored[::-1] == [16, 8, 4]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_activation_is_the_one_named(small, name):
    layers = [type(layer) for layer in encoder(small(activation=name), FACTS["digits"], 4)]
    assert layers == [torch.nn.Linear, ACTIVATIONS[name], torch.nn.Linear]
