"""Saved views: the list of them, and the forms that save, rename and delete one."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.store import views
from app.web.api.views import Address, ViewId, ViewName, ViewNote
from app.web.dependencies import DatabaseDep
from app.web.rendering import page

router = APIRouter(prefix="/views")


@router.get("")
def show_views(request: Request, database: DatabaseDep) -> Response:
    """Every saved view, with its note, its link, and the forms that change it."""
    with database.read() as session:
        return page(request, "views/page.html", {"views": views.saved(session)})


@router.post("")
def save_view(
    database: DatabaseDep,
    name: Annotated[ViewName, Form()],
    address: Annotated[Address, Form()],
    note: Annotated[ViewNote, Form()] = "",
) -> Response:
    """Save the page that the form stands on, and go back to it."""
    with database.write() as session:
        view = views.create(session, name, note, address)
    return RedirectResponse(view.address, 303)


@router.post("/{view_id}")
def rename_view(
    database: DatabaseDep,
    view_id: ViewId,
    name: Annotated[ViewName, Form()],
    note: Annotated[ViewNote, Form()] = "",
) -> Response:
    """Another name and note."""
    with database.write() as session:
        views.update(session, view_id, name=name, note=note)
    return RedirectResponse("/views", 303)


@router.post("/{view_id}/delete")
def delete_view(database: DatabaseDep, view_id: ViewId) -> Response:
    """Forget it; the runs stay."""
    with database.write() as session:
        views.delete(session, view_id)
    return RedirectResponse("/views", 303)
