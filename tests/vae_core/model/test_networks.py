import pytest
import torch

from vae_core.datasets.facts import FACTS
from vae_core.model.networks import ACTIVATIONS, Residual, decoder, encoder, last_bias


@pytest.mark.parametrize("dataset", ["digits", "mnist"])
@pytest.mark.parametrize("architecture", ["mlp", "conv", "resnet"])
@pytest.mark.parametrize("hidden", [(), (8,), (16, 8, 4)])
@pytest.mark.parametrize("outputs_per_pixel", [1, 2])
def test_the_decoder_gives_back_what_the_encoder_took(small, dataset, architecture, hidden, outputs_per_pixel):
    config, facts = small(dataset=dataset, architecture=architecture, hidden=hidden), FACTS[dataset]
    codes = encoder(config, facts, config.latent_dim)(torch.rand(3, facts.dimensions))
    assert codes.shape == (3, config.latent_dim)
    assert decoder(config, facts, outputs_per_pixel)(codes).shape == (3, outputs_per_pixel * facts.dimensions)


def test_no_hidden_layer_leaves_linear_maps(small):
    config, facts = small(hidden=()), FACTS["digits"]
    assert [type(layer) for layer in (*encoder(config, facts, 4), *decoder(config, facts, 1))] == [torch.nn.Linear] * 2


def test_a_residual_block_adds_to_what_comes_in():
    block, x = Residual(3, torch.nn.ReLU), torch.randn(2, 3, 8, 8)
    assert not torch.equal(block(x), x)
    for parameter in block.branch[-1].parameters():
        torch.nn.init.zeros_(parameter)
    assert torch.equal(block(x), x)


def test_only_a_resnet_has_residual_blocks(small):
    for architecture, blocks in {"conv": 0, "resnet": 2}.items():
        config = small(architecture=architecture)
        for layers in (encoder(config, FACTS["digits"], 4), decoder(config, FACTS["digits"], 1)):
            assert sum(isinstance(layer, Residual) for layer in layers) == blocks


@pytest.mark.parametrize(("architecture", "numbers"), [("mlp", 128), ("conv", 2), ("resnet", 2)])
def test_the_last_bias_moves_every_output_alike(small, architecture, numbers):
    layers = decoder(small(architecture=architecture), FACTS["digits"], 2)
    bias, z = last_bias(layers), torch.randn(3, 4)
    before = layers(z)
    with torch.no_grad():
        bias += 1
    assert bias.shape == (numbers,)
    assert torch.allclose(layers(z) - before, torch.ones(3, 128), atol=1e-5)


def test_the_decoder_mirrors_the_widths(small):
    config, facts = small(hidden=(16, 8)), FACTS["digits"]
    widths = [layer.out_features for layer in encoder(config, facts, 4) if isinstance(layer, torch.nn.Linear)]
    mirrored = [layer.in_features for layer in decoder(config, facts, 1) if isinstance(layer, torch.nn.Linear)]
    assert widths == mirrored[::-1] == [16, 8, 4]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_activation_is_the_one_named(small, name):
    layers = [type(layer) for layer in encoder(small(activation=name), FACTS["digits"], 4)]
    assert layers == [torch.nn.Linear, ACTIVATIONS[name], torch.nn.Linear]
