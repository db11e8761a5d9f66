import asyncio
from collections.abc import Callable

import pytest
from sqlmodel import Session

from app.database.engine import Database
from app.database.tables import RunRow
from app.jobs.executor import Handle
from app.jobs.scheduler import LEASE_S, Scheduler
from app.records import Run
from app.store import attempts, control, events, runs
from tests.app.conftest import Eventually, NewSweep

Read = Callable[[int], RunRow]
Wish = Callable[[Session, int], Run]


class FakeExecutor:
    """Processes are numbers in a set; a test lets them die by taking them out."""

    def __init__(self) -> None:
        self.alive: set[int] = set()
        self.started: list[int] = []
        self.killed: list[int] = []
        self.prepared, self.broken = 0, False

    def prepare(self) -> None:
        self.prepared += 1

    def start(self, run: RunRow) -> Handle:
        if self.broken:
            raise OSError("no processes left")
        self.started.append(run.id)
        self.alive.add(run.id)
        return {"pid": run.id}

    def is_alive(self, handle: Handle) -> bool:
        return handle["pid"] in self.alive

    def kill(self, handle: Handle) -> None:
        self.killed.append(handle["pid"])
        self.alive.discard(handle["pid"])

    def exit_reason(self, run: RunRow) -> str:
        return f"The process of run {run.id} died."

    def close(self) -> None:
        pass


@pytest.fixture
def executor() -> FakeExecutor:
    return FakeExecutor()


@pytest.fixture
def scheduler(database: Database, executor: FakeExecutor) -> Scheduler:
    return Scheduler(database, executor, slots=2)


@pytest.fixture
def end(database: Database, executor: FakeExecutor) -> Callable[..., None]:
    """What a worker does: end its row, then its process."""

    def end(run_id: int, status: str = "finished") -> None:
        with database.write() as session:
            assert attempts.end(session, run_id, 1, status)
        executor.alive.discard(run_id)

    return end


@pytest.fixture
def read(database: Database) -> Read:
    def row(run_id: int) -> RunRow:
        with database.read() as session:
            return runs.get_row(session, run_id)

    return row


@pytest.fixture
def shown(database: Database) -> Callable[[int], Run]:
    def record(run_id: int) -> Run:
        with database.read() as session:
            return runs.get(session, run_id)

    return record


def test_runs_start_in_order_while_there_is_room(
    scheduler: Scheduler, executor: FakeExecutor, new_run: Callable[..., Run], end: Callable[..., None]
) -> None:
    first, second, third = (new_run().id for _ in range(3))
    scheduler.turn()
    scheduler.turn()
    assert executor.started == [first, second]
    end(first)
    scheduler.turn()
    assert executor.started == [first, second, third]


def test_a_slot_is_free_when_the_row_has_ended(
    scheduler: Scheduler, executor: FakeExecutor, new_run: Callable[..., Run], end: Callable[..., None]
) -> None:
    """The process may do other things after, such as the next run of a command line."""
    ids = [new_run().id for _ in range(3)]
    scheduler.turn()
    end(ids[0])
    executor.alive.add(ids[0])
    scheduler.turn()
    assert executor.started == ids


def test_what_a_sweep_queues_starts_in_the_same_turn(
    scheduler: Scheduler, executor: FakeExecutor, new_sweep: NewSweep, end: Callable[..., None]
) -> None:
    new_sweep(trials=3)
    scheduler.turn()
    assert executor.started == [1, 2]
    end(1)
    scheduler.turn()
    assert executor.started == [1, 2, 3]


def test_the_handle_is_in_the_row(scheduler: Scheduler, new_run: Callable[..., Run], read: Read) -> None:
    run_id = new_run().id
    scheduler.turn()
    assert read(run_id).handle == {"pid": run_id}


def test_a_run_whose_process_dies_queues_again_but_not_for_ever(
    scheduler: Scheduler, executor: FakeExecutor, new_run: Callable[..., Run], read: Read
) -> None:
    run_id = new_run().id
    for deaths in (1, 2):
        scheduler.turn()
        executor.alive.clear()
        scheduler.turn()
        row = read(run_id)
        assert (row.status, row.attempt, row.deaths) == ("running", deaths + 1, deaths)
        assert row.notice == f"It goes on after its process died. The process of run {run_id} died."
    executor.alive.clear()
    scheduler.turn()
    row = read(run_id)
    assert row.status == "failed"
    assert row.error == f"Its process died 3 times in a row without a new step. The process of run {run_id} died."


def test_a_run_that_gets_on_may_lose_its_process_often(
    database: Database,
    scheduler: Scheduler,
    executor: FakeExecutor,
    new_run: Callable[..., Run],
    read: Read,
) -> None:
    run_id = new_run().id
    for step in range(1, 8):
        scheduler.turn()
        with database.write() as session:
            attempts.heartbeat(session, run_id, step, step=step)
        executor.alive.clear()
        scheduler.turn()
        assert (read(run_id).status, read(run_id).deaths) == ("running", 1)


