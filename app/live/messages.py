"""What happened after a cursor, as messages.

A message covers neighbours in the event log, and its id is the last of them. So every id says "all up to here has
been sent", and a reader that comes back with any id it has seen misses nothing and gets nothing twice.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlmodel import Session

from app.database.engine import Database
from app.database.tables import EventRow
from app.store import evaluations, events, pictures, runs, steps, vitals

BATCH = 500  # log rows in one read
TOO_FAR = 20_000  # log rows behind which a reader had better start anew


@dataclass(frozen=True)
class Message:
    """One message: `event` is run, points, vitals, evaluation, picture or resync; ids only rise.

    run: the public run. points: {"run": id, "step": [...], "kl": [...], ..., "nonfinite": [...]}, at most 2000 steps.
    vitals: {"run": id, "step": [...], "grad_norm": [...], "learning_rate": [...], "memory": [...]}, of sampled steps.
    evaluation: {"run": id, "step": ..., "kl": ..., ...}. picture: {"run": id, "step": ..., "kinds": [...]}.
    resync: {}, sent to a reader too far behind, or ahead because the database was replaced: read everything again.
    """

    id: int
    event: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Burst:
    """Neighbouring messages that were read together, at least one; `more` says that others were there already."""

    messages: Sequence[Message]
    more: bool = False

    @property
    def id(self) -> int:
        """The cursor of a reader that has all of it."""
        return self.messages[-1].id

    @cached_property
    def frames(self) -> bytes:
        """The messages as server-sent events: made once, however many readers get them."""
        return "".join(
            f"id: {message.id}\nevent: {message.event}\ndata: {json.dumps(message.data, allow_nan=False)}\n\n"
            for message in self.messages
        ).encode()


def read(database: Database, after: int, upto: int | None = None) -> Burst | None:
    """What follows a cursor, or the first of it; nothing beyond the event `upto`. None where there is nothing."""
    with database.read() as session:
        newest = events.newest_id(session) if upto is None else upto
        if newest == after:
            return None
        if not after < newest <= after + TOO_FAR:
            return Burst([Message(newest, "resync", {})])
        rows = [row for row in events.after(session, after, BATCH) if (row.id or 0) <= newest]
        if not rows:
            return None  # they were deleted
        return Burst([_message(session, group) for group in _grouped(rows)], more=rows[-1].id != newest)


def _grouped(rows: Sequence[EventRow]) -> Iterator[list[EventRow]]:
    """Neighbours that one message can tell: joining others would put an id before something unsent."""
    group: list[EventRow] = []
    for row in rows:
        if group and not _joins(row, group):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _joins(row: EventRow, group: list[EventRow]) -> bool:
    before = group[-1]
    if (row.run_id, row.kind) != (before.run_id, before.kind):
        return False
    if row.kind == "points":
        return row.first == before.last + 1 and row.last < group[0].first + events.MAX_STEPS
    if row.kind == "vitals":
        return row.first > before.last
    return row.last == before.last


def _message(session: Session, group: list[EventRow]) -> Message:
    first, last, run_id = group[0].first, group[-1].last, group[-1].run_id
    data: dict[str, Any] = {"run": run_id}
    match kind := group[-1].kind:
        case "points":
            data |= steps.columns(session, run_id, first=first, last=last, points=events.MAX_STEPS)
        case "vitals":
            data |= vitals.between(session, run_id, first, last)
        case "evaluation":
            data |= evaluations.at(session, run_id, last)
        case "picture":
            data |= {"step": last, "kinds": pictures.kinds_at(session, run_id, last)}
        case _:
            data = runs.public(runs.get(session, run_id, deleted_too=True), evaluations.last(session, run_id))
    return Message(group[-1].id or 0, kind, data)
