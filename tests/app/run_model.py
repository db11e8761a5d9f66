"""The states of a run, plainly: what people may ask in which, and what follows. Knows no store and no scheduler."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf

STEPS = 10
ENDINGS = {"pause": "paused", "stop": "stopped", "kill": "stopped"}  # of a run that was wanted to end
ALLOWED = {
    "stop": {"queued", "running", "paused"},
    "pause": {"running"},
    "resume": {"paused", "stopped", "interrupted", "failed"},
    "extend": {"paused", "stopped", "finished"},
    "delete": {"finished", "stopped", "failed", "diverged", "interrupted"},
}


@dataclass
class RunModel:
    """What a run's row should say. Its place in the queue is a number from `places`, which all runs share."""

    id: int
    places: Iterator[int]
    place: int = field(init=False)
    status: str = field(init=False)
    requested: str = "run"
    attempt: int = 0
    step: int = 0
    total_steps: int = STEPS
    deaths: int = 0  # one after the other, without a new step
    died_at: int = 0
    deleted: bool = False

    def __post_init__(self) -> None:
        self.resume()

    def allows(self, action: str, max_steps: float = inf) -> bool:
        """What is deleted can only be restored, and a run cannot be extended to what it has done."""
        return action == "restore" or (not self.deleted and self.status in ALLOWED[action] and max_steps > self.step)

    def stop(self) -> None:
        """The second time it is killed."""
        if self.status == "running":
            self.requested = "kill" if self.requested in {"stop", "kill"} else "stop"
        else:
            self.status = "stopped"

    def pause(self) -> None:
        """A wish to stop is stronger."""
        self.requested = "pause" if self.requested == "run" else self.requested

    def resume(self) -> None:
        """Last in the queue; earlier deaths are forgiven."""
        self.status, self.deaths, self.place = "queued", 0, next(self.places)

    def extend(self, max_steps: int) -> None:
        self.resume()
        self.total_steps = max_steps

    def delete(self) -> None:
        self.deleted = True

    def restore(self) -> None:
        self.deleted = False

    def begin(self) -> None:
        self.status, self.requested, self.attempt = "running", "run", self.attempt + 1

    def die(self, resumes: bool) -> None:
        """What was wanted has come about; else it queues where it stood, but not for ever."""
        self.deaths, self.died_at = (1 if self.step > self.died_at else self.deaths + 1), self.step
        if self.requested != "run":
            self.status = ENDINGS[self.requested]
        elif self.deaths == 3:
            self.status = "failed"
        else:
            self.status = "queued" if resumes else "interrupted"
