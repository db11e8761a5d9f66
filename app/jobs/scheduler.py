"""The queue and its supervision: starts runs while there is room, and ends the rows of processes that died."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from sqlalchemy.exc import OperationalError

from app.database import reserve
from app.database.engine import Database
from app.database.tables import RunRow
from app.jobs.executor import Executor, Handle
from app.jobs.sweeps import SweepDriver
from app.store import attempts

TURN_S = 0.5  # between turns,
IDLE_S = 1.0  # or while nothing runs; whoever queues a run in this process wakes us
LEASE_S = 30.0  # without a heartbeat, after which a living process is said to stand still; it beats four times a second
UNBEGUN = {"pause": "paused", "stop": "stopped"}  # what a request makes of a run whose process has not begun

logger = logging.getLogger(__name__)


class Scheduler:
    """One a database. All it knows is in the rows and the processes, so it may be stopped and started at any time."""

    def __init__(
        self, database: Database, executor: Executor, slots: int, *, resume: bool = True, lease: float = LEASE_S
    ):
        self._database, self._executor, self._slots, self._resume = database, executor, slots, resume
        self._lease = lease
        self._sweeps = SweepDriver(database)
        self._watched: dict[int, RunRow] = {}  # whose processes live; a row may end before its process
        self._started: dict[int, float | None] = {}  # the heartbeat of its claim, of each that we started
        self._heard: dict[int, tuple[float | None, float]] = {}  # the last heartbeat of each, and when we saw it first
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken = asyncio.Event()

    async def run(self) -> None:
        """Take turns until cancelled."""
        self._loop = asyncio.get_running_loop()
        while True:
            try:
                await _whole(self.turn)
            except OperationalError as error:  # a locked database, a full disk: the next turn may be better
                logger.warning("A turn of the scheduler failed and is tried again: %s", error.orig)
            except Exception:
                logger.exception("A turn of the scheduler failed")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), TURN_S if self._watched else IDLE_S)
            self._woken.clear()

    def wake(self) -> None:
        """Take a turn at once; from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._woken.set)

    def turn(self) -> None:
        """Adopt the living, bury the dead, carry sweeps on, fill the free slots; when every run is under way, prepare
        for the next.
        """
        with self._database.read() as session:
            running, queued = attempts.running(session), attempts.any_queued(session)
        for run in running:
            if run.id not in self._watched and not self._lives(run.handle):
                queued |= self._bury(run, "Its process was gone when the server came back.")
                continue
            self._watched[run.id] = run
            self._listen(run)
            if run.requested == "kill" and run.handle:
                self._executor.kill(run.handle)
                self._end(run, "stopped", "It was killed: its last checkpoint is what is left.")
            elif run.requested in UNBEGUN and run.handle and self._has_not_begun(run):
                self._executor.kill(run.handle)  # it still imports, and has nothing to save
                self._end(run, UNBEGUN[run.requested])
        for run_id, run in list(self._watched.items()):
            if not self._lives(run.handle):
                queued |= self._bury(run, self._executor.exit_reason(run))  # changes nothing where the run has ended
                del self._watched[run_id]
                self._heard.pop(run_id, None)
                self._started.pop(run_id, None)
        queued |= self._sweeps.turn(self._slots)
        busy = before = len(self._watched.keys() & {run.id for run in running})
        while queued and busy < self._slots and self._start_next():
            busy += 1
        if busy == before and all(run.step for run in running):
            self._executor.prepare()  # takes seconds of processor time, which a run before its first step needs more

    def _listen(self, run: RunRow) -> None:
        """Say when a living process stands still, and when it goes on. By our own clock: theirs may be set."""
        heard, since = self._heard.get(run.id, (None, 0.0))
        if heard != run.heartbeat_at:
            since = monotonic()
            self._heard[run.id] = (run.heartbeat_at, since)
        known = run.silent_since is not None
        silent = monotonic() - since > self._lease or (known and run.silent_since == run.heartbeat_at)
        if silent != known:
            with self._database.write() as session:
                attempts.note_silence(session, run.id, run.attempt, run.heartbeat_at if silent else None)

    def _has_not_begun(self, run: RunRow) -> bool:
        """Whether we started its process and it has not said a word yet."""
        return run.id in self._started and self._started[run.id] == run.heartbeat_at

    def _start_next(self) -> bool:
        with self._database.write() as session:
            run = attempts.claim_next(session)
        if run is None:
            return False
        reserve.keep(self._database)
        try:
            run.handle = self._executor.start(run)
        except OSError as error:
            self._end(run, "failed", f"No process could be started: {error}")
            return True
        self._watched[run.id], self._started[run.id] = run, run.heartbeat_at
        with self._database.write() as session:
            attempts.note_handle(session, run.id, run.attempt, run.handle)
        return True

    def _lives(self, handle: Handle | None) -> bool:
        return handle is not None and self._executor.is_alive(handle)

    def _bury(self, run: RunRow, why: str) -> bool:
        """Whether the run queues again."""
        with self._database.write() as session:
            return attempts.end_dead_attempt(session, run, why, resume=self._resume)

    def _end(self, run: RunRow, status: str, error: str | None = None) -> None:
        with self._database.write() as session:
            attempts.end(session, run.id, run.attempt, status, error)


async def _whole(turn: Callable[[], None]) -> None:
    """Run a turn in a thread, to its end even when cancelled: half of one could leave a process nobody knows."""
    task = asyncio.create_task(asyncio.to_thread(turn))
    try:
        await asyncio.shield(task)
    finally:
        await asyncio.wait([task])
