"""Lists and comparisons are saved under a name, and runs say in which units of measure their numbers are."""

import sqlalchemy as sa
from alembic import op

from app.text.quantities import unit_key
from vae_core.config.train_config import TrainConfig

revision, down_revision = "0008", "0007"

RUN = sa.table("run", sa.column("id", sa.Integer), sa.column("config", sa.JSON), sa.column("unit_key", sa.String))


def upgrade() -> None:
    """Make the table, and add the column and fill it."""
    op.create_table(
        "view",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("address", sa.String, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
    )
    op.add_column("run", sa.Column("unit_key", sa.String, nullable=False, server_default=""))
    connection = op.get_bind()
    for run in connection.execute(sa.select(RUN.c.id, RUN.c.config)).all():
        key = unit_key(TrainConfig.parse(run.config, stored=True))
        connection.execute(sa.update(RUN).where(RUN.c.id == run.id).values(unit_key=key))
