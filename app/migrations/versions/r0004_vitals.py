"""How training itself fared at sampled steps. Older runs have none."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "vital",
        sa.Column("run_id", sa.Integer, sa.ForeignKey("run.id"), primary_key=True),
        sa.Column("step", sa.Integer, primary_key=True),
        sa.Column("grad_norm", sa.Float),
        sa.Column("learning_rate", sa.Float, nullable=False),
        sa.Column("memory", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
