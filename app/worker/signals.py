"""How a run's process hears that it should end."""

import signal
from collections.abc import Generator
from inspect import GEN_RUNNING, getgeneratorstate
from typing import Any, Self

from app.worker.recorder import Recorder
from vae_core.events import EvaluationAborted, Event

Training = Generator[Event, bool | None, None]


class SignalRequests:
    """How a run hears that it should end: SIGTERM interrupts it, SIGINT pauses it, and people's wishes come as either.

    The handlers run between any two lines of training, so they only leave a note. But a look at the model, which may
    take seconds, they break off.
    """

    def __init__(self, recorder: Recorder):
        self.recorder = recorder
        self.look: Training | None = None  # whoever looks at the model just now
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number, wish in ((signal.SIGTERM, "interrupt"), (signal.SIGINT, "pause")):
            self._before[number] = signal.signal(number, lambda *_, wish=wish: self._hear(wish))
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _hear(self, wish: str) -> None:
        self.recorder.interrupt(wish)
        if self.look and getgeneratorstate(self.look) == GEN_RUNNING:
            self.look = None
            raise EvaluationAborted
