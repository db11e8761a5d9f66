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

from app.database.tables import Run, now
from app.errors import Conflict
from app.run_rules import EXTENDS, GOES_ON
from app.store import runs
from vae_core.config.train_config import TrainConfig


def stop(session: Session, run_id: int) -> Run:
    """Finish the step, save and end; asked again, end at once. Raises `NotFound`, `Conflict` when it has ended."""
    run = runs.get(session, run_id)
    if run.status not in {"queued", "running", "paused"}:
        raise Conflict(f"Run {run_id} has already ended: it is {run.status}.")
    if run.status == "running":
        run.requested = "kill" if run.requested in {"stop", "kill"} else "stop"
    else:
        run.status, run.requested, run.finished_at = "stopped", "stop", now()
    return runs.stored(session, run)


def pause(session: Session, run_id: int) -> Run:
    """Finish the step, save and wait for `resume`. Raises `NotFound`, `Conflict` for a run that does not run."""
    run = runs.get(session, run_id)
    if run.status != "running":
        why = "it has not begun: stop it to take it from the queue" if run.status == "queued" else "it does not run"
        raise Conflict(f"Run {run_id} is {run.status}, so it cannot pause: {why}.")
    if run.requested == "run":
        run.requested = "pause"
    return runs.stored(session, run)


def resume(session: Session, run_id: int) -> Run:
    """Queue a run that did not finish; it goes on after its last checkpoint. Raises `NotFound`, `Conflict`."""
    run = runs.get(session, run_id)
    if run.status not in GOES_ON:
        raise Conflict(f"Run {run_id} is {run.status}, so it cannot resume: {_WHY_NOT[run.status]}.")
    return _queued(session, run)


_WHY_NOT = {
    "queued": "it waits for its turn already",
    "running": "it runs already",
    "finished": "it has done all its steps; extend it to train on",
    "diverged": "it would diverge again at the same step; fork it with another learning rate or likelihood",
}


def extend(session: Session, run_id: int, *, epochs: int | None = None, max_steps: int | None = None) -> Run:
    """Give a run more epochs or steps and queue it. Raises `NotFound`, `Conflict`, `RefusedConfig`."""
    run = runs.get(session, run_id)
    if run.status not in EXTENDS:
        raise Conflict(
            f"Run {run_id} is {run.status}, so it cannot be extended: it must be paused, stopped or finished."
        )
    length = {"epochs": epochs, "max_steps": max_steps}
    config = TrainConfig.parse({**run.config, **length}, stored=True)
    if config.total_steps <= run.step:
        raise Conflict(f"Run {run_id} has done {run.step} steps: {config.total_steps} are no more than that.")
    run.config, run.total_steps = config.to_dict(), config.total_steps
    return _queued(session, run)


def clone(session: Session, run_id: int, changes: Mapping[str, Any], *, name: str | None = None) -> Run:
    """A new run with a run's settings, but for the changes. Raises `NotFound`, `RefusedConfig`."""
    parent = runs.get(session, run_id, deleted_too=True)
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
    parent = runs.get(session, run_id)
    if not parent.step:
        raise Conflict(f"Run {run_id} has not trained yet, so there is nothing to fork.")
    config = TrainConfig.parse({**parent.config, **changes})
    child = runs.create(
        session, config, name=name or f"{parent.name} fork", tags=parent.tags, group=group or parent.group
    )
    child.parent_id, child.parent_step = parent.id, step
    return runs.stored(session, child)


def _queued(session: Session, run: Run) -> Run:
    run.status, run.requested, run.error, run.finished_at, run.queued_at = "queued", "run", None, None, now()
    run.deaths = 0
    return runs.stored(session, run)
