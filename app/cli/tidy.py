"""Giving room back: what was deleted long ago goes for good."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from app.database.engine import Database
from app.database.tables import now
from app.errors import AppError
from app.live.messages import TOO_FAR
from app.settings import Settings
from app.store import purge

DAY = 24 * 60 * 60  # seconds


@dataclass(frozen=True)
class Freed:
    """The runs that are gone, and the bytes of their folders and of the database that are free now."""

    runs: list[int]
    folders: int
    database: int


def tidy(database: Database, settings: Settings, days: float) -> Freed:
    """Purge the runs that were deleted more than so many days ago, with their folders, and shrink the database.

    Raises `AppError` where the database stays in use too long to shrink; then the runs are gone all the same.
    """
    with database.write() as session:
        gone = purge.runs(session, now() - days * DAY)
        purge.log(session, TOO_FAR)
    folders = [settings.run_folder(run_id) for run_id in gone]
    freed = sum(map(_size, folders))
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    return Freed(gone, freed, _shrink(database))


def _shrink(database: Database) -> int:
    """Give unused pages back to the disk; returns how many bytes they were."""
    if database.path is None:
        return 0  # PostgreSQL does so by itself
    parts = [database.path, database.path.with_name(f"{database.path.name}-wal")]
    before = sum(map(_size, parts))
    connection = database.engine.raw_connection()  # VACUUM runs in no transaction
    try:
        connection.cursor().execute("VACUUM")
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except database.engine.dialect.loaded_dbapi.OperationalError as error:
        raise AppError(f"The database keeps its size for now: {error}. Run this again later.") from None
    finally:
        connection.close()
    return before - sum(map(_size, parts))


def _size(path: Path) -> int:
    """The bytes of a file, or of all files in a folder; 0 where there is none."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
