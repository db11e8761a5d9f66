import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.database.engine import PRAGMAS, Database
from app.database.tables import RunRow
from app.errors import Unusable
from app.store import events


def test_connections_are_set_up(database: Database) -> None:
    with database.read() as session:
        settings = {name: session.execute(sa.text(f"PRAGMA {name}")).scalar() for name in PRAGMAS}
    assert settings == {
        "busy_timeout": 15_000,
        "journal_mode": "wal",
        "synchronous": 1,
        "foreign_keys": 1,
        "mmap_size": 0,
    }


@pytest.mark.skipif(sys.platform != "linux", reason="pysqlite3 is built for Linux only")
def test_sqlite_is_one_whose_wal_is_safe(database: Database) -> None:
    with database.read() as session:
        version = session.execute(sa.text("SELECT sqlite_version()")).scalar_one()
    assert tuple(map(int, version.split("."))) >= (3, 51, 3)


def test_a_write_is_undone_by_an_exception(database: Database, running: RunRow) -> None:
    def fail() -> None:
        with database.write() as session:
            events.append(session, running.id, "run")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.read() as session:
        assert [row.kind for row in events.after(session, 0, 10)] == ["run", "run"]


def test_a_read_sees_one_snapshot_while_a_write_commits(database: Database, running: RunRow) -> None:
    with database.read() as reading:
        before = events.newest_id(reading)
        with database.write() as session:
            events.append(session, running.id, "run")
        assert events.newest_id(reading) == before
    with database.read() as session:
        assert events.newest_id(session) == before + 1


def test_foreign_keys_hold(database: Database) -> None:
    with pytest.raises(sa.exc.IntegrityError), database.write() as session:
        events.append(session, 12345, "run")


def test_infinity_in_json_is_refused_before_it_is_stored(database: Database, running: RunRow) -> None:
    running.latest = {"kl": float("inf")}
    with pytest.raises(sa.exc.StatementError), database.write() as session:
        session.merge(running)


def test_processes_may_create_the_tables_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'elboard.sqlite'}"
    program = f"from app.database.engine import Database; Database({url!r}).create_tables()"
    children = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(4)]
    assert [child.wait() for child in children] == [0] * 4
    database = Database(url)
    with database.read() as session:
        assert events.newest_id(session) == 0
    database.close()


def test_a_huge_database_is_looked_at_no_further_than_opening_it_needs(database: Database) -> None:
    with database.engine.connect() as connection:
        page = connection.exec_driver_sql("SELECT rootpage FROM sqlite_schema WHERE name = 'score'").scalar_one()
    database.close()
    content = database.path.read_bytes()
    database.path.write_bytes(content[: 4096 * (page - 1)] + bytes(4096) + content[4096 * page :])
    assert "is damaged" in database.damage()
    assert database.damage(at_most=len(content) - 1) is None
    database.path.write_bytes(b"text" * 1000)
    assert "file is not a database" in database.damage(at_most=0)


def test_a_database_that_cannot_be_opened_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "elboard.sqlite").mkdir()
    with pytest.raises(Unusable, match=r"elboard\.sqlite cannot be opened: "):
        Database(f"sqlite:///{tmp_path / 'elboard.sqlite'}").create_tables()
