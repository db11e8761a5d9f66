"""Runs that ended without training: their numbers are ours, and no server takes them up."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from app.database.tables import RunRow
from app.store import attempts, evaluations, events, purge, runs, steps
from vae_core.config.train_config import TrainConfig
from vae_core.events import Evaluation, StepTerms


def insert(
    session: Session,
    config: TrainConfig,
    *,
    name: str,
    blocks: Iterable[StepTerms] = (),
    evaluated: Iterable[Evaluation] = (),
    status: str = "finished",
    error: str | None = None,
) -> int:
    """The number of a run with these steps and evaluations, that ended in this status."""
    run = attempts.claim(session, runs.create(session, config, name=name).id)
    for block in blocks:
        if not len(block.step):
            continue
        steps.append(session, run.id, block)
        reached = {"step": int(block.step[-1]), "epoch": float(block.epoch[-1]), "seconds": float(block.seconds[-1])}
        assert attempts.heartbeat(session, run.id, run.attempt, **reached) == "run"
    for evaluation in evaluated:
        evaluations.append(session, run.id, evaluation)
    assert attempts.end(session, run.id, run.attempt, status, error)
    return run.id


def copy(session: Session, run_id: int, *, name: str, **changes: Any) -> int:
    """The number of a run with all that an ended one has: its steps, evaluations, pictures, report and scores."""
    model = runs.get_row(session, run_id)
    row = RunRow(**model.model_dump(exclude={"id"}) | {"name": name})
    row.configure(replace(model.train_config, **changes))
    runs.store(session, row)
    for table in purge.OF_RUNS:
        if table is not events.TABLE:
            its = sa.select(*(sa.literal(row.id) if one.name == "run_id" else one for one in table.c))
            session.execute(sa.insert(table).from_select(list(table.c.keys()), its.where(table.c.run_id == run_id)))
    return row.id
