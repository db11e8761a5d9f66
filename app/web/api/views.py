"""Saved views of the list and of comparisons."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel, ConfigDict, Field

from app.records import Record, View
from app.run_rules import LONGEST_ADDRESS, LONGEST_NAME, LONGEST_VIEW_NOTE
from app.store import views
from app.web.dependencies import DatabaseDep
from app.web.refusals import CHANGE, refusals
from app.web.security import require_user

router = APIRouter(prefix="/api/views", dependencies=[Depends(require_user)], tags=["views"])

ViewId = Annotated[int, Field(ge=1, le=2**53)]
ViewName = Annotated[str, Field(max_length=LONGEST_NAME)]
ViewNote = Annotated[str, Field(max_length=LONGEST_VIEW_NOTE)]
Address = Annotated[str, Field(max_length=LONGEST_ADDRESS)]


class NewView(BaseModel):
    """What to save."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    name: ViewName
    """What to call it; two views may share a name."""
    note: ViewNote = ""
    """What it shows, or why."""
    address: Address
    """Of a list or a comparison of this server, from the slash on: /runs?sort=kl, /compare?runs=1,2."""


class ViewChange(BaseModel):
    """Only what is given changes."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    name: ViewName | None = None
    """What to call it."""
    note: ViewNote | None = None
    """What it shows, or why."""
    address: Address | None = None
    """Of a list or a comparison of this server, from the slash on."""


class Views(Record):
    """The saved views."""

    views: list[View]
    """Oldest first."""


@router.get("", responses=refusals())
def list_views(database: DatabaseDep) -> Views:
    """Every saved view."""
    with database.read() as session:
        return Views(views=views.saved(session))


@router.post("", status_code=201, responses=refusals(422, *CHANGE))
def save_view(database: DatabaseDep, view: Annotated[NewView, Body()]) -> View:
    """Save a list or a comparison under a name."""
    with database.write() as session:
        return views.create(session, view.name, view.note, view.address)


@router.patch("/{view_id}", responses=refusals(404, 422, *CHANGE))
def change_view(database: DatabaseDep, view_id: ViewId, change: Annotated[ViewChange, Body()]) -> View:
    """Rename it, or change its note or where it leads."""
    with database.write() as session:
        return views.update(session, view_id, **change.model_dump(exclude_unset=True))


@router.delete("/{view_id}", responses=refusals(404, 422, *CHANGE))
def delete_view(database: DatabaseDep, view_id: ViewId) -> View:
    """Forget it; the answer is what it was. The runs stay."""
    with database.write() as session:
        return views.delete(session, view_id)
