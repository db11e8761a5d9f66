from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
import torch
from torch import nn

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.model.networks import ACTIVATIONS, Residual, build, last_bias
from vae_core.model.vae import build_model
from vae_core.theory.layers import Activation, ResidualBlock, decoder_layers, encoder_layers

Configure = Callable[..., TrainConfig]


@pytest.mark.parametrize("dataset", ["digits", "mnist"])
@pytest.mark.parametrize("architecture", ["mlp", "conv", "resnet"])
@pytest.mark.parametrize("hidden", [(), (8,), (16, 8, 4)])
@pytest.mark.parametrize("scale", ["fixed", "per_pixel"])
def test_the_decoder_gives_numbers_for_every_pixel_that_the_encoder_reads(
    small: Configure, dataset: str, architecture: str, hidden: tuple[int, ...], scale: str
) -> None:
    facts, loss = FACTS[dataset], {"model": "ae", "likelihood": "laplace", "scale": scale}
    config = small(dataset=dataset, architecture=architecture, hidden=hidden, **loss)
    codes = build(encoder_layers(config, facts))(torch.rand(3, facts.dimensions))
    assert codes.shape == (3, config.latent_dim)
    outputs_per_pixel = {"fixed": 1, "per_pixel": 2}[scale]
    assert build(decoder_layers(config, facts))(codes).shape == (3, outputs_per_pixel * facts.dimensions)


def residual(channels: int) -> nn.Module:
    """The block as He et al. draw it, with ReLU."""
    first, second = (nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))
    return Residual(nn.Sequential(nn.ReLU(), first, nn.ReLU(), second))


def up(inputs: int, outputs: int) -> nn.Module:
    return nn.ConvTranspose2d(inputs, outputs, 3, stride=2, padding=1, output_padding=1)


def down(inputs: int, outputs: int) -> nn.Module:
    return nn.Conv2d(inputs, outputs, 3, stride=2, padding=1)


# Each network of digits with Z = 4, written out: its encoder's layers and its decoder's.
WRITTEN_OUT: dict[str, Callable[[], tuple[list[nn.Module], list[nn.Module]]]] = {
    "mlp": lambda: (
        [nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 8)],
        [nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 64)],
    ),
    "linear": lambda: ([nn.Linear(64, 8)], [nn.Linear(4, 64)]),
    "conv": lambda: (
        [
            nn.Unflatten(1, (1, 8, 8)), down(1, 32), nn.ReLU(), down(32, 64), nn.ReLU(), nn.Flatten(),
            nn.Linear(256, 16), nn.ReLU(), nn.Linear(16, 8),
        ],
        [
            nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 256), nn.ReLU(), nn.Unflatten(1, (64, 2, 2)),
            up(64, 32), nn.ReLU(), up(32, 1), nn.Flatten(),
        ],
    ),
    "resnet": lambda: (
        [
            nn.Unflatten(1, (1, 8, 8)), down(1, 32), residual(32), nn.ReLU(), down(32, 64), residual(64), nn.ReLU(),
            nn.Flatten(), nn.Linear(256, 16), nn.ReLU(), nn.Linear(16, 8),
        ],
        [
            nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 256), nn.ReLU(), nn.Unflatten(1, (64, 2, 2)),
            residual(64), up(64, 32), residual(32), nn.ReLU(), up(32, 1), nn.Flatten(),
        ],
    ),
}  # fmt: skip
CONFIGS: dict[str, dict[str, Any]] = {
    "mlp": {"hidden": (16, 8)},
    "linear": {"hidden": ()},
    "conv": {"architecture": "conv", "hidden": (16,)},
    "resnet": {"architecture": "resnet", "hidden": (16,)},
}


@pytest.mark.parametrize("name", CONFIGS)
def test_the_first_weights_are_those_of_the_network_written_out(name: str) -> None:
    model = build_model(TrainConfig(latent_dim=4, activation="relu", **CONFIGS[name]), FACTS["digits"], seed=0)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        encoder, decoder = (nn.Sequential(*layers) for layers in WRITTEN_OUT[name]())
    expected = nn.ModuleDict({"encoder": encoder, "decoder": decoder}).state_dict()
    actual = model.state_dict()
    assert list(actual) == list(expected)
    assert all(torch.equal(actual[parameter], expected[parameter]) for parameter in expected)


@pytest.mark.parametrize(
    ("name", "names_and_shapes", "magnitude"),  # recorded from version 0.1, whose checkpoints must still load
    [
        ("mlp", "83e837daaa788155", 266.7251764917746),
        ("linear", "f1297ec72a4607c9", 113.81935189664364),
        ("conv", "8ff05675f9a100e2", 1887.7640304535748),
        ("resnet", "c095ccb66bb4b43f", 6072.025779310988),
    ],
)
def test_names_shapes_and_first_weights_are_those_of_the_first_version(
    name: str, names_and_shapes: str, magnitude: float
) -> None:
    state = build_model(TrainConfig(latent_dim=4, **CONFIGS[name]), FACTS["digits"], seed=0).state_dict()
    text = "\n".join(f"{parameter} {tuple(value.shape)}" for parameter, value in state.items())
    assert sha256(text.encode()).hexdigest().startswith(names_and_shapes)
    assert sum(float(value.double().abs().sum()) for value in state.values()) == pytest.approx(magnitude, rel=1e-9)


def test_a_residual_block_adds_to_its_input() -> None:
    block, x = build([ResidualBlock(3, 8, 8, "relu")])[0], torch.randn(2, 3, 8, 8)
    assert not torch.equal(block(x), x)
    for parameter in block.branch[-1].parameters():
        torch.nn.init.zeros_(parameter)
    assert torch.equal(block(x), x)


@pytest.mark.parametrize(("architecture", "numbers"), [("mlp", 128), ("conv", 2), ("resnet", 2)])
def test_the_last_bias_moves_every_output_alike(small: Configure, architecture: str, numbers: int) -> None:
    config = small(architecture=architecture, likelihood="gaussian", scale="per_pixel")
    layers = build(decoder_layers(config, FACTS["digits"]))
    bias, z = last_bias(layers), torch.randn(3, 4)
    before = layers(z)
    with torch.no_grad():
        bias.add_(1)
    assert bias.shape == (numbers,)
    assert torch.allclose(layers(z) - before, torch.ones(3, 128), atol=1e-5)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_activation_is_the_one_named(name: str) -> None:
    assert type(build([Activation(name)])[0]) is ACTIVATIONS[name]
