"""The log that readers follow by its id: appended in the transaction that stores what it announces.

SQLite lets in one writer at a time, so ids appear in the order of the commits and a reader that has seen an id
has seen every smaller one.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.database.tables import EventRow

TABLE = SQLModel.metadata.tables[str(EventRow.__tablename__)]
NEWEST = sa.select(sa.func.max(TABLE.c.id))  # built once: a watched server asks ten times a second
INSERT = sa.insert(TABLE)
MAX_STEPS = 2000  # of one `points` row, so that no message grows without bound


def append(session: Session, run_id: int, kind: str, first: int = 0, last: int = 0) -> None:
    """Announce a change: kind `run`, `points` or `vitals` (steps first..last), `evaluation`, `picture` (at `last`)."""
    row = {"run_id": run_id, "kind": kind, "first": first, "last": last}
    session.connection().execute(INSERT, row)


def append_points(session: Session, run_id: int, first: int, last: int) -> None:
    """Announce the steps first..last, at most `MAX_STEPS` in a row."""
    for start in range(first, last + 1, MAX_STEPS):
        append(session, run_id, "points", start, min(start + MAX_STEPS - 1, last))


def newest_id(session: Session) -> int:
    """The newest event's id; 0 when there is none."""
    return session.scalar(NEWEST) or 0


def after(session: Session, id: int, limit: int) -> Sequence[EventRow]:
    """At most `limit` events that follow `id`, oldest first."""
    following = select(EventRow).where(col(EventRow.id) > id).order_by(col(EventRow.id)).limit(limit)
    return session.exec(following).all()
