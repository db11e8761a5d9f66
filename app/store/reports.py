"""The closing examination of a run's model: one row, read back as its record."""

from collections.abc import Iterable
from dataclasses import asdict

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlmodel import Session, SQLModel

from app.database.tables import ReportRow
from app.store.nonfinite import plain
from vae_core import report

STORED = TypeAdapter(report.Report)
TABLE = SQLModel.metadata.tables[str(ReportRow.__tablename__)]


def append(session: Session, run_id: int, examined: report.Report) -> None:
    """Store the report of a run; what is not finite is stored as null."""
    row = {"run_id": run_id, "step": examined.step, "findings": plain(asdict(examined))}
    session.execute(sa.delete(TABLE).where(TABLE.c.run_id == run_id))  # of a run that was extended
    session.execute(sa.insert(TABLE), [row])


def last(session: Session, run_id: int) -> report.Report | None:
    """The report of a run, or None."""
    return last_of(session, [run_id]).get(run_id)


def last_of(session: Session, run_ids: Iterable[int]) -> dict[int, report.Report]:
    """The report of each run that has one."""
    query = sa.select(TABLE.c.run_id, TABLE.c.findings).where(TABLE.c.run_id.in_(list(run_ids)))
    return {run_id: STORED.validate_python(findings) for run_id, findings in session.execute(query)}
