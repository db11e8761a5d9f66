"""From the events of one run to rows: buffered in memory, written by a thread of its own, one transaction a flush."""

import logging
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, Full, Queue
from threading import Event as Signal
from threading import Thread
from types import TracebackType
from typing import Any, Self

from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from app.database import reserve
from app.database.engine import Database, is_unwritable
from app.errors import Unrecorded
from app.store import attempts, evaluations, events, pictures, reports, scores, steps, vitals
from app.store.nonfinite import finite
from vae_core.events import Evaluation, Event, Pictures, StepTerms, Vitals
from vae_core.report import Report, Scores

FLUSH_S = 0.2  # between flushes: a chart is drawn no more often
YIELD_S = 1e-4  # training needs the interpreter between any two of torch's calls: a flush must not keep it for 5 ms
IDLE_S = 0.25  # between heartbeats while nothing happens; a request is read with one
CAPACITY = 1000  # events that may wait, about a minute of training; beyond it training waits for the database
LAST_TRIES = 4  # of the last flush; the database waits up to 15 seconds in each
PATIENCE = 25  # flushes in a row, five seconds of them, that a full disk may refuse before the run fails

TERMS = ("reconstruction", "kl", "elbo", "loss", "beta")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Settled:
    """On its way through the queue: whoever waits for `signal` knows that what came before is committed."""

    signal: Signal = field(default_factory=Signal)


@dataclass(frozen=True)
class _Notice:
    """What people should know of a run that goes on."""

    text: str


@dataclass(frozen=True)
class _Activity:
    """What the run does other than training, on its way through the queue."""

    text: str | None


Item = Event | _Activity | _Notice | _Settled | None


class Recorder:
    """Records one attempt at a run. Enter it, `record` what training yields, and `close` it with how it ended.

    `requested` is "run", "pause", "stop", "kill" or "fenced", as of the last flush: fenced means that another attempt
    owns the run, and nothing more is written. `on_request` is called, in the recorder's thread, when it changes. An
    error that waiting cannot cure is raised by the next `record`.
    """

    def __init__(self, database: Database, run_id: int, attempt: int, on_request: Callable[[], object] = lambda: None):
        self.requested = "run"
        with database.read() as session:
            self._stored = steps.last(session, run_id)  # by earlier attempts
        self._database, self._run_id, self._attempt, self._on_request = database, run_id, attempt, on_request
        self._queue: Queue[Item] = Queue(CAPACITY)
        self._unwritten: list[Item] = []
        self._refused = 0  # flushes in a row
        self._failure: Exception | None = None
        self._stepped = False
        self._hurry = Signal()
        self._closing = False
        self._thread = Thread(target=self._work, name="recorder", daemon=True)

    def __enter__(self) -> Self:
        sys.setswitchinterval(YIELD_S)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end_thread()

    def record(self, event: Event) -> None:
        """Take one event. Returns at once unless `CAPACITY` events already wait for the database."""
        self._put(event)
        if isinstance(event, StepTerms) and not self._stepped:
            self._stepped = True
            self._hurry.set()  # somebody looks at an empty figure

    @property
    def stored(self) -> int:
        """The last step that earlier attempts had stored."""
        return self._stored

    def warn(self, notice: str) -> None:
        """Show a sentence beside the run, which goes on."""
        self._put(_Notice(notice))

    def say(self, activity: str | None) -> None:
        """Show what the run does other than training, such as a download; None when that is over."""
        self._put(_Activity(activity))

    def interrupt(self, request: str) -> None:
        """Request the end of the run, as a signal handler does: takes no lock."""
        self.requested = request if self.requested == "run" else self.requested

    def settle(self) -> bool:
        """Wait until everything recorded is in the database. False when fenced: then nothing more may be written.

        A checkpoint is saved after that, so that no step before it can be missing when a run goes on from it.
        """
        self._hurry.set()
        done = _Settled()
        self._put(done)
        while not done.signal.wait(IDLE_S):
            if self._failure:
                raise self._failure
        return self.requested != "fenced"

    def close(self, status: str, error: str | None = None) -> None:
        """Write what is left and the ending in one transaction, on a full disk with the room kept back for that.

        Does nothing when fenced. Raises `Unrecorded` when the database stays locked for a minute, or unwritable.
        """
        self._end_thread()
        left = [] if self._failure else [*self._unwritten, *self._drained()]
        for tries_left in reversed(range(LAST_TRIES)):
            try:
                self._write(left, ending=(status, error))
                break
            except OperationalError as refusal:
                logger.warning("The last flush failed: %s", refusal.orig)
                if not tries_left:
                    raise Unrecorded(
                        f"The run's ending could not be written ({refusal.orig}): {error or status}"
                    ) from None
                if is_unwritable(refusal):
                    reserve.spend(self._database)

    def _put(self, item: Item) -> None:
        while True:
            if self._failure:
                raise self._failure
            try:
                self._queue.put(item, timeout=IDLE_S)
                break
            except Full:
                if self.requested != "run":
                    break  # the database is away and the run is over: the newest items are given up

    def _end_thread(self) -> None:
        self._closing = True
        self._hurry.set()
        with suppress(Full):
            self._queue.put_nowait(None)  # wakes `_take`
        self._thread.join()

    # The thread: take, write, breathe.

    def _work(self) -> None:
        try:
            while not self._closing:
                self._unwritten = self._unwritten or self._take()
                self._flush()
                self._hurry.wait(FLUSH_S)
                self._hurry.clear()
        except Exception as failure:
            logger.exception("The recorder cannot go on")
            self._failure = failure

    def _take(self) -> list[Item]:
        """Everything that waits; an empty list when nothing came for `IDLE_S`."""
        try:
            first = self._queue.get(timeout=IDLE_S)
        except Empty:
            return []
        return [first, *self._drained()]

    def _drained(self) -> list[Item]:
        return [self._queue.get_nowait() for _ in range(self._queue.qsize())]

    def _flush(self) -> None:
        """Write the batch, or keep it for the next try while the database is locked, or its disk full for a moment."""
        try:
            self._write(self._unwritten)
        except OperationalError as refusal:
            self._refused += 1
            if self._refused == 1:  # of many, perhaps, and the log may lie on the same disk
                logger.warning("A flush failed and is tried again: %s", refusal.orig)
            if is_unwritable(refusal) and self._refused >= PATIENCE:
                raise
            return
        for item in self._unwritten:
            if isinstance(item, _Settled):
                item.signal.set()
        self._unwritten, self._refused = [], 0

    def _write(self, batch: Sequence[Item], ending: tuple[str, str | None] | None = None) -> None:
        if self.requested == "fenced":
            return
        with self._database.write() as session:
            requested = attempts.heartbeat(session, self._run_id, self._attempt, **_progress(batch, self._stored))
            if requested is not None:
                mismatch = _store(session, self._run_id, batch, self._stored)
                if mismatch:
                    attempts.note(session, self._run_id, self._attempt, mismatch)
                if ending:
                    attempts.end(session, self._run_id, self._attempt, *ending)
        request = requested or "fenced"
        if request not in {"run", self.requested}:
            self.requested = request
            self._on_request()


