"""The buttons of a run: the API's verbs as plain forms."""

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from app.errors import Conflict
from app.run_rules import LONGEST_NAME
from app.store import control, runs
from app.web.api.actions import ACTIONS, Action, changed
from app.web.dependencies import DatabaseDep, SchedulerDep
from app.web.parameters import RunId

router = APIRouter(prefix="/runs/{run_id}")


@router.post("/extend")
def extend_run(
    database: DatabaseDep, scheduler: SchedulerDep, run_id: RunId, steps: Annotated[int, Form(ge=1)]
) -> Response:
    """The form that adds steps."""
    with database.read() as session:
        total = runs.get(session, run_id).step + steps
    changed(database, scheduler, lambda session: control.extend(session, run_id, max_steps=total))
    return RedirectResponse(f"/runs/{run_id}", 303)


@router.post("/delete")
def delete_run(database: DatabaseDep, run_id: RunId) -> Response:
    """Hide the run and offer the way back."""
    with database.write() as session:
        runs.delete(session, run_id)
    return RedirectResponse(f"/runs?undo={run_id}", 303)


@router.post("/restore")
def restore_run(database: DatabaseDep, run_id: RunId) -> Response:
    """Undo a deletion."""
    with database.write() as session:
        runs.restore(session, run_id)
    return RedirectResponse(f"/runs/{run_id}", 303)


@router.post("/rename")
def rename_run(
    database: DatabaseDep,
    run_id: RunId,
    name: Annotated[str, Form(min_length=1, max_length=LONGEST_NAME)],
    tags: Annotated[str, Form(max_length=1000)] = "",
    notes: Annotated[str, Form()] = "",
) -> Response:
    """A name for people, tags with commas between them to find it by, and notes in Markdown."""
    with database.write() as session:
        runs.update(session, run_id, name=name, tags=tags.split(","), notes=notes)
    return RedirectResponse(f"/runs/{run_id}", 303)


@router.post("/{action}")
def act_and_show(database: DatabaseDep, scheduler: SchedulerDep, run_id: RunId, action: Action) -> Response:
    """The buttons; a run that has just ended by itself is no error."""
    with suppress(Conflict):
        changed(database, scheduler, lambda session: ACTIONS[action](session, run_id))
    return RedirectResponse(f"/runs/{run_id}", 303)
