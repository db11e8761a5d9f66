"""Sweeps, and their trials, each of which is a run."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0009", "0008"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "sweep",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("group", sa.String, nullable=False),
        sa.Column("preset", sa.String),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("error", sa.String),
        sa.Column("specification", sa.JSON, nullable=False),
        sa.Column("trials", sa.Integer),
        sa.Column("minutes", sa.Float),
        sa.Column("created_at", sa.Float, nullable=False),
    )
    op.create_index("ix_sweep_status", "sweep", ["status"])
    op.create_table(
        "trial",
        sa.Column("sweep_id", sa.Integer, sa.ForeignKey("sweep.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.Integer, sa.ForeignKey("run.id")),
        sa.Column("params", sa.JSON, nullable=False),
        sa.Column("pending", sa.JSON, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("values", sa.JSON),
        sa.Column("step", sa.Integer),
        sa.Column("held", sa.Boolean, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_trial_run_id", "trial", ["run_id"])
    open_trial = sa.text("state = 'running'")
    op.create_index("ix_trial_open", "trial", ["sweep_id"], sqlite_where=open_trial, postgresql_where=open_trial)
