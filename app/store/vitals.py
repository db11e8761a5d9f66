"""How training itself fared at sampled steps: one row each, some five hundred in a run, read back as columns."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.database.tables import Vital
from app.store.nonfinite import plain
from vae_core.events import Vitals

TABLE = SQLModel.metadata.tables[str(Vital.__tablename__)]
FIELDS = ("step", "grad_norm", "learning_rate", "memory")

RUN, LOW, HIGH = (sa.bindparam(name, type_=sa.Integer) for name in ("run", "low", "high"))
OF_RUN, BETWEEN = TABLE.c.run_id == RUN, TABLE.c.step.between(LOW, HIGH)
DELETE = sa.delete(TABLE).where(OF_RUN, BETWEEN)  # all are built once: flushes and streams compile nothing
INSERT = sa.insert(TABLE)
ALL = sa.select(*TABLE.c[FIELDS]).where(OF_RUN).order_by(TABLE.c.step)
SOME = ALL.where(BETWEEN)


def append(session: Session, run_id: int, vitals: Vitals) -> None:
    """Store the vitals of N steps in place of those between them, which were of a replay.

    A gradient norm that is not finite is stored as NULL.
    """
    columns = plain(vars(vitals))
    rows = [{"run_id": run_id, **dict(zip(columns, row, strict=True))} for row in zip(*columns.values(), strict=True)]
    connection = session.connection()
    connection.execute(DELETE, {"run": run_id, "low": columns["step"][0], "high": columns["step"][-1]})
    connection.execute(INSERT, rows)


def all(session: Session, run_id: int) -> dict[str, list[Any]]:
    """The vitals of a run as the columns `FIELDS`; a gradient norm that was not finite is None."""
    return _columns(session, ALL, {"run": run_id})


def between(session: Session, run_id: int, first: int, last: int) -> dict[str, list[Any]]:
    """Those of the steps first..last."""
    return _columns(session, SOME, {"run": run_id, "low": first, "high": last})


def exist(session: Session, run_id: int) -> bool:
    """Whether a run has any."""
    return session.scalar(ALL.limit(1), {"run": run_id}) is not None


def _columns(session: Session, query: sa.Select[Any], wanted: dict[str, int]) -> dict[str, list[Any]]:
    rows = session.execute(query, wanted).all()
    return {name: [row[place] for row in rows] for place, name in enumerate(FIELDS)}
