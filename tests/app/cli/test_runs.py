"""The control commands over a real store; no server and no process takes part."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli.runs import app
from app.cli.server_lock import owned
from app.database.engine import Database
from app.errors import AppError, Conflict, NotFound
from app.records import Run
from app.store import runs

New = Callable[..., Run]


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., str]:
    """Call a command on the test's data folder; returns what it printed."""

    def call(*words: str) -> str:
        told = CliRunner().invoke(app, [*words, "--data", str(tmp_path / "data")])
        if isinstance(told.exception, AppError):
            raise told.exception
        assert told.exit_code == 0, told.output
        return told.output

    return call


@pytest.fixture
def become(database: Database) -> Callable[..., None]:
    def put(run: Run, **columns: Any) -> None:
        with database.write() as session:
            row = runs.get_row(session, run.id)
            for name, value in columns.items():
                setattr(row, name, value)
            session.add(row)

    return put


@pytest.fixture
def row(database: Database) -> Callable[[int], Run]:
    def read(run_id: int) -> Run:
        with database.read() as session:
            return runs.get(session, run_id)

    return read


def test_the_newest_runs_are_listed(command: Callable[..., str], new_run: New, become: Any) -> None:
    first, _ = new_run("brisk-otter", max_steps=50), new_run("calm-heron", max_steps=50)
    become(first, status="failed", step=20, latest={"elbo": -98.765}, error="The disk is full")
    newer, older = command("list").splitlines()[1:]
    assert newer.split() == ["2", "calm-heron", "queued", "0/50"]
    assert older.split() == ["1", "brisk-otter", "failed", "20/50", "98.77", "The", "disk", "is", "full"]
    assert command("list", "--limit", "1").count("otter") == 0


def test_runs_are_paused_stopped_and_resumed(
    command: Callable[..., str], new_run: New, become: Any, row: Any, tmp_path: Path
) -> None:
    one, two = new_run("one"), new_run("two")
    for run in (one, two):
        become(run, status="running", attempt=1)
    assert command("pause", "1", "2") == "Run 1, one: running, to pause.\nRun 2, two: running, to pause.\n"
    become(one, status="paused", requested="pause", step=5)
    alone = command("resume", "1")
    assert alone.splitlines()[0] == "Run 1, one: queued."
    assert "elboard train --resume 1" in alone
    become(one, status="paused", step=5)
    with owned(tmp_path / "data", "http://127.0.0.1:1"):
        assert command("resume", "1") == "Run 1, one: queued.\n"
    assert command("stop", "2") == "Run 2, two: running, to stop.\n"
    assert command("stop", "2") == "Run 2, two: running, to kill.\n"
    assert (row(1).status, row(2).requested) == ("queued", "kill")


def test_runs_are_extended_cloned_and_forked(command: Callable[..., str], new_run: New, become: Any, row: Any) -> None:
    become(new_run("one", max_steps=50), status="finished", step=50)
    command("clone", "1", "--set", "beta=4", "--name", "dolly")
    command("fork", "1", "--set", "likelihood=gaussian", "--step", "20")
    command("extend", "1", "--steps", "80")
    assert (row(2).name, row(2).train_config.beta, row(2).parent_id) == ("dolly", 4, None)
    assert (row(3).train_config.likelihood, row(3).parent_id, row(3).parent_step) == ("gaussian", 1, 20)
    assert (row(1).status, row(1).total_steps) == ("queued", 80)


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        (["pause", "1"], Conflict, "Run 1 is queued, so it cannot pause"),
        (["resume", "7"], NotFound, "There is no run 7"),
        (["clone", "1", "--set", "beta"], AppError, "--set takes field=value, not 'beta'"),
    ],
)
def test_what_the_state_forbids_is_refused(
    command: Callable[..., str], new_run: New, words: list[str], error: type[Exception], said: str
) -> None:
    new_run()
    with pytest.raises(error, match=said):
        command(*words)


def test_an_empty_folder_is_left_empty(command: Callable[..., str], tmp_path: Path) -> None:
    with pytest.raises(AppError, match="There are no runs in"):
        command("list")
    assert not (tmp_path / "data").exists()


def test_a_backup_says_where_it_is_and_overwrites_nothing(
    command: Callable[..., str], new_run: New, tmp_path: Path
) -> None:
    new_run("kept")
    target = tmp_path / "copy.sqlite"
    assert command("backup", str(target)).startswith(f"{target} (")
    with pytest.raises(AppError, match="is there already"):
        command("backup", str(target))
    assert "elboard-backup-" in command("backup")


def test_tidying_says_what_it_freed(command: Callable[..., str], new_run: New, become: Any) -> None:
    become(new_run(), deleted_at=1.0)
    new_run()
    assert command("tidy").startswith("Purged, deleted more than 30 days ago: 1. Freed: 0.0 MB of files, ")
    assert command("tidy", "--older-than", "0.5").startswith("Purged, deleted more than 0.5 days ago: no run. Freed")
