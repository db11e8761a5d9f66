"""Real worker processes on the digits, started, watched and ended by a real scheduler."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.database.engine import Database
from app.database.tables import RunRow
from app.jobs.local import NICE, LocalExecutor, handle_of
from app.jobs.scheduler import Scheduler
from app.records import Run
from app.settings import Settings
from app.store import control, runs, steps
from tests.app.conftest import Eventually

LONG = {"hidden": (4,), "latent_dim": 2, "batch_size": 8, "max_steps": 10**7, "evaluate_every": 10**7, "threads": 1}
Until = Callable[[Scheduler, int, Callable[[RunRow], object]], RunRow]


@pytest.fixture
def settings(tmp_path: Path, database: Database) -> Settings:
    return Settings(data=tmp_path / "data", database_url=database.url.render_as_string(), datasets=(), slots=2)


@pytest.fixture
def executor(settings: Settings) -> Iterator[LocalExecutor]:
    executor = LocalExecutor(settings)
    yield executor
    executor.close()
    for worker in executor._children.values():
        worker.kill()
        worker.wait()


@pytest.fixture
def read(database: Database) -> Callable[[int], RunRow]:
    def row(run_id: int) -> RunRow:
        with database.read() as session:
            return runs.get_row(session, run_id)

    return row


@pytest.fixture
def until(eventually: Eventually, read: Callable[[int], RunRow]) -> Until:
    """Take turns until the run's row says so."""

    def wait(scheduler: Scheduler, run_id: int, condition: Callable[[RunRow], object]) -> RunRow:
        def turn() -> object:
            scheduler.turn()
            return condition(read(run_id))

        eventually(turn)
        return read(run_id)

    return wait


def test_runs_are_executed_cold_and_by_the_spare(
    database: Database, executor: LocalExecutor, settings: Settings, new_run: Callable[..., Run], until: Until
) -> None:
    scheduler = Scheduler(database, executor, slots=1)
    cold, warm = (new_run(hidden=(8,), batch_size=100, epochs=2, threads=1).id for _ in range(2))
    for run_id in (cold, warm):
        run = until(scheduler, run_id, lambda row: row.finished_at)
        assert (run.status, run.error, run.step) == ("finished", None, 30)
        with database.read() as session:
            assert steps.window(session, run_id).step == list(range(1, 31))
        assert settings.log_path(run_id).exists()


def test_runs_that_are_killed_adopted_and_stopped(
    database: Database, executor: LocalExecutor, settings: Settings, new_run: Callable[..., Run], until: Until
) -> None:
    server = Scheduler(database, executor, slots=2)
    killed, adopted = (new_run(**LONG).id for _ in range(2))
    until(server, killed, lambda row: row.step)
    until(server, adopted, lambda row: row.step)

    # SIGKILL: another process goes on, nothing is lost of what was stored, and the row says so.
    dead = until(server, killed, lambda row: row.handle)
    os.kill(dead.handle["pid"], signal.SIGKILL)
    run = until(server, killed, lambda row: row.attempt == 2 and row.step > dead.step)
    assert run.status == "running"
    assert run.notice == (
        "It goes on after its process died. The process was killed by SIGKILL, perhaps because memory ran out."
    )
    with database.write() as session:
        control.stop(session, killed)
    run = until(server, killed, lambda row: row.finished_at)
    with database.read() as session:
        assert steps.window(session, killed, points=10**6).step == list(range(1, run.step + 1))

    # Another server, which is not the parent of the process, takes over.
    successor = LocalExecutor(settings)
    server = Scheduler(database, successor, slots=2)
    before = until(server, adopted, lambda row: row.status == "running").step
    assert until(server, adopted, lambda row: row.step > before).status == "running"
    with database.write() as session:
        control.stop(session, adopted)
    run = until(server, adopted, lambda row: row.finished_at)
    assert (run.status, run.error) == ("stopped", None)
    successor.close()


def test_a_worker_that_cannot_start_leaves_its_reason(
    database: Database,
    executor: LocalExecutor,
    new_run: Callable[..., Run],
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """A broken installation: the process ends before it can tell the database anything."""
    broken = tmp_path / "torch.py"
    broken.write_text("raise ImportError('libtorch is damaged')\n")
    monkeypatch.syspath_prepend(tmp_path)
    run_id = new_run().id
    run = until(Scheduler(database, executor, slots=1), run_id, lambda row: row.finished_at)
    assert run.status == "failed"
    assert run.error.endswith("ImportError: libtorch is damaged")


def test_the_spare_ends_with_its_server(executor: LocalExecutor) -> None:
    executor.prepare()
    spare = executor._spare
    executor.prepare()
    assert executor._spare is spare
    executor.close()
    assert spare.returncode is not None


def test_a_process_is_known_by_number_and_create_time(executor: LocalExecutor, eventually: Eventually) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    handle = handle_of(child.pid)
    stranger = {**handle, "create_time": handle["create_time"] - 3600}
    assert executor.is_alive(handle)
    assert not executor.is_alive(stranger)
    executor.kill(stranger)
    assert executor.is_alive(handle)
    executor.kill(handle)
    eventually(lambda: not executor.is_alive(handle))  # a zombie by now
    assert child.wait() == -signal.SIGKILL
    child.stdin.close()
    assert not executor.is_alive(handle)
    executor.kill(handle)


def test_the_server_side_imports_no_torch() -> None:
    imports = "import sys, app.jobs.local, app.jobs.scheduler, app.live.messages"
    program = f"{imports}; print({{'torch', 'sklearn'}} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "set()"


def test_training_gives_way_to_the_pages(executor: LocalExecutor) -> None:
    executor.prepare()
    pid = executor._spare.pid
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, pid) == min(ours + NICE, 19)
    group = Path(f"/proc/{pid}/autogroup")
    if group.exists():  # Linux, with sessions weighed as wholes
        assert group.read_text().endswith(f"nice {min(ours + NICE, 19)}\n")
