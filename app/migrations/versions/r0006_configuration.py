"""Runs say which are seeds of one configuration."""

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
    """Add the column and fill it."""
    op.add_column("run", sa.Column("configuration", sa.String, nullable=False, server_default=""))
    connection = op.get_bind()
    for run in connection.execute(sa.select(RUN)).all():
        shared = configuration(TrainConfig.parse(run.config, stored=True), run.parent_id, run.parent_step)
        connection.execute(sa.update(RUN).where(RUN.c.id == run.id).values(configuration=shared))
    op.create_index("ix_run_configuration", "run", ["configuration"])
