"""Lists and comparisons are saved under a name."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0008", "0006"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "view",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("address", sa.String, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
    )
