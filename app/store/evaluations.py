"""Evaluations on the held-out split: one row each, read back as plain dictionaries."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.database.tables import Evaluation
from app.store.nonfinite import plain
from vae_core import events

TABLE = SQLModel.metadata.tables[str(Evaluation.__tablename__)]
FIELDS = [column for column in TABLE.columns if column.name != "run_id"]


def append(session: Session, run_id: int, evaluation: events.Evaluation) -> None:
    """Store one evaluation; what is not finite is stored as NULL."""
    session.execute(sa.delete(TABLE).where(TABLE.c.run_id == run_id, TABLE.c.step == evaluation.step))  # of a replay
    session.execute(sa.insert(TABLE), [{"run_id": run_id, **plain(asdict(evaluation))}])


def all(session: Session, run_id: int) -> list[dict[str, Any]]:
    """Every evaluation of a run, oldest first."""
    query = sa.select(*FIELDS).where(TABLE.c.run_id == run_id).order_by(TABLE.c.step)
    return [dict(row) for row in session.execute(query).mappings()]


def at(session: Session, run_id: int, step: int) -> dict[str, Any]:
    """The evaluation at a step that has one."""
    query = sa.select(*FIELDS).where(TABLE.c.run_id == run_id, TABLE.c.step == step)
    return dict(session.execute(query).mappings().one())


def last(session: Session, run_id: int) -> dict[str, Any] | None:
    """The newest evaluation of a run, or None."""
    return last_of(session, [run_id]).get(run_id)


def last_of(session: Session, run_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The newest evaluation of each run that has one."""
    newest = (
        sa.select(TABLE.c.run_id, sa.func.max(TABLE.c.step))
        .where(TABLE.c.run_id.in_(list(run_ids)))
        .group_by(TABLE.c.run_id)
    )
    query = sa.select(TABLE.c.run_id, *FIELDS).where(sa.tuple_(TABLE.c.run_id, TABLE.c.step).in_(newest))
    rows = session.execute(query).mappings().all()
    return {row["run_id"]: {name: value for name, value in row.items() if name != "run_id"} for row in rows}
