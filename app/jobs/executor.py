"""Where runs are executed, behind four verbs; and the job that a worker process gets."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pydantic import TypeAdapter

from app.database.tables import RunRow
from app.settings import Settings

Handle = dict[str, Any]  # plain JSON, kept in the run's row: it finds the process again after a restart


class Executor(Protocol):
    """Starts processes for claimed attempts and knows whether they live. How a run ended is in its row, never here."""

    def prepare(self) -> None:
        """Get ready for the next start; called when nothing more urgent is to be done."""

    def start(self, run: RunRow) -> Handle:
        """Start a process for the run's current attempt. Raises `OSError` when there can be none."""

    def is_alive(self, handle: Handle) -> bool:
        """Whether the very process of this handle still runs."""

    def kill(self, handle: Handle) -> None:
        """End the process at once. It may have ended before."""

    def exit_reason(self, run: RunRow) -> str:
        """A sentence on why the run's process, which is not alive, ended: its exit, and the last line of its log."""

    def close(self) -> None:
        """Give up what was prepared. Runs go on."""


@dataclass(frozen=True)
class Job:
    """One line of JSON on a worker's standard input."""

    run_id: int
    attempt: int
    log: Path
    settings: Settings


JOB = TypeAdapter(Job)
