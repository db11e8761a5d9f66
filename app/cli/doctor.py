"""What may be wrong with an installation and its data, checked without changing anything."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import sqlalchemy as sa

from app.database import schema
from app.database.engine import SQLITE_VERSION, Database
from app.jobs.executor import Executor
from app.settings import Settings
from app.store import attempts

SOUND_SQLITE = (3, 51, 3)  # before it, two connections could reset the WAL under each other
LOW_DISK = 2**30


@dataclass(frozen=True)
class DoctorCheck:
    """One check: whether all is well, and a sentence on what is there or what to do."""

    name: str
    ok: bool
    sentence: str


def examine(settings: Settings, executor: Executor) -> Iterator[DoctorCheck]:
    """Every check, the ones that later ones need first."""
    yield _packages()
    yield _folder(settings)
    yield _disk(settings)
    yield _sqlite_version()
    database = Database(settings.database_url)
    try:
        yield from _store(database, executor)
    finally:
        database.close()


def _packages() -> DoctorCheck:
    try:
        versions = ", ".join(f"{name} {version(name)}" for name in ("torch", "fastapi", "plotly", "sqlmodel"))
    except PackageNotFoundError as missing:
        return DoctorCheck("packages", False, f"{missing.name} is not installed: run make run again.")
    return DoctorCheck("packages", True, versions)


def _folder(settings: Settings) -> DoctorCheck:
    if not settings.data.is_dir():
        return DoctorCheck("data folder", True, f"{settings.data} does not exist yet; the first start makes it.")
    if not os.access(settings.data, os.W_OK | os.X_OK):
        return DoctorCheck("data folder", False, f"{settings.data} cannot be written by this user.")
    return DoctorCheck("data folder", True, str(settings.data))


def _disk(settings: Settings) -> DoctorCheck:
    there = next(folder for folder in (settings.data, *settings.data.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    return DoctorCheck("disk", free >= LOW_DISK, f"{free / 2**30:.1f} GiB free" + " — make room." * (free < LOW_DISK))


def _sqlite_version() -> DoctorCheck:
    here, sound = (".".join(map(str, number)) for number in (SQLITE_VERSION, SOUND_SQLITE))
    if SQLITE_VERSION >= SOUND_SQLITE:
        return DoctorCheck("SQLite", True, here)
    return DoctorCheck("SQLite", False, f"{here} may lose data under two writers: install {sound} or newer.")


def _store(database: Database, executor: Executor) -> Iterator[DoctorCheck]:
    """The database; and, when it can be read, the runs in it."""
    if database.path and not database.path.exists():
        yield DoctorCheck("database", True, "There is none yet.")
        return
    if damage := database.damage():
        yield DoctorCheck("database", False, damage)
        return
    try:
        with database.read() as session:
            version = schema.version_of(session.connection())
        orphans = _orphans(database, executor) if version == schema.VERSIONS[-1] else None
    except sa.exc.OperationalError as error:
        yield DoctorCheck("database", False, f"{database.url.render_as_string()} cannot be opened: {error.orig}.")
        return
    yield DoctorCheck("database", True, "sound" if database.is_sqlite else database.url.render_as_string())
    yield _tables(version)
    if orphans:
        yield orphans


def _tables(version: str | None) -> DoctorCheck:
    newest = schema.VERSIONS[-1]
    if version is None or version == newest:
        return DoctorCheck("tables", True, f"version {newest}")
    if version in (schema.UNNUMBERED, *schema.VERSIONS):
        return DoctorCheck("tables", True, f"version {version}; the next start brings them to {newest}, after a backup")
    return DoctorCheck("tables", False, f"version {version}, newer than {newest}: this database needs a newer ELBOard.")


def _orphans(database: Database, executor: Executor) -> DoctorCheck:
    with database.read() as session:
        running = attempts.running(session)
    gone = [str(run.id) for run in running if run.handle is None or not executor.is_alive(run.handle)]
    if gone:
        return DoctorCheck(
            "runs", False, f"Recorded as running, but without a process: {', '.join(gone)}. Start the server."
        )
    return DoctorCheck("runs", True, f"{len(running)} running, each with its process")
