"""Summaries hold the numbers that lists are sorted by in columns of their own."""

import sqlalchemy as sa
from alembic import op

from app.store.summaries import objective

revision, down_revision = "0010", "0009"

SUMMARY = sa.table(
    "summary",
    sa.column("run_id", sa.Integer),
    sa.column("terms", sa.JSON),
    *(sa.column(name, sa.Float) for name in ("latest", "best")),
)


def upgrade() -> None:
    """Add the columns and fill them."""
    connection = op.get_bind()
    known = {column["name"] for column in sa.inspect(connection).get_columns("summary")}
    for name in ("latest", "best"):
        if name not in known:  # a database from before revision 0002 has them since then
            op.add_column("summary", sa.Column(name, sa.Float))
    for run, terms in connection.execute(sa.select(*SUMMARY.c["run_id", "terms"])).all():
        values = {"latest": objective(terms, "last", "last"), "best": objective(terms, "max", "min")}
        connection.execute(sa.update(SUMMARY).where(SUMMARY.c.run_id == run).values(values))
