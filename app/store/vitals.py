"""How training itself fared at sampled steps: one row each, some five hundred in a run, read back as columns."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.database.tables import VitalRow
from app.records import VitalsColumns
from app.store.nonfinite import plain
from vae_core import events

TABLE = SQLModel.metadata.tables[str(VitalRow.__tablename__)]
FIELDS = ("step", "grad_norm", "learning_rate", "memory")

RUN, LOW, HIGH = (sa.bindparam(name, type_=sa.Integer) for name in ("run", "low", "high"))
OF_RUN, BETWEEN = TABLE.c.run_id == RUN, TABLE.c.step.between(LOW, HIGH)
DELETE = sa.delete(TABLE).where(OF_RUN, BETWEEN)  # all are built once: flushes and streams compile nothing
INSERT = sa.insert(TABLE)
ALL = sa.select(*TABLE.c[FIELDS]).where(OF_RUN).order_by(TABLE.c.step)
SOME = ALL.where(BETWEEN)


def append(session: Session, run_id: int, vitals: events.Vitals) -> None:
    """Store the vitals of N steps in place of those between them, which were of a replay.

    A gradient norm that is not finite is stored as NULL.
    """
    columns = plain(vars(vitals))
    rows = [{"run_id": run_id, **dict(zip(columns, row, strict=True))} for row in zip(*columns.values(), strict=True)]
    connection = session.connection()
    connection.execute(DELETE, {"run": run_id, "low": columns["step"][0], "high": columns["step"][-1]})
    connection.execute(INSERT, rows)


def of_run(session: Session, run_id: int) -> VitalsColumns:
    """The vitals of a run; a gradient norm that was not finite is None."""
    return _read(session, ALL, {"run": run_id})


def between(session: Session, run_id: int, first: int, last: int) -> VitalsColumns:
    """Those of the steps first..last."""
    return _read(session, SOME, {"run": run_id, "low": first, "high": last})


def exist(session: Session, run_id: int) -> bool:
    """Whether a run has any."""
    return session.scalar(ALL.limit(1), {"run": run_id}) is not None


def _read(session: Session, query: sa.Select[Any], parameters: dict[str, int]) -> VitalsColumns:
    rows = session.execute(query, parameters).all()
    return VitalsColumns(
        run=parameters["run"], **{name: [row[place] for row in rows] for place, name in enumerate(FIELDS)}
    )
