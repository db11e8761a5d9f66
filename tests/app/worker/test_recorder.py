from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from threading import Thread
from typing import NoReturn

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from app.database.engine import PRAGMAS, Database
from app.database.tables import EventRow, RunRow
from app.errors import Unrecorded
from app.store import attempts, control, evaluations, events, pictures, reports, runs, steps
from app.store import scores as score_rows
from app.store import vitals as vital_rows
from app.worker import recorder as module
from app.worker.recorder import Recorder
from tests.app.conftest import Eventually
from vae_core.events import Diverged, Evaluation, Event, Pictures, StepTerms, Vitals
from vae_core.report import Report, Scores

Stored = Callable[[], tuple[RunRow, list[int]]]
Lock = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def recorder(database: Database, running: RunRow) -> Iterator[Recorder]:
    with Recorder(database, running.id, running.attempt) as recorder:
        yield recorder


@pytest.fixture
def stored(database: Database, running: RunRow) -> Stored:
    """The run's row and its steps, as they are now."""

    def read() -> tuple[RunRow, list[int]]:
        with database.read() as session:
            return runs.get_row(session, running.id), steps.window(session, running.id, points=10**6).step

    return read


def test_everything_is_stored_by_the_ending(
    database: Database,
    running: RunRow,
    recorder: Recorder,
    stored: Stored,
    block: Callable[..., StepTerms],
    vitals: Callable[..., Vitals],
    evaluation: Callable[..., Evaluation],
    pictures_of: Callable[[int], list[Pictures]],
) -> None:
    recorder.say("Loading")
    recorder.say(None)
    first: list[Event] = [*pictures_of(0), evaluation(0), block(1, 1), vitals(15, 30, 40), block(2, 40)]
    for event in (*first, *pictures_of(40), evaluation(40)):
        recorder.record(event)
    recorder.close("finished")
    run, recorded = stored()
    assert recorded == list(range(1, 41))
    assert (run.status, run.step, run.epoch, run.seconds, run.activity) == ("finished", 40, 40 / 23, 0.04, None)
    last = block(40, 40)
    assert run.latest == {name: getattr(last, name)[0] for name in ("reconstruction", "kl", "elbo", "loss", "beta")}
    with database.read() as session:
        assert [row.step for row in evaluations.of_run(session, running.id)] == [0, 40]
        assert [row.step for row in pictures.of_run(session, running.id)] == [0, 0, 40, 40]
        assert vital_rows.of_run(session, running.id).step == [15, 30, 40]
        log = events.after(session, 0, 1000)
    announced = [step for row in log if row.kind == "points" for step in range(row.first, row.last + 1)]
    assert announced == recorded
    assert [row.last for row in log if row.kind == "picture"] == [0, 40]
    assert [row.last for row in log if row.kind == "evaluation"] == [0, 40]
    assert [(row.first, row.last) for row in log if row.kind == "vitals"] == [(15, 40)]
    assert log[-1].kind == "run"


def test_a_report_is_stored_and_announced(
    database: Database,
    running: RunRow,
    recorder: Recorder,
    report: Report,
    scores: Callable[..., Scores],
    eventually: Eventually,
) -> None:
    with database.read() as session:
        before = events.newest_id(session)
    recorder.record(scores())
    recorder.record(report)

    def announced() -> tuple[Sequence[EventRow], Report] | None:
        with database.read() as session:
            assert not reports.last(session, running.id) or score_rows.of_runs(session, [running.id])
            log = events.after(session, before, 10)
            return (log, reports.last(session, running.id)) if log else None

    log, stored_report = eventually(announced)
    assert [row.kind for row in log] == ["run"]
    assert stored_report.step == report.step


@pytest.fixture
def pictures_of(pictures: Callable[..., Pictures]) -> Callable[[int], list[Pictures]]:
    return lambda step: [pictures(step, kind) for kind in ("reconstructions", "prior_means")]


