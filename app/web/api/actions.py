"""What people do to a run: the API's verbs, and the buttons that are their twins on the pages."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from app.records import Run
from app.store import control
from app.web.dependencies import DatabaseDep, SchedulerDep
from app.web.parameters import RunId
from app.web.refusals import CHANGE, refusals
from app.web.security import require_user

router = APIRouter(prefix="/api/runs/{run_id}", dependencies=[Depends(require_user)], tags=["actions"])

Action = Literal["stop", "pause", "resume"]
ACTIONS: dict[str, Callable[[Session, int], Run]] = {
    "stop": control.stop,
    "pause": control.pause,
    "resume": control.resume,
}


class Extension(BaseModel):
    """The new length of a run; where both are given, whichever ends first."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    epochs: int | None = None
    """Passes over the training split, in all."""
    max_steps: int | None = None
    """Optimiser updates, in all."""


class Branch(BaseModel):
    """What differs in a run that begins from the settings, or the weights, of another."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    config: dict[str, Any] = {}
    """Changes to the other run's configuration."""
    name: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    """What to call the new run; a name made from the other's if none is given."""


class Fork(Branch):
    """With the step whose checkpoint is meant; the newest if none is."""

    step: Annotated[int, Field(ge=1)] | None = None
    """After which the weights were saved."""


@router.post("/extend", responses=refusals(404, 409, 422, *CHANGE))
def extend(
    database: DatabaseDep, scheduler: SchedulerDep, run_id: RunId, extension: Annotated[Extension, Body()]
) -> Run:
    """More epochs or steps for a run that has ended or paused."""
    return changed(database, scheduler, lambda session: control.extend(session, run_id, **extension.model_dump()))


@router.post("/clone", status_code=201, responses=refusals(404, 422, *CHANGE))
def clone(database: DatabaseDep, scheduler: SchedulerDep, run_id: RunId, branch: Annotated[Branch, Body()]) -> Run:
    """A new run with the same settings, except for the changes."""
    return changed(database, scheduler, lambda session: control.clone(session, run_id, branch.config, name=branch.name))


@router.post("/fork", status_code=201, responses=refusals(404, 409, 422, *CHANGE))
def fork(database: DatabaseDep, scheduler: SchedulerDep, run_id: RunId, branch: Annotated[Fork, Body()]) -> Run:
    """A new run that begins with this one's weights, under the changes."""
    return changed(
        database,
        scheduler,
        lambda session: control.fork(session, run_id, branch.config, step=branch.step, name=branch.name),
    )


@router.post("/{action}", responses=refusals(404, 409, 422, *CHANGE))
def act(database: DatabaseDep, scheduler: SchedulerDep, run_id: RunId, action: Action) -> Run:
    """Stop after saving (a second time: at once), pause after saving, or go on. 409 where the state forbids it."""
    return changed(database, scheduler, lambda session: ACTIONS[action](session, run_id))


def changed(database: DatabaseDep, scheduler: SchedulerDep, change: Callable[[Session], Run]) -> Run:
    """Make the change and let the scheduler act on it at once; the run as it is then."""
    with database.write() as session:
        run = change(session)
    scheduler.wake()
    return run
