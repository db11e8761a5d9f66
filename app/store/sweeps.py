"""Sweeps and their trials: what is tried, in which run, and what came of it.

A trial is stored in the transaction that queues its run, under the next number of its sweep; its result is written
once, where there is none. So a sweep can be carried on by whoever reads it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.database.tables import OPEN, EvaluationRow, RunRow, SweepRow, TrialRow
from app.errors import NotFound
from app.records import Run, Sweep, SweepSpecification, Trial, TrialCourse, TrialState
from app.store import runs
from app.store.run_records import iso, record
from vae_core.config.train_config import TrainConfig

SWEEP, TRIAL, RUN, EVALUATION = (
    SQLModel.metadata.tables[str(model.__tablename__)] for model in (SweepRow, TrialRow, RunRow, EvaluationRow)
)
UNDER_WAY = sa.select(SWEEP.c.id).where(
    (SWEEP.c.status == "running") | SWEEP.c.id.in_(sa.select(TRIAL.c.sweep_id).where(OPEN))
)  # built once: the scheduler asks twice a second
QUANTITIES: dict[str, Any] = dict(EVALUATION.c) | {"negative_elbo": -EVALUATION.c.elbo}


def create(
    session: Session,
    specification: SweepSpecification,
    *,
    group: str | None = None,
    name: str | None = None,
    preset: str | None = None,
    trials: int | None = None,
    minutes: float | None = None,
) -> Sweep:
    """A running sweep that may make so many trials, or train for so many minutes in all, under a friendly name if none
    is given.
    """
    row = SweepRow(
        name=(name or "").strip() or runs.friendly_name(),
        group=group or runs.new_group(),
        preset=preset,
        specification=specification.model_dump(mode="json", include=set(SweepSpecification.model_fields)),
        trials=trials,
        minutes=minutes,
    )
    session.add(row)
    session.flush()
    return _records(session, [row])[0]


def get_row(session: Session, sweep_id: int) -> SweepRow:
    """The row of a sweep. Raises `NotFound`."""
    row = session.get(SweepRow, sweep_id)
    if row is None:
        raise NotFound(f"There is no sweep {sweep_id}.")
    return row


def get(session: Session, sweep_id: int) -> Sweep:
    """One sweep. Raises `NotFound`."""
    return _records(session, [get_row(session, sweep_id)])[0]


def of_group(session: Session, group: str) -> Sweep | None:
    """The sweep whose runs have this mark."""
    row = session.exec(select(SweepRow).where(SweepRow.group == group)).first()
    return _records(session, [row])[0] if row else None


def newest_first(session: Session) -> list[Sweep]:
    """Every sweep."""
    return _records(session, session.exec(select(SweepRow).order_by(col(SweepRow.id).desc())).all())


def under_way(session: Session) -> list[Sweep]:
    """The sweeps that run, and those whose last trials have yet to end, oldest first."""
    if not (ids := session.scalars(UNDER_WAY).all()):
        return []
    rows = session.exec(select(SweepRow).where(col(SweepRow.id).in_(ids)).order_by(col(SweepRow.id)))
    return _records(session, rows.all())


def trials_of(session: Session, sweep_id: int) -> list[Trial]:
    """The trials of a sweep, in the order of their numbers."""
    return trials_of_each(session, [sweep_id])[sweep_id]


def trials_of_each(session: Session, sweep_ids: Sequence[int]) -> dict[int, list[Trial]]:
    """The trials of some sweeps, in the order of their numbers, by sweep."""
    trials: dict[int, list[Trial]] = {sweep_id: [] for sweep_id in sweep_ids}
    query = select(TrialRow).where(col(TrialRow.sweep_id).in_(sweep_ids)).order_by(col(TrialRow.number))
    for row in session.exec(query):
        trials[row.sweep_id].append(_trial(row))
    return trials


def open_trials(session: Session, sweep_id: int) -> list[tuple[TrialRow, Run]]:
    """The trials of a sweep that have no result yet, each with its run, also one that was deleted."""
    query = sa.select(TrialRow, RunRow).join(RunRow, col(RunRow.id) == col(TrialRow.run_id))
    query = query.where(TRIAL.c.sweep_id == sweep_id, OPEN).order_by(TRIAL.c.number)
    return [(trial, record(session, run)) for trial, run in session.execute(query)]


def seconds_of_training(session: Session, sweep_id: int) -> float:
    """Over all runs of a sweep that are still there."""
    return seconds_of_each(session, [sweep_id])[sweep_id]


def seconds_of_each(session: Session, sweep_ids: Sequence[int]) -> dict[int, float]:
    """Seconds of training over all runs that are still there, by sweep."""
    trained = sa.select(TRIAL.c.sweep_id, sa.func.sum(RUN.c.seconds)).join(RUN, TRIAL.c.run_id == RUN.c.id)
    summed = session.execute(trained.where(TRIAL.c.sweep_id.in_(sweep_ids)).group_by(TRIAL.c.sweep_id))
    return dict.fromkeys(sweep_ids, 0.0) | {sweep_id: seconds or 0.0 for sweep_id, seconds in summed}


def add_trial(
    session: Session, sweep: Sweep, number: int, params: Mapping[str, Any], pending: Sequence[int]
) -> Run | None:
    """Queue the run of trial `number`, proposed while those of `pending` ran.

    None, and nothing is stored, where the sweep no longer runs or the number is not its next.
    """
    row = get_row(session, sweep.id)
    newest = session.scalar(sa.select(sa.func.max(TRIAL.c.number)).where(TRIAL.c.sweep_id == sweep.id)) or 0
    if row.status != "running" or number != newest + 1:
        return None
    config = TrainConfig.parse({**sweep.config, **params})
    run = runs.create(session, config, name=f"{row.name} #{number}", preset=row.preset, group=row.group)
    session.add(TrialRow(sweep_id=row.id, number=number, run_id=run.id, params=dict(params), pending=list(pending)))
    return run


def note_result(
    session: Session, trial: TrialRow, state: TrialState, values: list[float] | None = None, step: int | None = None
) -> bool:
    """Write the result of a trial; False, and nothing is changed, where it has one."""
    its = sa.update(TRIAL).where(TRIAL.c.sweep_id == trial.sweep_id, TRIAL.c.number == trial.number, OPEN)
    change = its.values(state=state, values=values, step=step, held=False).returning(TRIAL.c.number)
    return session.scalar(change) is not None


def courses(session: Session, sweep_id: int, quantity: str) -> list[TrialCourse]:
    """How a held-out quantity went in each trial that was evaluated after some step."""
    query = (
        sa.select(TRIAL.c.number, RUN.c.total_steps, EVALUATION.c.step, QUANTITIES[quantity])
        .join(RUN, RUN.c.id == TRIAL.c.run_id)
        .join(EVALUATION, EVALUATION.c.run_id == RUN.c.id)
        .where(TRIAL.c.sweep_id == sweep_id, EVALUATION.c.step > 0)
        .order_by(TRIAL.c.number, EVALUATION.c.step)
    )
    columns: dict[tuple[int, int], tuple[list[int], list[float | None]]] = {}
    for number, total_steps, step, measured in session.execute(query):
        steps, values = columns.setdefault((number, total_steps), ([], []))
        steps.append(step)
        values.append(measured)
    return [
        TrialCourse(number=number, total_steps=total_steps, step=steps, value=values)
        for (number, total_steps), (steps, values) in columns.items()
    ]


def end(session: Session, sweep_id: int, status: str, error: str | None = None) -> None:
    """End a sweep that runs; one that people have paused or stopped stays so."""
    its = sa.update(SWEEP).where(SWEEP.c.id == sweep_id, SWEEP.c.status == "running")
    session.execute(its.values(status=status, error=error))


def forget_runs(session: Session, run_ids: set[int]) -> None:
    """Let trials keep their results when their runs are purged, and sweeps that have ended go with their last run."""
    its = sa.update(TRIAL).where(TRIAL.c.run_id.in_(run_ids))
    session.execute(its.where(OPEN).values(state="failed"))
    session.execute(its.values(run_id=None))
    there = sa.select(TRIAL.c.sweep_id).where(TRIAL.c.run_id.is_not(None))
    tried = sa.select(TRIAL.c.sweep_id)
    ended = SWEEP.c.status.in_(["stopped", "finished"])
    gone = list(session.scalars(sa.select(SWEEP.c.id).where(ended, SWEEP.c.id.in_(tried), SWEEP.c.id.not_in(there))))
    session.execute(sa.delete(TRIAL).where(TRIAL.c.sweep_id.in_(gone)))
    session.execute(sa.delete(SWEEP).where(SWEEP.c.id.in_(gone)))


def _trial(row: TrialRow) -> Trial:
    return Trial.model_validate({"run": row.run_id, **row.model_dump(exclude={"sweep_id", "run_id", "held"})})


def _records(session: Session, rows: Sequence[SweepRow]) -> list[Sweep]:
    counted = sa.select(TRIAL.c.sweep_id, TRIAL.c.state, sa.func.count()).group_by(TRIAL.c.sweep_id, TRIAL.c.state)
    counts: dict[int, dict[str, int]] = {}
    for sweep_id, state, count in session.execute(counted.where(TRIAL.c.sweep_id.in_([row.id for row in rows]))):
        counts.setdefault(sweep_id, {})[state] = count
    return [
        Sweep.model_validate(
            row.specification
            | row.model_dump(exclude={"specification"})
            | {"created_at": iso(row.created_at), "counts": counts.get(row.id, {})}
        )
        for row in rows
    ]