@pytest.mark.parametrize("resume", [True, False])
@pytest.mark.parametrize(("wish", "status"), [(control.pause, "paused"), (control.stop, "stopped")])
def test_a_run_that_was_wanted_to_end_does_not_go_on_when_its_process_dies(
    database: Database,
    executor: FakeExecutor,
    new_run: Callable[..., Run],
    read: Read,
    wish: Wish,
    status: str,
    resume: bool,
) -> None:
    scheduler = Scheduler(database, executor, slots=2, resume=resume)
    run_id = new_run().id
    scheduler.turn()
    with database.write() as session:
        attempts.heartbeat(session, run_id, 1)
        wish(session, run_id)
    executor.alive.clear()
    scheduler.turn()
    row = read(run_id)
    assert (row.status, row.error, executor.started) == (status, f"The process of run {run_id} died.", [run_id])
    assert (row.finished_at is None) == (status == "paused")


def test_without_resuming_a_run_whose_process_dies_is_interrupted(
    database: Database, executor: FakeExecutor, new_run: Callable[..., Run], read: Read
) -> None:
    scheduler = Scheduler(database, executor, slots=2, resume=False)
    run_id = new_run().id
    scheduler.turn()
    executor.alive.clear()
    scheduler.turn()
    assert (read(run_id).status, read(run_id).error) == ("interrupted", f"The process of run {run_id} died.")


@pytest.mark.parametrize("status", ["finished", "stopped", "diverged"])
def test_a_run_that_ended_itself_stays_as_it_is(
    scheduler: Scheduler,
    new_run: Callable[..., Run],
    end: Callable[..., None],
    read: Read,
    status: str,
) -> None:
    run_id = new_run().id
    scheduler.turn()
    end(run_id, status)
    scheduler.turn()
    assert (read(run_id).status, read(run_id).error) == (status, None)


def test_a_new_scheduler_adopts_the_living_and_marks_the_dead(
    database: Database,
    scheduler: Scheduler,
    executor: FakeExecutor,
    new_run: Callable[..., Run],
    read: Read,
) -> None:
    alive, dead, waiting = (new_run().id for _ in range(3))
    scheduler.turn()
    executor.alive.discard(dead)
    successor = Scheduler(database, executor, slots=2, resume=False)
    successor.turn()
    assert [read(run_id).status for run_id in (alive, dead)] == ["running", "interrupted"]
    assert executor.started == [alive, dead, waiting]
    executor.alive.discard(alive)
    successor.turn()
    assert read(alive).status == "interrupted"


def test_a_run_whose_process_was_never_noted_starts_again(
    scheduler: Scheduler, executor: FakeExecutor, running: RunRow, read: Read
) -> None:
    scheduler.turn()
    assert running.handle is None
    assert (executor.started, read(running.id).attempt) == ([running.id], 2)


def test_a_start_that_fails_fails_the_run(
    scheduler: Scheduler, executor: FakeExecutor, new_run: Callable[..., Run], read: Read
) -> None:
    executor.broken = True
    run_id = new_run().id
    scheduler.turn()
    assert (read(run_id).status, read(run_id).error) == ("failed", "No process could be started: no processes left")


def test_a_second_wish_to_stop_kills(
    database: Database,
    scheduler: Scheduler,
    executor: FakeExecutor,
    new_run: Callable[..., Run],
    read: Read,
) -> None:
    run_id = new_run().id
    scheduler.turn()
    with database.write() as session:
        attempts.heartbeat(session, run_id, 1)
    for killed in ([], [run_id]):
        with database.write() as session:
            control.stop(session, run_id)
        scheduler.turn()
        assert executor.killed == killed
    row = read(run_id)
    assert (row.status, row.error) == ("stopped", "It was killed: its last checkpoint is what is left.")


@pytest.mark.parametrize(("wish", "status"), [(control.pause, "paused"), (control.stop, "stopped")])
def test_a_run_whose_process_has_not_said_a_word_obeys_at_once(
    database: Database,
    scheduler: Scheduler,
    executor: FakeExecutor,
    new_run: Callable[..., Run],
    read: Read,
    wish: Wish,
    status: str,
) -> None:
    silent, begun = new_run().id, new_run().id
    scheduler.turn()
    with database.write() as session:
        attempts.heartbeat(session, begun, 1)
        for run_id in (silent, begun):
            wish(session, run_id)
    scheduler.turn()
    assert executor.killed == [silent]
    assert (read(silent).status, read(silent).error) == (status, None)
    assert read(begun).status == "running"  # its process saves and ends by itself
    with database.write() as session:
        control.resume(session, silent)
    scheduler.turn()
    assert (read(silent).status, read(silent).attempt) == ("running", 2)


