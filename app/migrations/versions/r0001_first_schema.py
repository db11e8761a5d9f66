"""The tables as they were before versions had numbers, or as much of them as a database lacks."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None


def _table(metadata: sa.MetaData, name: str, *parts: Any, rowid: bool = True) -> None:
    sa.Table(name, metadata, *parts, sqlite_with_rowid=rowid)


def _run_id() -> sa.Column[Any]:
    return sa.Column("run_id", sa.Integer, sa.ForeignKey("run.id"), primary_key=True)


def _floats(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Float) for name in names]


FIRST = sa.MetaData()
_table(
    FIRST,
    "run",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("status", sa.String, nullable=False, index=True),
    sa.Column("config", sa.JSON, nullable=False),
    sa.Column("preset", sa.String),
    sa.Column("group", sa.String, index=True),
    sa.Column("tags", sa.JSON, nullable=False),
    sa.Column("notes", sa.String, nullable=False),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("total_steps", sa.Integer, nullable=False),
    sa.Column("epoch", sa.Float, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("activity", sa.String),
    sa.Column("latest", sa.JSON, nullable=False),
    sa.Column("error", sa.String),
    sa.Column("notice", sa.String),
    sa.Column("want", sa.String, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("deaths", sa.Integer, nullable=False),
    sa.Column("died_at", sa.Integer, nullable=False),
    sa.Column("parent_id", sa.Integer, sa.ForeignKey("run.id")),
    sa.Column("parent_step", sa.Integer),
    sa.Column("queued_at", sa.Float, nullable=False),
    sa.Column("handle", sa.JSON),
    sa.Column("created_at", sa.Float, nullable=False),
    *_floats("started_at", "finished_at", "heartbeat_at", "silent_since", "deleted_at"),
)
_table(
    FIRST,
    "step",
    _run_id(),
    sa.Column("step", sa.Integer, primary_key=True),
    *_floats("epoch", "seconds", "reconstruction", "kl", "elbo", "loss", "beta"),
    sa.Column("nonfinite", sa.Boolean, nullable=False),
    rowid=False,
)
_table(
    FIRST,
    "evaluation",
    _run_id(),
    sa.Column("step", sa.Integer, primary_key=True),
    sa.Column("epoch", sa.Float, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    *_floats("reconstruction", "kl", "elbo", "elbo_se"),
    sa.Column("kl_per_dim", sa.JSON),
    sa.Column("active_units", sa.Integer),
    *_floats("mse_per_pixel", "bce_per_pixel", "decoder_std", "bits_per_dim"),
)
_table(
    FIRST,
    "report",
    _run_id(),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("findings", sa.JSON, nullable=False),
)
_table(
    FIRST,
    "picture_file",
    sa.Column("hash", sa.String, primary_key=True),
    sa.Column("png", sa.LargeBinary, nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
)
_table(
    FIRST,
    "picture",
    _run_id(),
    sa.Column("kind", sa.String, primary_key=True),
    sa.Column("step", sa.Integer, primary_key=True),
    sa.Column("hash", sa.String, sa.ForeignKey("picture_file.hash"), nullable=False),
    sa.Column("columns", sa.Integer, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
)
_table(
    FIRST,
    "event",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("run_id", sa.Integer, sa.ForeignKey("run.id"), nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("first", sa.Integer, nullable=False),
    sa.Column("last", sa.Integer, nullable=False),
)

# What runs have in columns that are younger than they are.
YOUNG = {"notes": "", "want": "run", "attempt": 0, "deaths": 0, "died_at": 0, "queued_at": sa.column("created_at")}


def upgrade() -> None:
    """Make the tables that are missing; give the others the columns that they lack, and those their values."""
    connection = op.get_bind()
    FIRST.create_all(connection)
    there = sa.inspect(connection)
    for table in FIRST.sorted_tables:
        known = {column["name"] for column in there.get_columns(table.name)}
        for column in (column for column in table.columns if column.name not in known):
            kind = column.type.compile(connection.dialect)
            op.execute(f'ALTER TABLE "{table.name}" ADD COLUMN "{column.name}" {kind}')
    run = FIRST.tables["run"]
    for name, value in YOUNG.items():
        op.execute(sa.update(run).where(run.c[name].is_(None)).values({name: value}))
