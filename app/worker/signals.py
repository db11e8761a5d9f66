"""How a run's process hears that it should end."""

import signal
from collections.abc import Generator
from inspect import GEN_RUNNING, getgeneratorstate
from typing import Any, Self

from app.worker.recorder import Recorder
from vae_core.events import EvaluationAborted, Event

Training = Generator[Event, bool | None, None]


class SignalRequests:
    """How a run hears that it should end: SIGTERM interrupts it, SIGINT pauses it, people's requests come as either.

    The handlers run between any two lines of training, so they only leave a note. But an evaluation of the model,
    which may take seconds, they abort.
    """

    def __init__(self, recorder: Recorder):
        self.recorder = recorder
        self.evaluating: Training | None = None  # the training that may be aborted just now
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number, request in ((signal.SIGTERM, "interrupt"), (signal.SIGINT, "pause")):
            self._before[number] = signal.signal(number, lambda *_, request=request: self._hear(request))
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _hear(self, request: str) -> None:
        self.recorder.interrupt(request)
        if self.evaluating and getgeneratorstate(self.evaluating) == GEN_RUNNING:
            self.evaluating = None
            raise EvaluationAborted