def test_a_resumed_run_waits_behind_those_that_queued_before(
    database: Database,
    scheduler: Scheduler,
    executor: FakeExecutor,
    new_run: Callable[..., Run],
    end: Callable[..., None],
) -> None:
    first, second, third = (new_run().id for _ in range(3))
    scheduler.turn()
    end(first, "paused")
    with database.write() as session:
        control.resume(session, first)
    scheduler.turn()
    end(second)
    scheduler.turn()
    assert executor.started == [first, second, third, first]


def test_preparing_waits_until_every_run_is_under_way(
    database: Database, scheduler: Scheduler, executor: FakeExecutor, new_run: Callable[..., Run]
) -> None:
    run_id = new_run().id
    for _ in range(3):
        scheduler.turn()
    assert executor.prepared == 0
    with database.write() as session:
        attempts.heartbeat(session, run_id, 1, step=1)
    scheduler.turn()
    assert executor.prepared == 1


def test_preparing_needs_no_run(scheduler: Scheduler, executor: FakeExecutor) -> None:
    scheduler.turn()
    assert executor.prepared == 1


def test_it_runs_until_cancelled_and_outlives_a_bad_turn(
    database: Database,
    executor: FakeExecutor,
    new_run: Callable[..., Run],
    eventually: Eventually,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def live() -> None:
        scheduler = Scheduler(database, executor, slots=9)
        monkeypatch.setattr(executor, "prepare", fail_once)
        task = asyncio.create_task(scheduler.run())
        await asyncio.to_thread(eventually, lambda: "A turn of the scheduler failed" in caplog.text)
        new_run()
        scheduler.wake()
        await asyncio.to_thread(eventually, lambda: executor.started)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()

    def fail_once() -> None:
        monkeypatch.setattr(executor, "prepare", lambda: None)
        raise RuntimeError("bad turn")

    asyncio.run(live())


def test_cancelling_waits_for_the_turn(
    database: Database, executor: FakeExecutor, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A turn that went on behind the back of its server could start a process on a closed database."""
    scheduler = Scheduler(database, executor, slots=1)
    turn = scheduler.turn
    began: list[bool] = []
    cancelled: list[bool] = []
    ended: list[bool] = []

    def slow_turn() -> None:
        began.append(True)
        eventually(lambda: cancelled)
        turn()
        ended.append(True)

    monkeypatch.setattr(scheduler, "turn", slow_turn)

    async def live() -> None:
        task = asyncio.create_task(scheduler.run())
        await asyncio.to_thread(eventually, lambda: began)
        task.cancel()
        cancelled.append(True)
        await asyncio.wait([task])

    asyncio.run(live())
    assert ended == [True]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that pass when a test says so."""
    passed = [0.0]
    monkeypatch.setattr("app.jobs.scheduler.monotonic", lambda: passed[0])
    return passed


def test_a_living_process_that_stands_still_is_said_to_until_it_goes_on(
    database: Database,
    scheduler: Scheduler,
    executor: FakeExecutor,
    new_run: Callable[..., Run],
    read: Read,
    shown: Callable[[int], Run],
    clock: list[float],
) -> None:
    run_id = new_run().id
    scheduler.turn()
    for passed, still in ((0, False), (LEASE_S, False), (LEASE_S + 1, True), (10 * LEASE_S, True)):
        clock[0] = passed
        scheduler.turn()
        assert (read(run_id).silent_since is not None) == still
    assert "shown no sign of life since" in shown(run_id).notice
    assert (executor.started, read(run_id).attempt) == ([run_id], 1)

    successor = Scheduler(database, executor, slots=2)
    successor.turn()
    assert read(run_id).silent_since  # a new server does not wait anew
    with database.write() as session:
        attempts.heartbeat(session, run_id, 1)
        before = events.newest_id(session)
    successor.turn()
    successor.turn()
    assert shown(run_id).notice is None
    with database.read() as session:
        assert events.newest_id(session) == before + 1  # pages hear of it, once


def test_what_was_said_before_is_said_again_when_a_process_goes_on(
    database: Database,
    scheduler: Scheduler,
    new_run: Callable[..., Run],
    shown: Callable[[int], Run],
    clock: list[float],
) -> None:
    run_id = new_run().id
    scheduler.turn()
    scheduler.turn()
    with database.write() as session:
        attempts.note(session, run_id, 1, "A checkpoint was damaged.")
    clock[0] = LEASE_S + 1
    scheduler.turn()
    notice = shown(run_id).notice
    assert notice.startswith("Its process has shown no sign of life since ")
    assert notice.endswith("stop it twice. A checkpoint was damaged.")
    with database.write() as session:
        attempts.heartbeat(session, run_id, 1)
    scheduler.turn()
    assert shown(run_id).notice == "A checkpoint was damaged."
