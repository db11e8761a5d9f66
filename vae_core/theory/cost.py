"""How large a configuration's network is and what training it costs, from its layers' shapes alone. No torch here.

Memory and time are estimates; the constants in them were measured on one core.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from vae_core.config.families import SCALED
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.report import PICTURED
from vae_core.theory.layers import (
    KERNEL,
    Convolution,
    Dense,
    Layer,
    ResidualBlock,
    TransposedConvolution,
    decoder_layers,
    encoder_layers,
)

FLOAT = 4  # bytes
COPIES = {"adam": 4, "adamw": 4, "rmsprop": 3, "adagrad": 3, "sgd": 2}  # weights, gradients, the optimiser's averages
PROCESS = 350e6  # bytes of a worker before it trains: Python, torch and the rest
CHUNK = 1000  # images that an evaluation decodes at once; fixed, since the order of summation decides the last bits
STEP = 1e-3  # seconds of a step of the smallest network
RATE = 50e9  # floating-point operations a second, of one core
PIXEL = 4e-8  # seconds of an evaluation for each pixel
ROW = 120  # bytes of a step in the database, with what makes it quick to read
SAVED = 3  # checkpoints: the two newest and the best
STATES = 13e3  # bytes of a checkpoint beside its numbers: the random generators
SHEET = 64  # images
COMPRESSED = 0.8  # bytes of a pixel in a picture


@dataclass(frozen=True)
class LayerCost:
    """The size of a layer with weights, and its work for one image or code."""

    parameters: int
    multiplications: int
    outputs: int


@dataclass(frozen=True)
class NetworkSize:
    """A network's two halves; the encoder sees every image once, the decoder every sample of z."""

    encoder: tuple[LayerCost, ...]
    decoder: tuple[LayerCost, ...]
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


def size(config: TrainConfig) -> NetworkSize:
    """The network of a configuration, and the scale that its likelihood may learn with it."""
    facts = FACTS[config.dataset]
    extra = int(config.likelihood in SCALED and config.scale == "shared")
    return NetworkSize(_costs(encoder_layers(config, facts)), _costs(decoder_layers(config, facts)), extra)


def memory(config: TrainConfig) -> float:
    """Rough bytes of a run's process on the CPU: itself, data, weights, and what a step keeps.

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
    """Rough seconds of the whole run on one core, with evaluations: a backward pass costs two forward ones."""
    facts, network = FACTS[config.dataset], size(config)
    step = STEP + 3 * 2 * config.batch_size * network.multiplications(config.samples) / RATE
    evaluation = facts.test * (2 * network.multiplications(1) / RATE + PIXEL * facts.dimensions)
    evaluations = 1 + -(-config.total_steps // config.evaluation_interval)
    return config.total_steps * step + evaluations * evaluation


def disk(config: TrainConfig) -> float:
    """Rough bytes that a run leaves in the database and its folder: steps, pictures, scores, and three checkpoints.

    Noisy pictures compress badly: a byte a pixel is usual for 8×8 digits, less for larger images.
    """
    facts = FACTS[config.dataset]
    saved = (COPIES[config.optimizer] - 1) * size(config).parameters  # all but the gradients
    checkpoints = SAVED * (FLOAT * saved + STATES)
    sheets = 3 * (1 + -(-config.total_steps // config.picture_interval)) * SHEET
    pictures = (sheets + 2 * PICTURED * config.examine) * facts.dimensions * COMPRESSED
    scores = config.examine * 12 * 8 * min(2000, facts.test)
    return config.total_steps * ROW + checkpoints + pictures + scores


def _costs(layers: Iterable[Layer]) -> tuple[LayerCost, ...]:
    """One for each layer with weights; a residual block has two."""
    return tuple(cost for layer in layers for cost in _layer_costs(layer))


def _layer_costs(layer: Layer) -> tuple[LayerCost, ...]:
    match layer:
        case Dense(inputs, outputs):
            return (LayerCost(outputs * (inputs + 1), inputs * outputs, outputs),)
        case Convolution(inputs, outputs, height, width, stride):
            pixels = (height // stride) * (width // stride)
            return (_convolution(inputs, outputs, pixels, pixels),)
        case TransposedConvolution(inputs, outputs, height, width):
            return (_convolution(inputs, outputs, height * width, 4 * height * width),)
        case ResidualBlock():
            return _costs(layer.branch)
    return ()


def _convolution(inputs: int, outputs: int, positions: int, pixels: int) -> LayerCost:
    """A convolution whose kernel is applied at this many positions and leaves this many pixels a channel."""
    weights = inputs * outputs * KERNEL**2
    return LayerCost(weights + outputs, weights * positions, outputs * pixels)
