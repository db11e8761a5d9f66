"""How large a configuration's network is and what training it costs, from its layers' shapes alone. No torch here.

The layers are those of `networks`. Memory and time are estimates; the constants in them were measured on one core.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from vae_core.config.families import SCALED
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS, DatasetFacts

CHANNELS = (32, 64)  # of the two convolutions, each of which halves height and width
KERNEL = 9  # weights of a 3×3 filter
FLOAT = 4  # bytes
COPIES = {"adam": 4, "adamw": 4, "rmsprop": 3, "adagrad": 3, "sgd": 2}  # weights, gradients, the optimiser's averages
PROCESS = 350e6  # bytes of a worker before it trains: Python, torch and the rest
CHUNK = 1000  # images that an evaluation decodes at once
STEP = 1e-3  # seconds that a step takes however small the network
RATE = 50e9  # floating-point operations a second, of one core
PIXEL = 4e-8  # seconds for what an evaluation measures of one pixel


@dataclass(frozen=True)
class Layer:
    """What a layer has and does for one image or code."""

    parameters: int
    multiplications: int
    outputs: int


@dataclass(frozen=True)
class Size:
    """A network's two halves; the encoder sees every image once, the decoder every sample of z."""

    encoder: tuple[Layer, ...]
    decoder: tuple[Layer, ...]
    extra: int  # parameters outside the layers

    @property
    def parameters(self) -> int:
        """Numbers that training changes."""
        return self.extra + sum(layer.parameters for layer in (*self.encoder, *self.decoder))

    def multiplications(self, samples: int) -> int:
        """Of one image's forward pass with this many samples of z."""
        encoded, decoded = (sum(layer.multiplications for layer in half) for half in (self.encoder, self.decoder))
        return encoded + samples * decoded

    def activations(self, samples: int) -> int:
        """Numbers that leave the layers in that pass."""
        encoded, decoded = (sum(layer.outputs for layer in half) for half in (self.encoder, self.decoder))
        return encoded + samples * decoded


def size(config: TrainConfig) -> Size:
    """The network that `networks.encoder`, `networks.decoder` and the likelihood would build."""
    facts = FACTS[config.dataset]
    codes = config.latent_dim * (1 if config.model == "ae" else 2)
    scaled = config.likelihood in SCALED
    per_pixel = 2 if scaled and config.scale == "per_pixel" else 1
    extra = int(scaled and config.scale == "shared")
    widths = (config.latent_dim, *reversed(config.hidden))
    if config.architecture == "mlp":
        encoder = _dense((facts.dimensions, *config.hidden, codes))
        return Size(encoder, _dense((*widths, per_pixel * facts.dimensions)), extra)
    first, second = CHANNELS
    quarter = second * (facts.height // 4) * (facts.width // 4)
    last = per_pixel * facts.channels
    down = (*_convolutions(config, facts, facts.channels, first, 2), *_convolutions(config, facts, first, second, 4))
    up = (*_transposed(config, facts, second, first, 4), *_transposed(config, facts, first, last, 2))
    return Size((*down, *_dense((quarter, *config.hidden, codes))), (*_dense((*widths, quarter)), *up), extra)


def memory(config: TrainConfig) -> float:
    """Bytes that a run's process will hold on the CPU, roughly: itself, data, weights, and what a step keeps.

    A step keeps every layer's outputs, their nonlinearities and the gradients; an evaluation keeps two layers' outputs
    of a chunk, and several arrays of its pixels.
    """
    facts, network = FACTS[config.dataset], size(config)
    data = (facts.train + facts.test) * facts.dimensions
    step = 3 * config.batch_size * network.activations(config.samples)
    widest = max(layer.outputs for layer in (*network.encoder, *network.decoder))
    evaluation = CHUNK * (2 * widest + 10 * facts.dimensions)
    weights = COPIES[config.optimizer] * network.parameters
    return PROCESS + data + FLOAT * (weights + max(step, evaluation))


def seconds(config: TrainConfig) -> float:
    """What the whole run takes on one core, evaluations included, roughly: a backward pass costs two forward ones."""
    facts, network = FACTS[config.dataset], size(config)
    step = STEP + 3 * 2 * config.batch_size * network.multiplications(config.samples) / RATE
    evaluation = facts.test * (2 * network.multiplications(1) / RATE + PIXEL * facts.dimensions)
    evaluations = 1 + -(-config.total_steps // config.evaluation_interval)
    return config.total_steps * step + evaluations * evaluation


def _dense(widths: Sequence[int]) -> tuple[Layer, ...]:
    return tuple(Layer(outputs * (inputs + 1), inputs * outputs, outputs) for inputs, outputs in pairwise(widths))


def _convolutions(config: TrainConfig, facts: DatasetFacts, inputs: int, outputs: int, stride: int) -> list[Layer]:
    """A convolution down to 1/stride of the image's height and width, and a residual block there."""
    pixels = (facts.height // stride) * (facts.width // stride)
    return [_convolution(inputs, outputs, pixels, pixels), *_residual(config, outputs, pixels)]


def _transposed(config: TrainConfig, facts: DatasetFacts, inputs: int, outputs: int, stride: int) -> list[Layer]:
    """A residual block at 1/stride of the image's height and width, and a convolution up from there."""
    pixels = (facts.height // stride) * (facts.width // stride)
    return [*_residual(config, inputs, pixels), _convolution(inputs, outputs, pixels, 4 * pixels)]


def _residual(config: TrainConfig, channels: int, pixels: int) -> list[Layer]:
    return 2 * [_convolution(channels, channels, pixels, pixels)] if config.architecture == "resnet" else []


def _convolution(inputs: int, outputs: int, visited: int, pixels: int) -> Layer:
    """A 3×3 convolution whose filter visits so many places and leaves so many pixels a channel."""
    weights = inputs * outputs * KERNEL
    return Layer(weights + outputs, weights * visited, outputs * pixels)
