"""Runs as people see and change them. What their processes write is in `attempts`.

Every function takes a session first and leaves the commit to `Database.write`. A change of the row appends a `run`
event. A run that has ended never starts to write again, and a deleted one only hides.
"""

import secrets
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session

from app.database.tables import Run, now
from app.errors import Conflict, NotFound, Refused
from app.run_rules import LIVE, LONGEST_TAG, MOST_TAGS
from app.store import events
from app.store.listing import RunPage, find
from app.store.run_names import ANIMALS, MANNERS
from vae_core.config.train_config import TrainConfig
from vae_core.theory.convention import implied

INTERNAL = {
    "handle",
    "heartbeat_at",
    "silent_since",
    "queued_at",
    "deaths",
    "died_at",
}  # columns that nobody outside needs

__all__ = [
    "RunPage", "create", "delete", "find", "friendly_name", "get", "new_group", "public", "restore",
    "stored", "update",
]  # fmt: skip


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
) -> Run:
    """A queued run, under a friendly name if none is given."""
    run = Run(
        name=(name or "").strip() or friendly_name(),
        config=config.to_dict(),
        total_steps=config.total_steps,
        preset=preset,
        tags=_tidy(tags),
        group=group,
    )
    return stored(session, run)


def get(session: Session, run_id: int, *, deleted_too: bool = False) -> Run:
    """One run. Raises `NotFound`, also for a deleted run unless `deleted_too`."""
    run = session.get(Run, run_id)
    if run is None or (run.deleted_at and not deleted_too):
        raise NotFound(f"There is no run {run_id}.")
    return run


def update(
    session: Session,
    run_id: int,
    *,
    name: str | None = None,
    tags: Iterable[str] | None = None,
    notes: str | None = None,
) -> Run:
    """Change what people say about a run; None leaves a field alone. Raises `NotFound`, `Refused` for a blank name."""
    run = get(session, run_id)
    if name is not None:
        if not name.strip():
            raise Refused(f"name must hold a letter or a digit, not {name!r}", "name")
        run.name = name.strip()
    run.tags = run.tags if tags is None else _tidy(tags)
    run.notes = run.notes if notes is None else notes
    return stored(session, run)


def delete(session: Session, run_id: int) -> Run:
    """Hide a run until `restore`. Raises `NotFound`, `Conflict` for a live one."""
    run = get(session, run_id)
    if run.status in LIVE:
        raise Conflict(f"Run {run_id} is {run.status}: stop it first.")
    run.deleted_at = now()
    return stored(session, run)


def restore(session: Session, run_id: int) -> Run:
    """Show a deleted run again. Raises `NotFound`."""
    run = get(session, run_id, deleted_too=True)
    run.deleted_at = None
    return stored(session, run)


def stored(session: Session, run: Run) -> Run:
    """Write the row and announce it."""
    session.add(run)
    session.flush()
    assert run.id is not None  # noqa: S101 - the flush gave it one
    events.append(session, run.id, "run")
    return run


def _tidy(tags: Iterable[str]) -> list[str]:
    """Each tag once, without blanks around it: the tag filter relies on that. Raises `Refused`."""
    tidy = list(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
    if len(tidy) > MOST_TAGS:
        raise Refused(f"tags must be at most {MOST_TAGS}, not {len(tidy)}", "tags")
    for tag in tidy:
        if len(tag) > LONGEST_TAG:
            raise Refused(f"tags must have at most {LONGEST_TAG} letters each, not {len(tag)} as {tag[:60]!r}", "tags")
    return tidy


def public(run: Run, evaluation: dict[str, Any] | None = None) -> dict[str, Any]:
    """The run as the API, the pages and the stream show it: plain JSON, times in ISO-8601 UTC."""
    shown = {name: getattr(run, name) for name in Run.model_fields if name not in INTERNAL}
    if run.silent_since is not None:
        shown["notice"] = " ".join([_silence(run.silent_since), *filter(None, [run.notice])])
    times = {name: _iso(shown[name]) for name in ("created_at", "started_at", "finished_at", "deleted_at")}
    return {**shown, **times, "evaluation": evaluation, "implied": asdict(implied(run.train_config))}


def _silence(since: float) -> str:
    said = datetime.fromtimestamp(since, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return (
        f"Its process has shown no sign of life since {said}: it may be suspended, or wait for its disk. It goes on by "
        "itself when it can; to end it, stop it twice."
    )


def _iso(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