def _progress(batch: Sequence[Item], stored: int) -> dict[str, Any]:
    """The columns of the run that this batch moves."""
    progress: dict[str, Any] = {}
    for item in batch:
        if isinstance(item, _Activity):
            progress["activity"] = item.text
        elif isinstance(item, _Notice):
            progress["notice"] = item.text
        elif isinstance(item, StepTerms) and item.step[-1] > stored:
            latest = {name: values[-1] for name in TERMS if (values := getattr(item, name)) is not None}
            progress |= {"step": int(item.step[-1]), "epoch": item.epoch[-1], "seconds": item.seconds[-1]}
            progress["latest"] = {name: finite(latest.get(name)) for name in TERMS}
    return progress


def _store(session: Session, run_id: int, batch: Sequence[Item], stored: int) -> str | None:
    """The rows of a batch, and one event for each kind of news. Returns what is wrong with the steps up to `stored`.

    Those were written by an earlier attempt: they are not written again, but must be what they were.
    """
    mismatch = None
    blocks = [item for item in batch if isinstance(item, StepTerms)]
    if blocks:
        replayed, fresh = StepTerms.joined(blocks).split(stored)  # once: a block comes four times in a flush
        if replayed:
            mismatch = steps.mismatch(session, run_id, replayed)
        if fresh:
            steps.append(session, run_id, fresh)
            events.append_points(session, run_id, int(fresh.step[0]), int(fresh.step[-1]))

    for sampled in (item for item in batch if isinstance(item, Vitals)):
        vitals.append(session, run_id, sampled)
        events.append(session, run_id, "vitals", int(sampled.step[0]), int(sampled.step[-1]))

    for evaluation in (item for item in batch if isinstance(item, Evaluation)):
        evaluations.append(session, run_id, evaluation)
        events.append(session, run_id, "evaluation", evaluation.step, evaluation.step)

    drawn = [item for item in batch if isinstance(item, Pictures)]
    for sheet in drawn:
        pictures.append(session, run_id, sheet)
    for step in dict.fromkeys(sheet.step for sheet in drawn):
        events.append(session, run_id, "picture", step, step)

    for scored in (item for item in batch if isinstance(item, Scores)):
        scores.append(session, run_id, scored)
    for report in (item for item in batch if isinstance(item, Report)):
        reports.append(session, run_id, report)

    if any(isinstance(item, _Activity | _Notice | Report) for item in batch):
        events.append(session, run_id, "run")
    return mismatch
