"""A request to launch runs that is sent again launches none. Groups of older runs keep their marks."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0007", "0006"

RUN = sa.table("run", sa.column("group", sa.String), sa.column("created_at", sa.Float))


def upgrade() -> None:
    """Make the table, with the groups that there are."""
    launch = op.create_table(
        "launch",
        sa.Column("group", sa.String, primary_key=True),
        sa.Column("created_at", sa.Float, nullable=False),
    )
    known = sa.select(RUN.c.group, sa.func.min(RUN.c.created_at)).where(RUN.c.group.is_not(None)).group_by(RUN.c.group)
    op.execute(sa.insert(launch).from_select(["group", "created_at"], known))
