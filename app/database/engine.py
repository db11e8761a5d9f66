"""The database: one engine, reads that never wait, writes that take the lock before they look."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from math import inf
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from app.database import schema
from app.database.backup import back_up
from app.database.tables import dumps
from app.errors import Unusable

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

LOOKED_THROUGH = 2**29  # bytes that a start checks page by page, in about two seconds; beyond, only what opening needs


class Database:
    """One database at a SQLAlchemy URL; SQLite unless it says otherwise. Sessions are short and one thread's."""

    def __init__(self, url: str):
        self.url = sa.make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        driver: dict[str, Any] = {"module": sqlite} if self.is_sqlite else {}
        self.engine = sa.create_engine(self.url, json_serializer=dumps, **driver)
        self.path = Path(self.url.database).absolute() if self.is_sqlite and self.url.database else None
        self._writer = self.engine.execution_options(immediate=True)
        if self.is_sqlite:
            sa.event.listen(self.engine, "connect", _set_up)
            sa.event.listen(self.engine, "begin", _begin)

    def create_tables(self) -> None:
        """Make the folder and the tables, or bring those of an older version up to date, after a backup beside them.

        Two processes may do it at once. Raises `Unusable`, and changes nothing, where the file is damaged, the database
        cannot be opened, or a newer version made it.
        """
        if self.path:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        if damage := self.damage(at_most=LOOKED_THROUGH):
            raise Unusable(damage)
        try:
            schema.bring_up_to_date(self._writer, self._save_version)
        except (sa.exc.OperationalError, UnicodeDecodeError) as error:
            why = _one_line(getattr(error, "orig", error))
            raise Unusable(f"The database {self.url.render_as_string()} cannot be opened: {why}") from None

    def _save_version(self, version: str) -> None:
        if self.path:
            back_up(self.engine, mark=f"version-{version}")

    def damage(self, *, at_most: float = inf) -> str | None:
        """What is wrong with a SQLite file and what to do, found by reading alone; None when it is sound or missing.

        Its pages are looked through when it has `at_most` so many bytes; else its header and schema are read.
        """
        if self.path is None or not self.path.exists():
            return None
        whole = self.path.stat().st_size <= at_most
        query = "PRAGMA quick_check(1)" if whole else "SELECT 'ok', count(*) FROM sqlite_schema"
        try:
            with closing(sqlite.connect(f"{self.path.as_uri()}?mode=ro", uri=True)) as connection:
                connection.text_factory = lambda raw: raw.decode(errors="replace")  # names may be damaged, too
                result = connection.execute(query).fetchone()[0]
        except sqlite.OperationalError:  # no permission, or a transaction to undo first: whoever opens it will see
            return None
        except (sqlite.DatabaseError, UnicodeDecodeError) as error:  # even SQLite's words may quote damaged names
            result = str(error)
        return None if result == "ok" else _advice(self.path, result)

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


def is_unwritable(error: sa.exc.OperationalError) -> bool:
    """Whether SQLite could not write its file, for want of room or by a fault of the disk; a lock is neither."""
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in {sqlite.SQLITE_FULL, sqlite.SQLITE_IOERR}


def why_refused(error: sa.exc.OperationalError) -> str:
    """Why the database refused a transaction, in a sentence for people."""
    if is_unwritable(error):
        return f"Nothing was changed ({error.orig}): make room on the database's disk."
    return f"Nothing was changed, since the database is busy with another process ({error.orig}): try again soon."


def _advice(path: Path, damage: str) -> str:
    what = _one_line(damage.replace("*** in database main ***", ""))
    return (
        f"{path} is damaged ({what}) and was left as it is: put a backup in its place, or move it away and save what "
        f"can be read with: sqlite3 {path.name} .recover | sqlite3 rescued.sqlite"
    )


def _one_line(text: object) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in str(text)).split())


def _set_up(connection: Any, _record: object) -> None:
    """The driver's own BEGIN is switched off: it would begin too late, and never IMMEDIATE."""
    connection.isolation_level = None
    for name, value in PRAGMAS.items():
        connection.execute(f"PRAGMA {name}={value}")


def _begin(connection: sa.Connection) -> None:
    """A writer takes the lock here, where SQLite waits for it; a read that turns into a write would fail at once."""
    immediate = connection.get_execution_options().get("immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
