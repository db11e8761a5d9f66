import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

from app.database import schema
from app.database.engine import Database
from app.errors import AppError
from app.records import Run
from app.store import attempts, chunks, evaluations, events, runs, steps, summaries
from app.text.quantities import unit_key
from tests.app.schemas import FIRST, LATER
from vae_core.events import StepTerms


def numbered(version: str) -> str:
    return f"CREATE TABLE alembic_version (version_num); INSERT INTO alembic_version VALUES ('{version}');"  # noqa: S608


OLD = {"first": FIRST, "older": FIRST + LATER, "numbered": FIRST + numbered("0001")}


def make(path: Path, script: str) -> Database:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.executescript(script)
    connection.close()
    return Database(f"sqlite:///{path}")


@pytest.fixture
def old(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    database = make(tmp_path / "elboard.sqlite", OLD[request.param])
    yield database
    database.close()


def tables(database: Database) -> dict[str, tuple[Any, ...]]:
    """Every table and index as SQLAlchemy sees it, whatever the text that made it."""
    with database.engine.connect() as connection:
        inspector = sa.inspect(connection)
        return {
            name: (
                {(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(name)},
                inspector.get_pk_constraint(name)["constrained_columns"],
                {(*key["constrained_columns"], key["referred_table"]) for key in inspector.get_foreign_keys(name)},
                {(index["name"], *index["column_names"]) for index in inspector.get_indexes(name)},
                inspector.get_table_options(name),
            )
            for name in inspector.get_table_names()
            if name != "alembic_version"
        }


def version(database: Database) -> str | None:
    with database.engine.connect() as connection:
        return schema.version_of(connection)


def test_the_versions_are_the_revisions() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    revisions = list(ScriptDirectory.from_config(config).walk_revisions())
    assert [revision.revision for revision in reversed(revisions)] == list(schema.VERSIONS)


def test_a_new_database_is_of_the_newest_version(database: Database, tmp_path: Path) -> None:
    assert version(database) == schema.VERSIONS[-1]
    assert [path.name for path in (tmp_path / "data").glob("*version*")] == []


@pytest.mark.parametrize("old", ["first", "numbered"], indirect=True)
def test_migration_makes_the_tables_of_a_new_database(old: Database, database: Database) -> None:
    old.create_tables()
    assert version(old) == version(database)
    assert tables(old) == tables(database)
    with old.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []


@pytest.mark.parametrize("old", OLD, indirect=True)
def test_an_old_database_is_backed_up_and_its_rows_stay(old: Database, tmp_path: Path) -> None:
    before = version(old)
    old.create_tables()
    with old.read() as session:
        run, evaluation = runs.get_row(session, 1), evaluations.last(session, 1)
        assert evaluations.last(session, 2).kl_per_dim is None
    assert (run.name, run.tags, run.deaths, run.died_at, run.queued_at) == ("brisk-otter", ["old"], 0, 0, 5.0)
    assert run.configuration == f"{run.train_config.seedless}-{run.train_config.total_steps}"
    assert run.unit_key == unit_key(run.train_config)
    assert (evaluation.elbo, evaluation.kl_per_dim) == (-102.5, [12.5, None])
    (saved,) = tmp_path.glob("elboard-version-*.sqlite")
    assert f"version-{before}-" in saved.name
    backup = Database(f"sqlite:///{saved}")
    assert version(backup) == before
    backup.close()


@pytest.mark.parametrize("before", schema.VERSIONS[1:-1])
def test_every_version_between_is_backed_up_and_brought_up_to_date(
    tmp_path: Path, database: Database, before: str
) -> None:
    old = make(tmp_path / "elboard.sqlite", FIRST + numbered("0001"))
    with old.engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(schema.MIGRATIONS))
        command.upgrade(config, before)
    assert version(old) == before
    old.create_tables()
    assert version(old) == version(database)
    assert tables(old) == tables(database)
    with old.read() as session:
        assert runs.get(session, 1).name == "brisk-otter"
    assert len(list(tmp_path.glob(f"elboard-version-{before}-*.sqlite"))) == 1
    old.close()


@pytest.mark.parametrize("old", ["first"], indirect=True)
def test_a_migration_happens_once(old: Database, tmp_path: Path) -> None:
    old.create_tables()
    old.create_tables()
    assert len(list(tmp_path.glob("*version*"))) == 1


@pytest.mark.parametrize("old", ["older"], indirect=True)
def test_processes_of_the_older_version_write_no_more_and_their_runs_go_on(old: Database) -> None:
    with old.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE run SET status = 'running', finished_at = NULL WHERE id = 1")
    old.create_tables()
    with old.write() as session:
        assert attempts.heartbeat(session, 1, attempt=1) is None
        assert [row.run_id for row in events.after(session, 1, 10)] == [1]
        run = attempts.claim_next(session)
    assert (run.id, run.attempt) == (1, 2)
    assert "brought up to date" in run.notice


def test_a_newer_database_is_refused_with_a_sentence_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "elboard.sqlite"
    newer = make(path, FIRST + numbered("9999"))
    before = path.read_bytes()
    with pytest.raises(AppError, match="tables of version 9999, made by a newer ELBOard") as refused:
        newer.create_tables()
    newer.close()
    assert refused.value.exit_status == 2
    assert path.read_bytes() == before
    assert [other.name for other in tmp_path.iterdir()] == [path.name]


def test_what_a_migration_derives_is_what_recording_derives(
    tmp_path: Path, database: Database, new_run: Callable[..., Run], block: Callable[..., StepTerms]
) -> None:
    vae, auto = block(1, 10_000), block(1, 700, kl=False)
    vae.kl[4321] = vae.elbo[4321] = np.nan
    old = make(tmp_path / "elboard.sqlite", FIRST)
    with old.engine.begin() as connection:
        for run, whole in ((1, vae), (2, auto)):
            connection.exec_driver_sql("INSERT INTO step VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", first_rows(run, whole))
    old.create_tables()
    new = [(new_run().id, vae), (new_run().id, auto)]
    with database.write() as session:
        for run, whole in new:
            for start in range(0, len(whole.step), 900):
                steps.append(session, run, whole.split(start)[1].split(start + 900)[0])
    (stored, sparks), (expected, expected_sparks) = derived(old), derived(database)
    old.close()
    assert [len(part) for part in stored] == [10_700, 20 + 4, 2]
    assert stored == expected
    assert sparks == {run: pytest.approx(line) for run, line in expected_sparks.items()}


def first_rows(run: int, whole: StepTerms) -> list[tuple[Any, ...]]:
    """Steps as rows of the first version."""
    names = ("step", "epoch", "seconds", "reconstruction", "kl", "elbo", "loss", "beta")
    given = [getattr(whole, name) for name in names]
    columns = [[None] * len(whole.step) if column is None else column.tolist() for column in given]
    return [(run, *row, row[4] != row[4]) for row in zip(*columns, strict=True)]


def derived(database: Database) -> tuple[list[Any], dict[int, Any]]:
    """What follows from the rows of steps, and those rows; the sparklines apart, whose sums depend on their order."""
    with database.read() as session:
        tables = [sorted(map(tuple, session.execute(sa.select(table)))) for table in (steps.TABLE, chunks.CHUNK)]
        return [*tables, summaries.extremes(session, [1, 2])], summaries.sparks(session, [1, 2])


KILLED = """
import os, signal, sys
import sqlalchemy as sa
from app.database.engine import Database
import alembic.command
count = 0
def die(*_):
    global count
    count += 1
    if count == int(os.environ["STATEMENT"]):
        os.kill(os.getpid(), signal.SIGKILL)
for statement in range(1, 1000, 7):
    os.environ["STATEMENT"] = str(statement)
    path = f"{sys.argv[1]}/{statement}.sqlite"
    os.system(f"cp {sys.argv[1]}/old.sqlite {path}")
    child = os.fork()
    if not child:
        database = Database(f"sqlite:///{path}")
        sa.event.listen(database.engine, "before_cursor_execute", die)
        sa.event.listen(database.engine, "commit", die)
        database.create_tables()
        os._exit(0)
    if not os.waitpid(child, 0)[1]:
        break
print(statement // 7 + 1)
"""


def test_a_kill_at_any_statement_leaves_the_old_tables_or_the_new(tmp_path: Path) -> None:
    old = make(tmp_path / "old.sqlite", FIRST + LATER)
    before = tables(old)
    old.close()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path.cwd()), *sys.path])}
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)], capture_output=True, text=True, env=environment, check=True
    )
    attempts = int(killed.stdout)
    assert attempts > 5
    versions = []
    for attempt in range(attempts):
        database = Database(f"sqlite:///{tmp_path / f'{1 + 7 * attempt}.sqlite'}")
        versions.append(version(database))
        if versions[-1] == schema.UNNUMBERED:
            assert tables(database) == before
        database.create_tables()
        assert version(database) == schema.VERSIONS[-1]
        database.close()
    assert versions == [schema.UNNUMBERED] * (attempts - 1) + [schema.VERSIONS[-1]]
