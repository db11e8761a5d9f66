"""A worker that is frozen for longer than its lease: real processes under a scheduler, SIGSTOP and SIGCONT."""

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from app.database.engine import Database
from app.database.tables import RunRow
from app.jobs.local import LocalExecutor
from app.jobs.scheduler import Scheduler
from app.settings import Settings
from app.store import control, runs, steps
from tests.faults.calm import CONFIG, STEPS, final_weights
from tests.server import wait_until
from vae_core.config.train_config import TrainConfig

Until = Callable[[Scheduler, int, Callable[[RunRow], object]], RunRow]
Notice = Callable[[int], str | None]
Launch = Callable[..., int]
Freeze = Callable[[int], None]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, datasets=(), slots=1)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = Database(settings.database_url)
    database.create_tables()
    yield database
    database.close()


@pytest.fixture
def executor(settings: Settings) -> Iterator[LocalExecutor]:
    executor = LocalExecutor(settings)
    yield executor
    executor.close()
    for worker in executor._children.values():
        worker.kill()
        worker.wait()


another_executor = executor  # of a server that did not start what runs


@pytest.fixture
def scheduler(database: Database, executor: LocalExecutor) -> Scheduler:
    return Scheduler(database, executor, slots=1, lease=1.5)


@pytest.fixture
def until(database: Database) -> Until:
    """Let a scheduler take turns until the run's row says so."""

    def wait(scheduler: Scheduler, run_id: int, holds: Callable[[RunRow], object]) -> RunRow:
        def turn() -> object:
            scheduler.turn()
            with database.read() as session:
                row = runs.get_row(session, run_id)
            return holds(row) and row

        return wait_until(turn)

    return wait


@pytest.fixture
def notice(database: Database) -> Notice:
    """What people read of a run."""

    def read(run_id: int) -> str | None:
        with database.read() as session:
            return runs.get(session, run_id).notice

    return read


@pytest.fixture
def launch(database: Database) -> Launch:
    def queued(**changes: object) -> int:
        with database.write() as session:
            return runs.create(session, TrainConfig.parse({**CONFIG, "checkpoint_every": 10**6, **changes})).id

    return queued


@pytest.fixture
def freeze(database: Database) -> Freeze:
    """SIGSTOP, but not in the middle of a write, when nobody could write any more."""

    def stop(pid: int) -> None:
        def stopped_outside_a_write() -> bool:
            os.kill(pid, signal.SIGSTOP)
            wait_until(lambda: psutil.Process(pid).status() == psutil.STATUS_STOPPED)
            connection = sqlite3.connect(database.path, timeout=0, isolation_level=None)
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                os.kill(pid, signal.SIGCONT)
                return False
            finally:
                connection.close()
            return True

        wait_until(stopped_outside_a_write)

    return stop


def test_a_frozen_run_is_said_to_stand_still_goes_on_and_can_be_killed(
    database: Database, scheduler: Scheduler, launch: Launch, freeze: Freeze, until: Until, notice: Notice
) -> None:
    launched = launch(max_steps=10**7)
    run = until(scheduler, launched, lambda row: row.step)
    pid = run.handle["pid"]
    freeze(pid)
    still = until(scheduler, launched, lambda row: row.silent_since)
    assert "shown no sign of life since" in notice(launched)
    assert (still.status, still.attempt, still.handle["pid"]) == ("running", 1, pid)

    os.kill(pid, signal.SIGCONT)
    run = until(scheduler, launched, lambda row: row.silent_since is None and row.step > still.step)
    assert notice(launched) is None

    freeze(pid)
    for _ in range(2):
        with database.write() as session:
            control.stop(session, launched)
        scheduler.turn()
    run = until(scheduler, launched, lambda row: row.finished_at)
    assert (run.status, run.attempt) == ("stopped", 1)
    wait_until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


def test_a_frozen_worker_whose_run_went_to_another_writes_nothing_more_and_ends(
    database: Database,
    settings: Settings,
    scheduler: Scheduler,
    executor: LocalExecutor,
    another_executor: LocalExecutor,
    launch: Launch,
    freeze: Freeze,
    until: Until,
    calm: str,
) -> None:
    """Its server lost sight of it: another attempt begins, and the old one is thawed in the middle of that."""
    launched = launch()
    run = until(scheduler, launched, lambda row: row.step)
    old = executor._children[run.handle["pid"]]
    freeze(old.pid)
    with database.write() as session:
        row = session.get(RunRow, launched)
        row.handle = None
        session.add(row)
    server = Scheduler(database, another_executor, slots=1)
    until(server, launched, lambda row: row.attempt == 2 and row.step > run.step)
    os.kill(old.pid, signal.SIGCONT)
    assert old.wait(300) == 0
    run = until(server, launched, lambda row: row.finished_at)
    assert (run.status, run.attempt, run.error) == ("finished", 2, None)
    with database.read() as session:
        assert steps.window(session, launched, points=10**6).step == list(range(1, STEPS + 1))
    assert final_weights(settings.data, launched) == calm
