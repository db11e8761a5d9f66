"""The column of what people ask of a run is called `requested`."""

from alembic import op

revision, down_revision = "0005", "0004"


def upgrade() -> None:
    """Rename the column."""
    op.execute("ALTER TABLE run RENAME COLUMN want TO requested")
