from collections.abc import Callable
from pathlib import Path

import pytest

from app.database.backup import back_up
from app.database.engine import Database
from app.database.tables import RunRow
from app.errors import AppError
from app.records import Run
from app.store import listing


def names(url: str) -> list[str]:
    database = Database(url)
    with database.read() as session:
        run_names = [run.name for run in listing.find(session).runs]
    database.close()
    return run_names


def test_a_backup_holds_what_was_committed(database: Database, new_run: Callable[..., Run], tmp_path: Path) -> None:
    new_run("kept")
    with database.write() as session:
        session.get_one(RunRow, 1).name = "not yet committed"
        session.flush()
        target = back_up(database.engine, tmp_path / "copy.sqlite")
    assert target == tmp_path / "copy.sqlite"
    assert names(f"sqlite:///{target}") == ["kept"]
    assert [path.name for path in tmp_path.glob("*copy*")] == ["copy.sqlite"]


def test_its_name_holds_the_date(database: Database, tmp_path: Path) -> None:
    target = back_up(database.engine)
    assert target.parent == tmp_path / "data"
    assert target.match("elboard-backup-[0-9]*-[0-9]*.sqlite")


def test_nothing_is_overwritten(database: Database, tmp_path: Path) -> None:
    target = tmp_path / "precious.sqlite"
    target.write_text("mine")
    with pytest.raises(AppError, match=r"precious\.sqlite is there already"):
        back_up(database.engine, target)
    assert target.read_text() == "mine"


def test_a_target_that_cannot_be_written_is_said(database: Database, tmp_path: Path) -> None:
    with pytest.raises(AppError, match="cannot be written"):
        back_up(database.engine, tmp_path / "no" / "folder" / "copy.sqlite")


def test_copies_of_one_second_have_names_of_their_own(database: Database) -> None:
    copies = {back_up(database.engine) for _ in range(3)}
    assert len(copies) == 3
    assert all(copy.stat().st_size for copy in copies)