def test_steps_are_stored_while_the_run_goes_on(
    recorder: Recorder, stored: Stored, block: Callable[..., StepTerms], eventually: Eventually
) -> None:
    def reaches(step: int) -> bool:
        return stored()[1][-1:] == [step]

    for first in range(1, 100, 10):
        recorder.record(block(first, first + 9))
        eventually(partial(reaches, first + 9))
    assert stored()[0].status == "running"


def test_a_heartbeat_comes_without_any_event(
    recorder: Recorder, stored: Stored, running: RunRow, eventually: Eventually
) -> None:
    assert recorder.requested == "run"
    eventually(lambda: stored()[0].heartbeat_at > running.heartbeat_at)


def test_an_activity_is_shown_and_goes(recorder: Recorder, stored: Stored, eventually: Eventually) -> None:
    recorder.say("Downloading 3 of 9 MB")
    eventually(lambda: stored()[0].activity == "Downloading 3 of 9 MB")
    recorder.say(None)
    eventually(lambda: stored()[0].activity is None)


def test_what_is_not_finite_stays_out_of_the_row(
    recorder: Recorder, stored: Stored, block: Callable[..., StepTerms]
) -> None:
    broken = block(1, 3)
    broken.loss[2] = float("inf")
    recorder.record(broken)
    recorder.record(Diverged(3, "loss"))
    recorder.close("diverged", "The loss …")
    assert stored()[0].latest["loss"] is None
    assert stored()[0].latest["kl"] == broken.kl[2]


def test_a_stop_request_is_seen(
    database: Database, running: RunRow, recorder: Recorder, eventually: Eventually
) -> None:
    with database.write() as session:
        control.stop(session, running.id)
    eventually(lambda: recorder.requested == "stop")


def test_an_old_attempt_writes_nothing(
    database: Database,
    running: RunRow,
    recorder: Recorder,
    stored: Stored,
    block: Callable[..., StepTerms],
    eventually: Eventually,
) -> None:
    recorder.record(block(1, 10))
    eventually(lambda: stored()[1])
    with database.write() as session:
        session.get(RunRow, running.id).attempt += 1
        newest = events.newest_id(session)
    recorder.record(block(11, 20))
    eventually(lambda: recorder.requested == "fenced")
    recorder.record(block(21, 30))
    recorder.close("finished")
    run, recorded = stored()
    assert recorded == list(range(1, 11))
    assert (run.status, run.step) == ("running", 10)
    with database.read() as session:
        assert events.newest_id(session) == newest


def test_a_flush_is_whole_or_not_there(
    database: Database,
    running: RunRow,
    recorder: Recorder,
    stored: Stored,
    block: Callable[..., StepTerms],
    evaluation: Callable[..., Evaluation],
) -> None:
    """The step rows of a flush go when its evaluation is refused; the next event tells of it, the ending is kept."""
    with database.write() as session:
        evaluations.append(session, running.id, evaluation(5))

    def record_for_ever() -> NoReturn:
        while True:
            recorder.record(block(1, 5))
            recorder.record(evaluation(5))

    with pytest.raises(IntegrityError):
        record_for_ever()
    recorder.close("failed", "IntegrityError")
    run, recorded = stored()
    assert (run.status, run.error) == ("failed", "IntegrityError")
    assert recorded in ([], list(range(1, 6)))
    assert run.step == len(recorded)


@pytest.fixture
def locked(database: Database) -> Lock:
    """Another process in the middle of a write."""

    @contextmanager
    def lock() -> Iterator[None]:
        with database.write() as session:
            events.newest_id(session)
            yield

    return lock


