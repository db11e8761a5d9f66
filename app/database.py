"""The database: one engine, reads that never wait, writes that take the lock before they look."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from app import schema
from app.backup import back_up
from app.models import dumps

try:
    import pysqlite3 as sqlite  # bundles a SQLite of its own: before 3.51.3 a WAL could be reset under a writer
except ImportError:  # pragma: no cover - not built for every platform
    import sqlite3 as sqlite

SQLITE_VERSION: tuple[int, ...] = sqlite.sqlite_version_info

PRAGMAS = {
    "busy_timeout": 15_000,  # first, so that the others wait for a lock too
    "journal_mode": "WAL",  # readers and the writer do not stop each other
    "synchronous": "NORMAL",  # a power cut may undo the last commits, never tear one; kill -9 loses nothing
    "foreign_keys": "ON",
    "mmap_size": 0,  # a memory-mapped page can show a writer's half-done work after a crash
}


class Database:
    """One database at a SQLAlchemy URL; SQLite unless it says otherwise. Sessions are short and one thread's."""

    def __init__(self, url: str):
        self.url = sa.make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        driver: dict[str, Any] = {"module": sqlite} if self.is_sqlite else {}
        self.engine = sa.create_engine(self.url, json_serializer=dumps, **driver)
        self._writer = self.engine.execution_options(immediate=True)
        if self.is_sqlite:
            sa.event.listen(self.engine, "connect", _set_up)
            sa.event.listen(self.engine, "begin", _begin)

    def create_tables(self) -> None:
        """Make the folder and the tables, or bring those of an older version up to date, after a backup beside them.

        Two processes may do it at once. Raises `AppError` for tables of a newer version.
        """
        if self.is_sqlite and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        schema.bring_up_to_date(self._writer, self._save_version)

    def _save_version(self, version: str) -> None:
        if self.is_sqlite and self.url.database:
            back_up(self.engine, mark=f"version-{version}")

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session on one consistent snapshot, for reading only."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction: committed at the end, undone by an exception.

        Raises `sqlalchemy.exc.OperationalError` when another process keeps the lock for 15 seconds.
        """
        with Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _set_up(connection: Any, _record: object) -> None:
    """The driver's own BEGIN is switched off: it would begin too late, and never IMMEDIATE."""
    connection.isolation_level = None
    for name, value in PRAGMAS.items():
        connection.execute(f"PRAGMA {name}={value}")


def _begin(connection: sa.Connection) -> None:
    """A writer takes the lock here, where SQLite waits for it; a read that turns into a write would fail at once."""
    immediate = connection.get_execution_options().get("immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
