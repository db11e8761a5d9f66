"""What people may ask of a run, in which state, and what follows. Every request answers at once.

A running run's process reads `requested` with its next flush, a tenth of a second later at most; one that has yet to
begin is ended by the scheduler.

    queued  --stop--> stopped                 paused, stopped, interrupted, failed --resume--> queued
    running --pause-> paused (saved)          finished, stopped, paused            --extend--> queued, with more steps
    running --stop--> stopped (saved); a second stop kills the process
"""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from app.database.tables import RunRow, now
from app.errors import Conflict
from app.records import Run
from app.run_rules import EXTENDS, GOES_ON
from app.store import runs
from vae_core.config.train_config import TrainConfig


def stop(session: Session, run_id: int) -> Run:
    """Finish the step, save and end; asked again, end at once. Raises `NotFound`, `Conflict` when it has ended."""
    row = runs.get_row(session, run_id)
    if row.status not in {"queued", "running", "paused"}:
        raise Conflict(f"Run {run_id} has already ended: it is {row.status}.")
    if row.status == "running":
        row.requested = "kill" if row.requested in {"stop", "kill"} else "stop"
    else:
        row.status, row.requested, row.finished_at = "stopped", "stop", now()
    return runs.store(session, row)


def pause(session: Session, run_id: int) -> Run:
    """Finish the step, save and wait for `resume`. Raises `NotFound`, `Conflict` for a run that does not run."""
    row = runs.get_row(session, run_id)
    if row.status != "running":
        why = "it has not begun: stop it to take it from the queue" if row.status == "queued" else "it does not run"
        raise Conflict(f"Run {run_id} is {row.status}, so it cannot pause: {why}.")
    if row.requested == "run":
        row.requested = "pause"
    return runs.store(session, row)


def resume(session: Session, run_id: int) -> Run:
    """Queue a run that did not finish; it goes on after its last checkpoint. Raises `NotFound`, `Conflict`."""
    row = runs.get_row(session, run_id)
    if row.status not in GOES_ON:
        raise Conflict(f"Run {run_id} is {row.status}, so it cannot resume: {_WHY_NOT[row.status]}.")
    return _queue(session, row)


_WHY_NOT = {
    "queued": "it waits for its turn already",
    "running": "it runs already",
    "finished": "it has done all its steps; extend it to train on",
    "diverged": "it would diverge again at the same step; fork it with another learning rate or likelihood",
}


def extend(session: Session, run_id: int, *, epochs: int | None = None, max_steps: int | None = None) -> Run:
    """Give a run more epochs or steps and queue it. Raises `NotFound`, `Conflict`, `RefusedConfig`."""
    row = runs.get_row(session, run_id)
    if row.status not in EXTENDS:
        raise Conflict(
            f"Run {run_id} is {row.status}, so it cannot be extended: it must be paused, stopped or finished."
        )
    length = {"epochs": epochs, "max_steps": max_steps}
    config = TrainConfig.parse({**row.config, **length}, stored=True)
    if config.total_steps <= row.step:
        raise Conflict(f"Run {run_id} has done {row.step} steps: {config.total_steps} are no more than that.")
    row.configure(config)
    return _queue(session, row)


def clone(session: Session, run_id: int, changes: Mapping[str, Any], *, name: str | None = None) -> Run:
    """A new run with a run's settings, except for the changes. Raises `NotFound`, `RefusedConfig`."""
    parent = runs.get_row(session, run_id, deleted_too=True)
    config = TrainConfig.parse({**parent.config, **changes})
    return runs.create(session, config, name=name or parent.name, tags=parent.tags)


def fork(
    session: Session,
    run_id: int,
    changes: Mapping[str, Any],
    *,
    step: int | None = None,
    name: str | None = None,
    group: str | None = None,
) -> Run:
    """A new run that begins with the weights of a run's checkpoint, under another loss or schedule.

    Of the newest checkpoint, or that of `step`; in its parent's group, or another. Raises `NotFound`,
    `RefusedConfig`, `Conflict` for a run that never trained.
    """
    parent = runs.get_row(session, run_id)
    if not parent.step:
        raise Conflict(f"Run {run_id} has not trained yet, so there is nothing to fork.")
    config = TrainConfig.parse({**parent.config, **changes})
    return runs.create(
        session,
        config,
        name=name or f"{parent.name} fork",
        tags=parent.tags,
        group=group or parent.group,
        parent_id=parent.id,
        parent_step=step,
    )


def _queue(session: Session, row: RunRow) -> Run:
    row.status, row.requested, row.error, row.finished_at, row.queued_at = "queued", "run", None, None, now()
    row.deaths = 0
    return runs.store(session, row)
