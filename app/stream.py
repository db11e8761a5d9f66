"""What happened after a cursor, as messages; and the endless stream of them.

A message covers neighbours in the event log, and its id is the last of them. So every id says "all up to here has
been sent", and a reader that comes back with any id it has seen misses nothing and gets nothing twice.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from app.database import Database
from app.models import EventRow
from app.store import evaluations, events, pictures, runs, steps

POLL_S = 0.25
BATCH = 500  # log rows in one read
TOO_FAR = 20_000  # log rows behind which a reader had better start anew


@dataclass(frozen=True)
class Message:
    """One message: `event` is run, points, evaluation, picture or resync; ids only rise.

    run: the public run. points: {"run": id, "step": [...], "kl": [...], ..., "nonfinite": [...]}, at most 2000 steps.
    evaluation: {"run": id, "step": ..., "kl": ..., ...}. picture: {"run": id, "step": ..., "kinds": [...]}.
    resync: {}, sent to a reader too far behind, or ahead because the database was replaced: read everything again.
    """

    id: int
    event: str
    data: dict[str, Any]


async def run_events(
    database: Database, after: int, *, poll: float = POLL_S, over: Callable[[], bool] = lambda: False
) -> AsyncIterator[Message]:
    """Every message after a cursor until `over`: what is there at once, then a burst each `poll` seconds at most."""
    more = True
    while not over():
        if not more:
            await asyncio.sleep(poll)
        found, more = await asyncio.to_thread(_read, database, after)
        for message in found:
            yield message
            after = message.id


def messages_after(database: Database, after: int) -> list[Message]:
    """The messages after a cursor that are there now, or the first of many; continue from the last one's id."""
    return _read(database, after)[0]


def _read(database: Database, after: int) -> tuple[list[Message], bool]:
    """One burst, and whether more is there already."""
    with database.read() as session:
        newest = events.newest_id(session)
        if newest == after:
            return [], False
        if not after < newest <= after + TOO_FAR:
            return [Message(newest, "resync", {})], False
        rows = events.after(session, after, BATCH)
        return [_message(session, group) for group in _grouped(rows)], rows[-1].id != newest


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
    return row.last == before.last


def _message(session: Session, group: list[EventRow]) -> Message:
    first, last, run_id = group[0].first, group[-1].last, group[-1].run_id
    data: dict[str, Any] = {"run": run_id}
    match kind := group[-1].kind:
        case "points":
            data |= steps.columns(session, run_id, first=first, last=last, points=events.MAX_STEPS)
        case "evaluation":
            data |= evaluations.at(session, run_id, last)
        case "picture":
            data |= {"step": last, "kinds": pictures.kinds_at(session, run_id, last)}
        case _:
            data = runs.public(runs.get(session, run_id, deleted_too=True), evaluations.last(session, run_id))
    return Message(group[-1].id or 0, kind, data)
