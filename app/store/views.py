"""Saved views: pages of this server under a name, the oldest first."""

import re

import sqlalchemy as sa
from sqlmodel import Session, col

from app.database.tables import ViewRow
from app.errors import NotFound, Refused
from app.records import View
from app.run_rules import LONGEST_ADDRESS, LONGEST_NAME, LONGEST_VIEW_NOTE

ADDRESS = re.compile(r"/(runs|compare)([?#]\S*)?")  # whatever else it says, it leads to a page of this server


def saved(session: Session) -> list[View]:
    """Every view."""
    return [_record(row) for row in session.scalars(sa.select(ViewRow).order_by(col(ViewRow.id)))]


def create(session: Session, name: str, note: str, address: str) -> View:
    """Save a page. Raises `Refused` for a blank name, and for what is no address of a list or a comparison."""
    row = ViewRow(name="", address="")
    return _change(session, row, name, note, address)


def update(
    session: Session, view_id: int, *, name: str | None = None, note: str | None = None, address: str | None = None
) -> View:
    """Change what is given. Raises `NotFound`, `Refused` as `create` does."""
    row = _row(session, view_id)
    return _change(
        session,
        row,
        row.name if name is None else name,
        row.note if note is None else note,
        row.address if address is None else address,
    )


def delete(session: Session, view_id: int) -> View:
    """Forget a view; returns what it was. Raises `NotFound`."""
    row = _row(session, view_id)
    session.delete(row)
    return _record(row)


def _row(session: Session, view_id: int) -> ViewRow:
    row = session.get(ViewRow, view_id)
    if row is None:
        raise NotFound(f"There is no saved view {view_id}.")
    return row


def _change(session: Session, row: ViewRow, name: str, note: str, address: str) -> View:
    row.name, row.note, row.address = name.strip(), note.strip(), address
    if not row.name:
        raise Refused(f"name must hold a letter or a digit, not {name[:60]!r}", "name")
    for field, most in (("name", LONGEST_NAME), ("note", LONGEST_VIEW_NOTE), ("address", LONGEST_ADDRESS)):
        if len(text := getattr(row, field)) > most:
            raise Refused(f"{field} must have at most {most:,} letters, not {len(text):,}", field)
    if not ADDRESS.fullmatch(address):
        raise Refused(
            "address must be that of a list or a comparison here, from its slash on, such as /runs?sort=kl or "
            f"/compare?runs=1,2, not {address[:60]!r}",
            "address",
        )
    session.add(row)
    session.flush()
    return _record(row)


def _record(row: ViewRow) -> View:
    return View(id=row.id, name=row.name, note=row.note, address=row.address)
