"""Checkpoints: what the next step follows from, taken from training, put back, and kept in files that survive a crash.

A file appears whole or not at all: it is written under another name, forced to the disk, and renamed. Arrays are in
safetensors, which executes nothing when it is read; a JSON file beside them, written last, says whose they are and
what their SHA-256 is. Without it, or with another sum, a checkpoint does not exist.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from math import inf
from pathlib import Path

import numpy as np
import safetensors.numpy
import torch
from torch import Generator, Tensor, nn, optim

from vae_core.events import Checkpoint

KEEP = 2  # of the newest; the best is kept besides


def capture(
    step: int, seconds: float, model: nn.Module, optimizer: optim.Optimizer, generators: Mapping[str, Generator]
) -> Checkpoint:
    """Copies of everything that the steps after `step` follow from. Waits for the device."""
    tensors = {f"model.{name}": value for name, value in model.state_dict().items()}
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": value for name, value in state.items()}
    tensors |= {f"generator.{name}": generator.get_state() for name, generator in generators.items()}
    return Checkpoint(step, seconds, {name: _array(value) for name, value in tensors.items()})


def restore(
    checkpoint: Checkpoint, model: nn.Module, optimizer: optim.Optimizer, generators: Mapping[str, Generator]
) -> None:
    """Put everything back in its place. Raises `ValueError` or `RuntimeError` where it does not fit."""
    model.load_state_dict(_under("model.", checkpoint))
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
    kept = {name: value for name, value in _under("model.", checkpoint).items() if name in current}
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


@dataclass(frozen=True)
class About:
    """The JSON beside a checkpoint's arrays."""

    step: int
    seconds: float
    identity: str | None  # `TrainConfig.identity` of the run
    score: float | None  # the newest held-out number by then, higher is better
    sha256: str
    torch: str  # version, in which the bits hold


class Damaged(Exception):
    """A checkpoint that cannot be used; the message says why in a few words."""


class Checkpoints:
    """One run's checkpoints, in a folder of their own: the newest two and the best."""

    def __init__(self, folder: Path, identity: str | None = None):
        self.folder, self.identity = folder, identity  # None: whatever the configuration

    def save(self, checkpoint: Checkpoint, score: float | None = None) -> None:
        """Keep a checkpoint for good, then let older ones go. Raises `OSError`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        content = safetensors.numpy.save(checkpoint.arrays)
        digest = sha256(content).hexdigest()
        about = About(checkpoint.step, checkpoint.seconds, self.identity, score, digest, torch.__version__)
        arrays, description = self._paths(checkpoint.step)
        write_durably(arrays, content)
        write_durably(description, json.dumps(asdict(about)).encode())
        self._prune()

    def newest(
        self,
        *,
        at_most: float = inf,
        damaged: Callable[[str], object] = lambda sentence: None,  # noqa: ARG005
    ) -> Checkpoint | None:
        """The newest sound checkpoint up to step `at_most`; `damaged` hears what is wrong with newer ones."""
        for step in sorted((step for step in self._steps() if step <= at_most), reverse=True):
            try:
                return self.load(step)
            except Damaged as reason:
                damaged(f"The checkpoint of step {step} {reason}.")
        return None

    def load(self, step: int) -> Checkpoint:
        """The checkpoint of a step. Raises `Damaged`."""
        arrays, _ = self._paths(step)
        about = self._about(step)
        if self.identity not in {None, about.identity}:
            raise Damaged("belongs to another configuration")
        try:
            content = arrays.read_bytes()
        except OSError as error:
            raise Damaged(f"cannot be read: {error.strerror}") from None
        if sha256(content).hexdigest() != about.sha256:
            raise Damaged("is damaged: its SHA-256 differs")
        return Checkpoint(about.step, about.seconds, safetensors.numpy.load(content))

    def _about(self, step: int) -> About:
        try:
            about = About(**json.loads(self._paths(step)[1].read_bytes()))
        except (OSError, ValueError, TypeError):
            raise Damaged("has no readable description") from None
        if about.step != step:
            raise Damaged(f"is that of step {about.step}")
        return about

    def _steps(self) -> list[int]:
        with suppress(FileNotFoundError):
            return [int(path.stem) for path in self.folder.glob("*.json") if path.stem.isdigit()]
        return []

    def _paths(self, step: int) -> tuple[Path, Path]:
        return self.folder / f"{step:09}.safetensors", self.folder / f"{step:09}.json"

    def _prune(self) -> None:
        """Remove all but the newest and the best, and what a crash left half done."""
        steps = sorted(self._steps())
        scores = {about.step: about.score for about in self._readable(steps) if about.score is not None}
        best = max(scores, key=lambda step: scores[step], default=None)
        kept = {path for step in {*steps[-KEEP:], *([best] if best else [])} for path in self._paths(step)}
        for path in sorted(self.folder.iterdir()):  # .json before .safetensors: none may promise arrays that are gone
            if path not in kept:
                path.unlink(missing_ok=True)

    def _readable(self, steps: list[int]) -> Iterator[About]:
        for step in steps:
            with suppress(Damaged):
                yield self._about(step)


def write_durably(path: Path, content: bytes) -> None:
    """Make `path` hold `content`, whole and on the disk, or leave it as it was. Raises `OSError`."""
    fresh = path.with_name(path.name + ".tmp")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the new name, too
    finally:
        os.close(folder)
