"""Checkpoints, kept in files that survive a crash.

A file appears whole or not at all. Arrays are in safetensors, which executes nothing when read. A JSON file beside
them, written last, names the configuration and the arrays' SHA-256; without it, or with another SHA-256, a checkpoint
does not exist.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib.metadata import version
from math import inf
from pathlib import Path

import safetensors.numpy

from vae_core.durable import write_durably
from vae_core.events import Checkpoint

KEEP = 2  # of the newest; the best is kept as well
OLD_NAME = "looked"  # of `evaluated` in checkpoints of 0.1 and before
WEIGHTS = "model."  # what the names of a model's own arrays begin with


@dataclass(frozen=True)
class CheckpointInfo:
    """The JSON beside a checkpoint's arrays."""

    step: int
    seconds: float
    identity: str | None  # `TrainConfig.identity` of the run
    score: float | None  # the held-out number at this step, higher is better; None where none was taken
    sha256: str
    torch: str  # version, in which the bits hold
    evaluated: bool = True  # `Checkpoint.evaluated`; true of every checkpoint of the oldest versions


class DamagedCheckpoint(Exception):
    """A checkpoint that cannot be used; the message gives the reason in a few words."""


class Checkpoints:
    """One run's checkpoints, in a folder of their own: the newest two and the best."""

    def __init__(self, folder: Path, identity: str | None = None):
        self.folder, self.identity = folder, identity  # None: whatever the configuration

    def save(self, checkpoint: Checkpoint, score: float | None = None) -> None:
        """Keep a checkpoint for good, then delete older ones. Raises `OSError`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        content = safetensors.numpy.save(checkpoint.arrays)
        digest = sha256(content).hexdigest()
        known = checkpoint.step, checkpoint.seconds, self.identity, score
        about = CheckpointInfo(*known, digest, version("torch"), checkpoint.evaluated)
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
        """The newest sound checkpoint up to step `at_most`; `damaged` gets a sentence for each newer one."""
        for step in sorted((step for step in self._steps() if step <= at_most), reverse=True):
            try:
                return self.load(step)
            except DamagedCheckpoint as reason:
                damaged(f"The checkpoint of step {step} {reason}.")
        return None

    def load(self, step: int) -> Checkpoint:
        """The checkpoint of a step. Raises `DamagedCheckpoint`."""
        arrays, _ = self._paths(step)
        about = self._about(step)
        if self.identity not in {None, about.identity}:
            raise DamagedCheckpoint("belongs to another configuration")
        try:
            content = arrays.read_bytes()
        except OSError as error:
            raise DamagedCheckpoint(f"cannot be read: {error.strerror}") from None
        if sha256(content).hexdigest() != about.sha256:
            raise DamagedCheckpoint("is damaged: its SHA-256 differs")
        return Checkpoint(about.step, about.seconds, safetensors.numpy.load(content), about.evaluated)

    def all(self) -> list[CheckpointInfo]:
        """The description of every checkpoint where it is readable, oldest first."""
        return list(self._readable(sorted(self._steps())))

    def weights(self, step: int) -> bytes:
        """The model's arrays alone, under the names of its own state dict, as safetensors.

        Raises `DamagedCheckpoint`.
        """
        arrays = self.load(step).arrays.items()
        return safetensors.numpy.save(
            {name.removeprefix(WEIGHTS): value for name, value in arrays if name.startswith(WEIGHTS)}
        )

    def _about(self, step: int) -> CheckpointInfo:
        try:
            stored = json.loads(self._paths(step)[1].read_bytes())
            if OLD_NAME in stored:
                stored["evaluated"] = stored.pop(OLD_NAME)
            about = CheckpointInfo(**stored)
        except (OSError, ValueError, TypeError):
            raise DamagedCheckpoint("has no readable description") from None
        if about.step != step:
            raise DamagedCheckpoint(f"is that of step {about.step}")
        return about

    def _steps(self) -> list[int]:
        with suppress(FileNotFoundError):
            return [int(path.stem) for path in self.folder.glob("*.json") if path.stem.isdigit()]
        return []

    def _paths(self, step: int) -> tuple[Path, Path]:
        return self.folder / f"{step:09}.safetensors", self.folder / f"{step:09}.json"

    def _prune(self) -> None:
        """Remove all except the newest and the best, and files that a crash left incomplete."""
        steps = {*sorted(self._steps())[-KEEP:], best(self.all())}
        kept = {path for step in steps if step is not None for path in self._paths(step)}
        for path in sorted(
            self.folder.iterdir()
        ):  # .json before .safetensors: none may describe arrays that are deleted
            if path not in kept:
                path.unlink(missing_ok=True)

    def _readable(self, steps: list[int]) -> Iterator[CheckpointInfo]:
        for step in steps:
            with suppress(DamagedCheckpoint):
                yield self._about(step)


def best(known: Iterable[CheckpointInfo]) -> int | None:
    """The step of the checkpoint with the highest score; None where none has one."""
    scores = {about.step: about.score for about in known if about.score is not None}
    return max(scores, key=lambda step: scores[step], default=None)
