"""Runs as people see and change them. What their processes write is in `attempts`.

Every function takes a session first and leaves the commit to `Database.write`. A change of the row appends a `run`
event. A run that has ended never starts to write again, and a deleted one only hides.
"""

import secrets
from collections.abc import Iterable

from sqlmodel import Session

from app.database.tables import RunRow, now
from app.errors import Conflict, NotFound, Refused
from app.records import Run
from app.run_rules import LIVE, LONGEST_NOTES, LONGEST_TAG, MOST_TAGS
from app.store import events
from app.store.run_names import ANIMALS, MANNERS
from app.store.run_records import record
from vae_core.config.train_config import TrainConfig


def friendly_name() -> str:
    """A random name such as "brisk-otter"; two runs may share one, their numbers tell them apart."""
    return f"{secrets.choice(MANNERS)}-{secrets.choice(ANIMALS)}"


def new_group() -> str:
    """A random mark for runs that are launched together."""
    return secrets.token_hex(8)


def create(
    session: Session,
    config: TrainConfig,
    *,
    name: str | None = None,
    preset: str | None = None,
    tags: Iterable[str] = (),
    group: str | None = None,
    parent_id: int | None = None,
    parent_step: int | None = None,
    paused: bool = False,
) -> Run:
    """A queued run, or a paused one that waits to be resumed, under a friendly name if none is given.

    It begins with the weights of the run `parent_id`, if there is one, after `parent_step` or its newest checkpoint.
    """
    row = RunRow(
        name=(name or "").strip() or friendly_name(),
        status="paused" if paused else "queued",
        preset=preset,
        tags=_tidy(tags),
        group=group,
        parent_id=parent_id,
        parent_step=parent_step,
    )
    row.configure(config)
    return store(session, row)


def get(session: Session, run_id: int, *, deleted_too: bool = False) -> Run:
    """One run. Raises `NotFound`, also for a deleted run unless `deleted_too`."""
    return record(session, get_row(session, run_id, deleted_too=deleted_too))


def get_row(session: Session, run_id: int, *, deleted_too: bool = False) -> RunRow:
    """The row of a run. Raises `NotFound`, also for a deleted run unless `deleted_too`."""
    row = session.get(RunRow, run_id)
    if row is None or (row.deleted_at and not deleted_too):
        raise NotFound(f"There is no run {run_id}.")
    return row


def require(session: Session, run_id: int) -> None:
    """Raises `NotFound` where there is no such run, deleted or not."""
    get_row(session, run_id, deleted_too=True)


def update(
    session: Session,
    run_id: int,
    *,
    name: str | None = None,
    tags: Iterable[str] | None = None,
    notes: str | None = None,
) -> Run:
    """Change what people say about a run; None leaves a field alone.

    Raises `NotFound`, `Refused` for a blank name or notes that are too long.
    """
    row = get_row(session, run_id)
    if name is not None:
        if not name.strip():
            raise Refused(f"name must hold a letter or a digit, not {name!r}", "name")
        row.name = name.strip()
    row.tags = row.tags if tags is None else _tidy(tags)
    if notes is not None:
        row.notes = notes.replace("\r\n", "\n")  # as a form sends them
        if len(row.notes) > LONGEST_NOTES:
            raise Refused(f"notes must have at most {LONGEST_NOTES:,} letters, not {len(row.notes):,}", "notes")
    return store(session, row)


def delete(session: Session, run_id: int) -> Run:
    """Hide a run until `restore`. Raises `NotFound`, `Conflict` for a live one."""
    row = get_row(session, run_id)
    if row.status in LIVE:
        raise Conflict(f"Run {run_id} is {row.status}: stop it first.")
    row.deleted_at = now()
    return store(session, row)


def restore(session: Session, run_id: int) -> Run:
    """Show a deleted run again. Raises `NotFound`."""
    row = get_row(session, run_id, deleted_too=True)
    row.deleted_at = None
    return store(session, row)


def store(session: Session, row: RunRow) -> Run:
    """Write the row and announce it."""
    session.add(row)
    session.flush()
    events.append(session, row.id, "run")
    return record(session, row)


def _tidy(tags: Iterable[str]) -> list[str]:
    """Each tag once, without blanks around it: the tag filter relies on that. Raises `Refused`."""
    tidy = list(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
    if len(tidy) > MOST_TAGS:
        raise Refused(f"tags must be at most {MOST_TAGS}, not {len(tidy)}", "tags")
    for tag in tidy:
        if len(tag) > LONGEST_TAG:
            raise Refused(f"tags must have at most {LONGEST_TAG} letters each, not {len(tag)} as {tag[:60]!r}", "tags")
    return tidy
