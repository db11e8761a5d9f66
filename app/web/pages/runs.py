"""The list of runs, and what its buttons do."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.store import evaluations, events, runs
from app.web.api import RunFilter, RunId
from app.web.dependencies import DatabaseDep
from app.web.pages.view import page
from vae_core.datasets.facts import FACTS

router = APIRouter()


class RunsQuery(RunFilter):
    """The list's address: the filter, and a run just deleted that may come back."""

    undo: RunId | None = None


@router.get("/")
def home() -> Response:
    """The runs are the home page."""
    return RedirectResponse("/runs", 303)


@router.get("/runs")
def show_runs(request: Request, database: DatabaseDep, wanted: Annotated[RunsQuery, Query()]) -> Response:
    """The list, its filters, and after a deletion the way back."""
    with database.read() as session:
        cursor = events.newest_id(session)
        found = runs.find(session, **wanted.model_dump(exclude={"undo"}))
        last = evaluations.last_of(session, [run.id or 0 for run in found.runs])
        deleted = runs.get(session, wanted.undo, deleted_too=True) if wanted.undo else None
        listed = [runs.public(run, last.get(run.id or 0)) for run in found.runs]
    context = {
        "runs": listed,
        "next": found.next and str(request.url.include_query_params(after=found.next)),
        "facets": found.facets,
        "wanted": wanted,
        "filtered": bool(
            wanted.q or wanted.status or wanted.likelihood or wanted.dataset or wanted.tag or wanted.after
        ),
        "deleted": deleted if deleted and deleted.deleted_at else None,
        "cursor": cursor,
        "facts": FACTS,
    }
    return page(request, "runs.html", context)


@router.post("/runs/{run_id}/delete")
def delete_run(database: DatabaseDep, run_id: RunId) -> Response:
    """Hide the run and offer the way back."""
    with database.write() as session:
        runs.delete(session, run_id)
    return RedirectResponse(f"/runs?undo={run_id}", 303)


@router.post("/runs/{run_id}/restore")
def restore_run(database: DatabaseDep, run_id: RunId) -> Response:
    """Undo a deletion."""
    with database.write() as session:
        runs.restore(session, run_id)
    return RedirectResponse(f"/runs/{run_id}", 303)


@router.post("/runs/{run_id}/rename")
def rename_run(
    database: DatabaseDep, run_id: RunId, name: Annotated[str, Form(min_length=1, max_length=120)]
) -> Response:
    """A name for people."""
    with database.write() as session:
        runs.update(session, run_id, name=name)
    return RedirectResponse(f"/runs/{run_id}", 303)
