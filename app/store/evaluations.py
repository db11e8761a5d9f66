"""Evaluations on the held-out split: one row each."""

from collections.abc import Iterable
from dataclasses import asdict

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.database.tables import EvaluationRow
from app.records import EvaluationRecord
from app.store.nonfinite import plain
from vae_core import events

TABLE = SQLModel.metadata.tables[str(EvaluationRow.__tablename__)]
FIELDS = [column for column in TABLE.columns if column.name != "run_id"]
NAMES = [column.name for column in FIELDS]
NEWEST = (  # built once: every record of a run has it
    sa.select(*FIELDS).where(TABLE.c.run_id == sa.bindparam("run")).order_by(TABLE.c.step.desc()).limit(1)
)


def append(session: Session, run_id: int, evaluation: events.Evaluation) -> None:
    """Store one evaluation; what is not finite is stored as NULL."""
    session.execute(sa.delete(TABLE).where(TABLE.c.run_id == run_id, TABLE.c.step == evaluation.step))  # of a replay
    session.execute(sa.insert(TABLE), [{"run_id": run_id, **plain(asdict(evaluation))}])


def of_run(session: Session, run_id: int) -> list[EvaluationRecord]:
    """Every evaluation of a run, oldest first."""
    query = sa.select(*FIELDS).where(TABLE.c.run_id == run_id).order_by(TABLE.c.step)
    return [EvaluationRecord(**row) for row in session.execute(query).mappings()]


def of_runs(session: Session, run_ids: Iterable[int]) -> dict[int, list[EvaluationRecord]]:
    """Every evaluation of several runs, oldest first; without their KL per dimension."""
    columns = [column for column in FIELDS if column.name != "kl_per_dim"]
    query = sa.select(TABLE.c.run_id, *columns).where(TABLE.c.run_id.in_(list(run_ids))).order_by(TABLE.c.step)
    rows: dict[int, list[EvaluationRecord]] = {run_id: [] for run_id in run_ids}
    for row in session.execute(query).mappings():
        values = dict(row)
        rows[values.pop("run_id")].append(EvaluationRecord(**values, kl_per_dim=None))
    return rows


def at_step(session: Session, run_id: int, step: int) -> EvaluationRecord:
    """The evaluation at a step that has one."""
    query = sa.select(*FIELDS).where(TABLE.c.run_id == run_id, TABLE.c.step == step)
    return EvaluationRecord(**session.execute(query).mappings().one())


def last(session: Session, run_id: int) -> EvaluationRecord | None:
    """The newest evaluation of a run, or None."""
    row = session.execute(NEWEST, {"run": run_id}).mappings().first()
    return EvaluationRecord(**row) if row else None


def last_of_runs(session: Session, run_ids: Iterable[int]) -> dict[int, EvaluationRecord]:
    """The newest evaluation of each run that has one."""
    newest = (
        sa.select(TABLE.c.run_id, sa.func.max(TABLE.c.step))
        .where(TABLE.c.run_id.in_(list(run_ids)))
        .group_by(TABLE.c.run_id)
    )
    query = sa.select(TABLE.c.run_id, *FIELDS).where(sa.tuple_(TABLE.c.run_id, TABLE.c.step).in_(newest))
    return {
        run_id: EvaluationRecord(**dict(zip(NAMES, values, strict=True))) for run_id, *values in session.execute(query)
    }
