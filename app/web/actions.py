"""What people do to a run: the API's verbs, and the buttons that are their twins on the pages."""

from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Form
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from app.errors import Conflict
from app.models import Run
from app.store import control, runs
from app.web.api import Json, RunId, public_run
from app.web.dependencies import DatabaseDep, SchedulerDep
from app.web.security import require_user

api = APIRouter(prefix="/api/runs/{run_id}", dependencies=[Depends(require_user)])
pages = APIRouter(prefix="/runs/{run_id}", dependencies=[Depends(require_user)], include_in_schema=False)

Action = Literal["stop", "pause", "resume"]
ACTIONS: dict[str, Callable[[Session, int], Run]] = {
    "stop": control.stop,
    "pause": control.pause,
    "resume": control.resume,
}


class Extension(BaseModel):
    """The new length of a run; where both are given, whichever ends first."""

    model_config = ConfigDict(extra="forbid")

    epochs: int | None = None
    max_steps: int | None = None


class Branch(BaseModel):
    """What differs in a run that begins from the settings, or the weights, of another."""

    model_config = ConfigDict(extra="forbid")

    config: dict[str, Any] = {}
    name: Annotated[str, Field(min_length=1, max_length=120)] | None = None


class Fork(Branch):
    """With the step whose checkpoint is meant; the newest if none is."""

    step: Annotated[int, Field(ge=1)] | None = None


@api.post("/extend")
def extend(database: DatabaseDep, scheduler: SchedulerDep, run_id: RunId, wanted: Annotated[Extension, Body()]) -> Json:
    """More epochs or steps for a run that has ended or paused."""
    return _changed(database, scheduler, lambda session: control.extend(session, run_id, **wanted.model_dump()))


@api.post("/clone", status_code=201)
def clone(database: DatabaseDep, scheduler: SchedulerDep, run_id: RunId, wanted: Annotated[Branch, Body()]) -> Json:
    """A new run with the same settings, but for the changes."""
    return _changed(
        database, scheduler, lambda session: control.clone(session, run_id, wanted.config, name=wanted.name)
    )


@api.post("/fork", status_code=201)
def fork(database: DatabaseDep, scheduler: SchedulerDep, run_id: RunId, wanted: Annotated[Fork, Body()]) -> Json:
    """A new run that begins with this one's weights, under the changes."""
    return _changed(
        database,
        scheduler,
        lambda session: control.fork(session, run_id, wanted.config, step=wanted.step, name=wanted.name),
    )


@api.post("/{action}")
def act(database: DatabaseDep, scheduler: SchedulerDep, run_id: RunId, action: Action) -> Json:
    """Stop after saving (asked again: at once), pause after saving, or go on. 409 where the state forbids it."""
    return _changed(database, scheduler, lambda session: ACTIONS[action](session, run_id))


@pages.post("/extend")
def extend_run(
    database: DatabaseDep, scheduler: SchedulerDep, run_id: RunId, steps: Annotated[int, Form(ge=1)]
) -> Response:
    """The form that adds steps."""
    with database.read() as session:
        total = runs.get(session, run_id).step + steps
    _changed(database, scheduler, lambda session: control.extend(session, run_id, max_steps=total))
    return RedirectResponse(f"/runs/{run_id}", 303)


@pages.post("/delete")
def delete_run(database: DatabaseDep, run_id: RunId) -> Response:
    """Hide the run and offer the way back."""
    with database.write() as session:
        runs.delete(session, run_id)
    return RedirectResponse(f"/runs?undo={run_id}", 303)


@pages.post("/restore")
def restore_run(database: DatabaseDep, run_id: RunId) -> Response:
    """Undo a deletion."""
    with database.write() as session:
        runs.restore(session, run_id)
    return RedirectResponse(f"/runs/{run_id}", 303)


@pages.post("/rename")
def rename_run(
    database: DatabaseDep,
    run_id: RunId,
    name: Annotated[str, Form(min_length=1, max_length=120)],
    tags: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """A name for people, and tags with commas between them to find it by."""
    with database.write() as session:
        runs.update(session, run_id, name=name, tags=tags.split(","))
    return RedirectResponse(f"/runs/{run_id}", 303)


@pages.post("/{action}")
def act_and_show(database: DatabaseDep, scheduler: SchedulerDep, run_id: RunId, action: Action) -> Response:
    """The buttons; a run that has just ended by itself is no error."""
    with suppress(Conflict):
        _changed(database, scheduler, lambda session: ACTIONS[action](session, run_id))
    return RedirectResponse(f"/runs/{run_id}", 303)


def _changed(database: DatabaseDep, scheduler: SchedulerDep, change: Callable[[Session], Run]) -> Json:
    """Make the change, tell the scheduler, and answer with the run."""
    with database.write() as session:
        run_id = change(session).id or 0
    scheduler.wake()
    return public_run(database, run_id)
