"""All that the next step follows from, taken out of training and put back: weights, optimiser, random generators."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Generator, Tensor, nn, optim

from vae_core.checkpoint import WEIGHTS
from vae_core.events import Checkpoint


def capture(
    step: int,
    seconds: float,
    model: nn.Module,
    optimizer: optim.Optimizer,
    generators: Mapping[str, Generator],
    *,
    evaluated: bool,
) -> Checkpoint:
    """Copies of everything that the steps after `step` follow from. Waits for the device."""
    tensors = {f"{WEIGHTS}{name}": value for name, value in model.state_dict().items()}
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": value for name, value in state.items()}
    tensors |= {f"generator.{name}": generator.get_state() for name, generator in generators.items()}
    return Checkpoint(step, seconds, {name: _array(value) for name, value in tensors.items()}, evaluated)


def restore(
    checkpoint: Checkpoint, model: nn.Module, optimizer: optim.Optimizer, generators: Mapping[str, Generator]
) -> None:
    """Put everything back in its place. Raises `ValueError` or `RuntimeError` where it does not fit."""
    model.load_state_dict(_under(WEIGHTS, checkpoint))
    states: dict[int, dict[str, Tensor]] = {}
    for name, value in _under("optimizer.", checkpoint).items():
        index, _, field = name.partition(".")
        states.setdefault(int(index), {})[field] = value
    optimizer.load_state_dict({**optimizer.state_dict(), "state": states})
    for name, state in _under("generator.", checkpoint).items():
        generators[name].set_state(state)


def load_weights(checkpoint: Checkpoint, model: nn.Module) -> None:
    """The model's weights alone, where their shapes agree: for a run that goes on under another loss."""
    current = model.state_dict()
    kept = {name: value for name, value in _under(WEIGHTS, checkpoint).items() if name in current}
    model.load_state_dict(
        {name: value for name, value in kept.items() if value.shape == current[name].shape}, strict=False
    )


def _under(prefix: str, checkpoint: Checkpoint) -> dict[str, Tensor]:
    arrays = checkpoint.arrays.items()
    return {
        name.removeprefix(prefix): torch.from_numpy(value.copy()) for name, value in arrays if name.startswith(prefix)
    }


def _array(value: Tensor) -> np.ndarray:
    return value.detach().cpu().numpy().copy()
