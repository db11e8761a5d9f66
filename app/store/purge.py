"""Forgetting for good: runs that were deleted long ago, pictures that no run shows, events that no reader would get."""

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.database.tables import RunRow
from app.store import events, pictures, sweeps

TABLES = SQLModel.metadata.tables
RUN = TABLES[str(RunRow.__tablename__)]
OF_RUNS = [
    table
    for table in reversed(SQLModel.metadata.sorted_tables)
    if "run_id" in table.c and table is not sweeps.TRIAL  # results of trials stay
]


def runs(session: Session, deleted_before: float) -> list[int]:
    """Take every row away of the runs that were deleted before a time; returns their numbers.

    Kept are the parents of runs that stay, and the newest run, so that its number is not given to another.
    """
    newest = session.scalar(sa.select(sa.func.max(RUN.c.id)))
    old = sa.select(RUN.c.id).where(RUN.c.deleted_at < deleted_before, RUN.c.id != newest)
    gone = set(session.scalars(old))
    while parents := _parents_of_others(session, gone):
        gone -= parents
    if gone:
        events.append(session, newest or 0, "run")  # what is taken away is then not the newest of the log
        sweeps.forget_runs(session, gone)
        for table in OF_RUNS:
            session.execute(sa.delete(table).where(table.c.run_id.in_(gone)))
        session.execute(sa.delete(RUN).where(RUN.c.id.in_(gone)))
        session.execute(sa.delete(pictures.FILE).where(pictures.FILE.c.hash.not_in(sa.select(pictures.PICTURE.c.hash))))
    return sorted(gone)


def _parents_of_others(session: Session, runs: set[int]) -> set[int]:
    """Those among the runs that others began from."""
    return set(session.scalars(sa.select(RUN.c.parent_id).where(RUN.c.parent_id.in_(runs), RUN.c.id.not_in(runs))))


def log(session: Session, keep: int) -> None:
    """Take all but the newest events away."""
    session.execute(sa.delete(events.TABLE).where(events.TABLE.c.id <= events.newest_id(session) - keep))
