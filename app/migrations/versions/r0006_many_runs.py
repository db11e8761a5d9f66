"""Runs say which are seeds of one configuration; tables of launches, sweeps and saved views."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database.tables import configuration
from vae_core.config.train_config import TrainConfig

revision, down_revision = "0006", "0005"

RUN = sa.table(
    "run",
    *(sa.column(name, sa.Integer) for name in ("id", "parent_id", "parent_step")),
    sa.column("config", sa.JSON),
    sa.column("configuration", sa.String),
)


def upgrade() -> None:
    """Add the column, fill it, and make the tables."""
    op.add_column("run", sa.Column("configuration", sa.String, nullable=False, server_default=""))
    connection = op.get_bind()
    for run in connection.execute(sa.select(RUN)).all():
        shared = configuration(TrainConfig.parse(run.config, stored=True), run.parent_id, run.parent_step)
        connection.execute(sa.update(RUN).where(RUN.c.id == run.id).values(configuration=shared))
    op.create_index("ix_run_configuration", "run", ["configuration"])
    op.create_table(
        "launch",
        _text("request_id", primary_key=True),
        _text("body"),
        _text("group"),
        sa.Column("created_at", sa.Float, nullable=False),
    )
    op.create_table(
        "sweep",
        sa.Column("id", sa.Integer, primary_key=True),
        _text("group", unique=True),
        _text("name"),
        _text("status", index=True),
        *(sa.Column(name, sa.JSON, nullable=False) for name in ("config", "space")),
        _text("sampler"),
        sa.Column("minimise", sa.JSON, nullable=False),
        sa.Column("trials", sa.Integer),
        sa.Column("minutes", sa.Float),
        sa.Column("seed", sa.Integer, nullable=False),
        _text("prune"),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("finished_at", sa.Float),
    )
    op.create_table(
        "trial",
        sa.Column("sweep_id", sa.Integer, sa.ForeignKey("sweep.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.Integer, sa.ForeignKey("run.id"), nullable=False, index=True),
        *(sa.Column(name, sa.JSON, nullable=False) for name in ("proposed", "known")),
        _text("state"),
        sa.Column("result", sa.JSON),
    )
    op.create_table(
        "view",
        sa.Column("id", sa.Integer, primary_key=True),
        *map(_text, ("name", "note", "address")),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("deleted_at", sa.Float),
    )


def _text(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.String, nullable=False, **options)