@pytest.fixture
def impatient(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The same database, through connections that wait for no lock."""
    monkeypatch.setitem(PRAGMAS, "busy_timeout", 0)
    other = Database(database.url.render_as_string())
    yield other
    other.close()


def test_training_goes_on_while_the_database_is_locked(
    impatient: Database,
    locked: Lock,
    running: RunRow,
    stored: Stored,
    block: Callable[..., StepTerms],
    caplog: pytest.LogCaptureFixture,
    eventually: Eventually,
) -> None:
    with Recorder(impatient, running.id, running.attempt) as recorder:
        with locked():
            for step in range(1, 501):
                recorder.record(block(step, step))
            eventually(lambda: "tried again" in caplog.text)
        recorder.close("finished")
    run, recorded = stored()
    assert recorded == list(range(1, 501))
    assert run.status == "finished"


def test_what_is_settled_can_be_read(recorder: Recorder, stored: Stored, block: Callable[..., StepTerms]) -> None:
    for last in range(10, 101, 10):
        recorder.record(block(last - 9, last))
        assert recorder.settle()
        assert stored()[1] == list(range(1, last + 1))


def test_nothing_is_settled_before_it_is_committed(
    impatient: Database,
    locked: Lock,
    running: RunRow,
    monkeypatch: pytest.MonkeyPatch,
    eventually: Eventually,
) -> None:
    monkeypatch.setattr(module, "IDLE_S", 60)  # no heartbeat: the only flush is the one that settles
    settled: list[bool] = []
    with Recorder(impatient, running.id, running.attempt) as recorder:
        settling = Thread(target=lambda: settled.append(recorder.settle()), daemon=True)
        with locked():
            settling.start()
            eventually(lambda: recorder._refused > 1)
            assert settled == []
        settling.join()
    assert settled == [True]


def test_memory_is_bounded_and_a_stop_still_works(
    impatient: Database,
    locked: Lock,
    running: RunRow,
    block: Callable[..., StepTerms],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "CAPACITY", 5)
    monkeypatch.setattr(module, "IDLE_S", 0.01)
    with Recorder(impatient, running.id, running.attempt) as recorder, locked():

        def train() -> None:
            for step in range(1, 51):
                recorder.record(block(step, step))

        training = Thread(target=train, daemon=True)
        training.start()
        recorder.interrupt("stop")
        training.join()  # ends, though nothing could be written
        assert recorder._queue.qsize() <= 5


def test_the_ending_fails_loudly_when_the_database_never_comes_back(
    impatient: Database,
    locked: Lock,
    running: RunRow,
    block: Callable[..., StepTerms],
) -> None:
    with Recorder(impatient, running.id, running.attempt) as recorder, locked():
        recorder.record(block(1, 1))
        with pytest.raises(Unrecorded, match=r"could not be written \(database is locked\)"):
            recorder.close("finished")


def test_a_disk_that_stays_full_ends_training_and_what_was_stored_is_kept(
    database: Database,
    running: RunRow,
    stored: Stored,
    block: Callable[..., StepTerms],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 3)
    monkeypatch.setitem(PRAGMAS, "max_page_count", 1)  # never more pages than there are now
    cramped = Database(database.url.render_as_string())
    with Recorder(cramped, running.id, running.attempt) as recorder:

        def train() -> None:
            for first in range(1, 10**6, 100):
                recorder.record(block(first, first + 99))

        with pytest.raises(OperationalError, match="full"):
            train()
        recorder.close("failed", "There is no room.")
    cramped.close()
    run, recorded = stored()
    assert (run.status, run.error, run.step) == ("failed", "There is no room.", len(recorded))
    assert recorded == list(range(1, len(recorded) + 1))
    assert caplog.text.count("tried again") == 1


def test_a_plain_autoencoder_has_no_kl(recorder: Recorder, stored: Stored, block: Callable[..., StepTerms]) -> None:
    recorder.record(block(1, 2, kl=False))
    recorder.close("finished")
    latest = stored()[0].latest
    assert latest["kl"] is latest["elbo"] is latest["beta"] is None
    assert latest["loss"] == latest["reconstruction"]


def test_an_ended_run_takes_no_more(
    database: Database,
    running: RunRow,
    recorder: Recorder,
    stored: Stored,
    block: Callable[..., StepTerms],
    eventually: Eventually,
) -> None:
    with database.write() as session:
        attempts.end(session, running.id, running.attempt, "failed", "lost")
    recorder.record(block(1, 1))
    eventually(lambda: recorder.requested == "fenced")
    recorder.close("finished")
    assert (stored()[0].status, stored()[1]) == ("failed", [])
