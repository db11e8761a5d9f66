"""The version of a database's tables: made new, recognised, brought up to date, or refused."""

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import SQLModel

from app.database.tables import EventRow, RunRow, now
from app.errors import Unusable

VERSIONS = tuple(f"{number:04}" for number in range(1, 11))  # of `app.migrations`, oldest first
UNNUMBERED = "0000"  # tables from before versions had numbers
MIGRATIONS = Path(__file__).parents[1] / "migrations"

RUN, EVENT = (SQLModel.metadata.tables[str(model.__tablename__)] for model in (RunRow, EventRow))
TABLE = sa.table("alembic_version", sa.column("version_num"))  # Alembic's own


def version_of(connection: sa.Connection) -> str | None:
    """The version of the tables; None when there are none, `UNNUMBERED` when they do not say."""
    tables = sa.inspect(connection).get_table_names()
    if TABLE.name in tables:
        return connection.scalar(sa.select(TABLE.c.version_num))
    return UNNUMBERED if "run" in tables else None


def bring_up_to_date(writer: sa.Engine, save: Callable[[str], object]) -> None:
    """Make the tables, or migrate those of an older version in one transaction, after `save(its version)`.

    `writer` begins its transactions with the lock: who comes second waits, and finds it done; where nothing is to be
    done, nobody waits. Raises `Unusable`, and changes nothing, when the tables are of a version that is not among
    `VERSIONS`.
    """
    with writer.execution_options(immediate=False).connect() as reader:
        if version_of(reader) == VERSIONS[-1]:
            return
    with writer.begin() as connection:
        version = version_of(connection)
        if version is None:
            SQLModel.metadata.create_all(connection)
            connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
            connection.execute(sa.insert(TABLE).values(version_num=VERSIONS[-1]))
        elif version not in (UNNUMBERED, *VERSIONS):
            raise Unusable(
                f"The database has tables of version {version}, made by a newer ELBOard; this one knows them up to "
                f"{VERSIONS[-1]}. Install the newer ELBOard again, or start from a backup that it made when it came."
            )
        elif version != VERSIONS[-1]:
            save(version)
            _upgrade(connection)
            _take_over(connection)


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command  # noqa: PLC0415 - a fifth of a second that only an upgrade needs
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS))
    command.upgrade(config, "head")


def _take_over(connection: sa.Connection) -> None:
    """Processes of the older version would write rows as it knew them: fence them off, and queue their runs again."""
    running = sa.select(RUN.c.id).where(RUN.c.status == "running")
    news = sa.select(running.subquery().c.id, sa.literal("run"), sa.literal(0), sa.literal(0))
    connection.execute(sa.insert(EVENT).from_select(["run_id", "kind", "first", "last"], news))
    notice = "It goes on from its last checkpoint after ELBOard was brought up to date."
    change = {"status": "queued", "queued_at": now(), "handle": None, "notice": notice}
    connection.execute(sa.update(RUN).where(RUN.c.status == "running").values(change))
