from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli.tidy import tidy
from app.database.engine import Database
from app.database.tables import now
from app.errors import AppError
from app.records import Run
from app.settings import Settings
from app.store import runs, steps
from vae_core.events import StepTerms


@pytest.fixture
def settings(tmp_path: Path, database: Database) -> Settings:
    return Settings(data=tmp_path / "data", database_url=database.url.render_as_string())


@pytest.fixture
def old(database: Database, settings: Settings, new_run: Callable[..., Run], block: Callable[..., StepTerms]) -> int:
    """A run that was deleted 40 days ago, with many steps and a folder; and a newer one."""
    run_id = new_run().id
    with database.write() as session:
        steps.append(session, run_id, block(1, 3000))
        runs.get_row(session, run_id).deleted_at = now() - 40 * 86400
    folder = settings.run_folder(run_id) / "checkpoints"
    folder.mkdir(parents=True)
    (folder / "weights").write_bytes(bytes(12_345))
    settings.run_folder(new_run().id).mkdir()
    return run_id


def test_what_was_deleted_long_ago_is_gone_and_its_room_is_free(
    database: Database, settings: Settings, old: int
) -> None:
    freed = tidy(database, settings, days=30)
    assert (freed.runs, freed.folders) == ([old], 12_345)
    assert freed.database > 100 * 3000
    assert [folder.name for folder in (settings.data / "runs").iterdir()] == [str(old + 1)]
    assert tidy(database, settings, days=30).runs == []


def test_what_was_deleted_lately_stays(database: Database, settings: Settings, old: int) -> None:
    assert tidy(database, settings, days=50).runs == []
    with database.read() as session:
        assert steps.last(session, old) == 3000
    assert settings.run_folder(old).exists()


def test_a_database_that_is_read_all_the_time_shrinks_another_day(
    database: Database, settings: Settings, old: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Busy:
        def cursor(self) -> None:
            raise database.engine.dialect.loaded_dbapi.OperationalError("database is locked")

        def close(self) -> None:
            pass

    monkeypatch.setattr(database.engine, "raw_connection", Busy)
    with pytest.raises(AppError, match=r"keeps its size for now: database is locked\. Run this again later\."):
        tidy(database, settings, days=30)
    assert not settings.run_folder(old).exists()
