from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.cli import doctor
from app.cli.doctor import DoctorCheck, examine
from app.database import schema
from app.database.engine import Database
from app.database.tables import RunRow
from app.jobs.executor import Handle
from app.records import Run
from app.settings import Settings
from app.store import attempts
from tests.app.fake_executor import FakeExecutor


class Nobody(FakeExecutor):
    """No process lives."""

    def is_alive(self, _handle: Handle) -> bool:
        return False


@pytest.fixture
def settings(tmp_path: Path, database: Database) -> Settings:
    return Settings(data=tmp_path / "data", database_url=database.url.render_as_string())


def _bad(settings: Settings) -> dict[str, str]:
    return {check.name: check.sentence for check in examine(settings, Nobody()) if not check.ok}


def test_a_sound_installation_has_nothing_to_say(settings: Settings, new_run: Callable[..., Run]) -> None:
    new_run()
    assert _bad(settings) == {}


def test_a_folder_that_is_not_there_yet_is_no_fault(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "not" / "yet")
    assert _bad(settings) == {}
    assert not (tmp_path / "not").exists()


def test_a_run_without_its_process_is_an_orphan(settings: Settings, database: Database, running: RunRow) -> None:
    with database.write() as session:
        attempts.note_handle(session, running.id, running.attempt, {"pid": 1, "create_time": 0})
    assert _bad(settings) == {"runs": f"Recorded as running, but without a process: {running.id}. Start the server."}


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" + bytes(range(256)) * 40])
def test_a_damaged_database_is_named_and_left_alone(settings: Settings, database: Database, content: bytes) -> None:
    database.close()
    path = Path(database.url.database)
    path.write_bytes(content)
    for leftover in (path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        leftover.unlink(missing_ok=True)
    assert "database" in _bad(settings)
    assert path.read_bytes() == content


def test_too_little_room_and_an_old_sqlite_are_reported(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LOW_DISK", 2**62)
    monkeypatch.setattr(doctor, "SOUND_SQLITE", (99, 0, 0))
    bad = _bad(settings)
    assert "make room" in bad["disk"]
    assert "99.0.0 or newer" in bad["SQLite"]


def test_the_version_of_the_tables_is_checked(settings: Settings, database: Database) -> None:
    def tables() -> DoctorCheck:
        return next(check for check in examine(settings, Nobody()) if check.name == "tables")

    assert tables().sentence == f"version {schema.VERSIONS[-1]}"
    for version, ok, words in (("0001", True, "version 0001"), ("9999", False, "needs a newer ELBOard")):
        with database.write() as session:
            session.execute(sa.update(schema.TABLE).values(version_num=version))
        assert tables().ok == ok
        assert words in tables().sentence
