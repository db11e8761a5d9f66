"""The JSON API of sweeps: parse, one call, answer."""

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from app.jobs.queue import start_sweep
from app.records import Record, Sweep, Trial
from app.store import sweep_control, sweeps
from app.sweeps.objectives import best
from app.sweeps.request import Minutes, SweepRequest, Trials
from app.web.dependencies import DatabaseDep, SchedulerDep
from app.web.parameters import SweepId
from app.web.refusals import CHANGE, refusals
from app.web.security import require_user

router = APIRouter(prefix="/api/sweeps", dependencies=[Depends(require_user)], tags=["sweeps"])

Action = Literal["pause", "resume", "stop"]
ACTIONS: dict[str, Callable[[Session, int], Sweep]] = {
    "pause": sweep_control.pause,
    "resume": sweep_control.resume,
    "stop": sweep_control.stop,
}


class Sweeps(Record):
    """Every sweep."""

    sweeps: list[Sweep]
    """Newest first."""


class SweepWithTrials(Sweep):
    """A sweep and what came of it so far."""

    results: list[Trial]
    """Every trial, in the order of their numbers."""
    best: list[int]
    """The numbers of the trials that ended and that no other beats: of two objectives, the frontier."""


class Budget(BaseModel):
    """How far a sweep may go, in all; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    trials: Trials | None = None
    """How many runs it may make."""
    minutes: Minutes | None = None
    """Minutes of training, over all runs, after which no other begins."""


@router.post("", status_code=201, responses=refusals(422, *CHANGE))
def create_sweep(database: DatabaseDep, scheduler: SchedulerDep, request: SweepRequest) -> Sweep:
    """Start a sweep: runs with some fields varied, one after the other, as many at once as there are slots."""
    sweep = start_sweep(database, request)
    scheduler.wake()
    return sweep


@router.get("", responses=refusals())
def list_sweeps(database: DatabaseDep) -> Sweeps:
    """Every sweep, with how many trials it has in each state."""
    with database.read() as session:
        return Sweeps(sweeps=sweeps.newest_first(session))


@router.get("/{sweep_id}", responses=refusals(404, 422))
def read_sweep(database: DatabaseDep, sweep_id: SweepId) -> SweepWithTrials:
    """One sweep with its trials, and which of them are the best."""
    with database.read() as session:
        sweep, trials = sweeps.get(session, sweep_id), sweeps.trials_of(session, sweep_id)
    return SweepWithTrials(**sweep.model_dump(), results=trials, best=best(trials))


@router.post("/{sweep_id}/extend", responses=refusals(404, 409, 422, *CHANGE))
def extend_sweep(
    database: DatabaseDep, scheduler: SchedulerDep, sweep_id: SweepId, budget: Annotated[Budget, Body()]
) -> Sweep:
    """More trials, or minutes; a sweep that was stopped or has finished goes on."""
    return change_sweep(
        database, scheduler, lambda session: sweep_control.extend(session, sweep_id, **budget.model_dump())
    )


@router.post("/{sweep_id}/{action}", responses=refusals(404, 409, 422, *CHANGE))
def act_on_sweep(database: DatabaseDep, scheduler: SchedulerDep, sweep_id: SweepId, action: Action) -> Sweep:
    """Pause with its runs, go on, or stop with its runs. 409 where the state forbids it."""
    return change_sweep(database, scheduler, lambda session: ACTIONS[action](session, sweep_id))


def change_sweep(database: DatabaseDep, scheduler: SchedulerDep, change: Callable[[Session], Sweep]) -> Sweep:
    """Make the change and let the scheduler act on it at once; the sweep as it is then."""
    with database.write() as session:
        sweep = change(session)
    scheduler.wake()
    return sweep
