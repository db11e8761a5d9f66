"""Processes that are only played: they outlive their server and write to the store just as a worker does."""

from dataclasses import dataclass

from app.database.engine import Database
from app.database.tables import RunRow
from app.jobs.executor import Handle
from app.store import attempts


class ServerDied(BaseException):
    """SIGKILL in the middle of a turn: nothing may catch it."""


@dataclass
class Process:
    """One attempt at a run."""

    run_id: int
    attempt: int
    step: int
    alive: bool = True
    lost: bool = False  # the server died before it could note the handle
    ended: bool = False  # its row says how; it may live on for a while
    begun: bool = False  # it has written, or the server that would know that it has not is gone

    def beat(self, database: Database, steps: int = 0) -> str | None:
        """Some steps, and the answer of the database: None for a process that is fenced, which ends itself."""
        with database.write() as session:
            requested = attempts.heartbeat(session, self.run_id, self.attempt, step=self.step + steps)
        self.alive = requested is not None
        self.begun = True
        self.step += steps
        return requested

    def end(self, database: Database, status: str) -> bool:
        """Write how it ended; False for a process that is fenced."""
        with database.write() as session:
            self.alive = self.ended = attempts.end(session, self.run_id, self.attempt, status)
        return self.ended


class FakeExecutor:
    """Where processes live: an `Executor`, and as many servers as come may use it one after the other."""

    def __init__(self) -> None:
        self.processes: list[Process] = []
        self.trouble: str | None = None  # what the next start meets: no process, or the server's death before or after

    def prepare(self) -> None:
        pass

    def start(self, run: RunRow) -> Handle:
        trouble, self.trouble = self.trouble, None
        if trouble == "no process":
            raise OSError(trouble)
        if trouble == "death before":
            raise ServerDied
        self.processes.append(Process(run.id, run.attempt, run.step, lost=trouble == "death after"))
        if trouble == "death after":
            raise ServerDied
        return {"pid": len(self.processes) - 1}

    def is_alive(self, handle: Handle) -> bool:
        return self.processes[handle["pid"]].alive

    def kill(self, handle: Handle) -> None:
        self.processes[handle["pid"]].alive = False

    def exit_reason(self, run: RunRow) -> str:
        return f"The process of attempt {run.attempt} died."

    def close(self) -> None:
        pass
