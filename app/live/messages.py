"""What happened after a cursor, as messages.

A message covers neighbours in the event log, and its id is the last of them. So every id says "all up to here has
been sent", and a reader that comes back with any id it has seen misses nothing and gets nothing twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from sqlmodel import Session

from app.database.engine import Database
from app.database.tables import EventRow
from app.records import EvaluationRecord, Record, Run, Steps, VitalsColumns
from app.store import evaluations, events, pictures, runs, steps, vitals

BATCH = 500  # log rows in one read
TOO_FAR = 20_000  # log rows behind which a reader should read everything again


class NewSteps(Steps):
    """At most 2000 steps that were added to a run."""

    run: int
    """The run's number."""


class NewEvaluation(EvaluationRecord):
    """The evaluation that was added to a run."""

    run: int
    """The run's number."""


class NewPictures(Record):
    """That pictures were added to a run."""

    run: int
    """The run's number."""
    step: int
    """After which they were made."""
    kinds: list[str]
    """Which kinds of picture there are at this step."""


class Nothing(Record):
    """No more than the event itself."""


class Message(Record):
    """One message of the stream; ids only rise."""

    id: int
    """The cursor of a reader that has all messages up to this one."""


class RunMessage(Message):
    """A run changed: as `/api/runs/{id}` shows it now."""

    event: Literal["run"]
    """What happened."""
    data: Run
    """The run."""


class PointsMessage(Message):
    """Steps were added to a run."""

    event: Literal["points"]
    """What happened."""
    data: NewSteps
    """Those steps."""


class VitalsMessage(Message):
    """Vitals were added to a run."""

    event: Literal["vitals"]
    """What happened."""
    data: VitalsColumns
    """Those vitals."""


class EvaluationMessage(Message):
    """A run was evaluated on the held-out split."""

    event: Literal["evaluation"]
    """What happened."""
    data: NewEvaluation
    """That evaluation."""


class PictureMessage(Message):
    """Pictures were added to a run."""

    event: Literal["picture"]
    """What happened."""
    data: NewPictures
    """Which ones."""


class ResyncMessage(Message):
    """The reader is too far behind, or ahead because the database was replaced: read everything again."""

    event: Literal["resync"]
    """What happened."""
    data: Nothing
    """Nothing more."""


AnyMessage = RunMessage | PointsMessage | VitalsMessage | EvaluationMessage | PictureMessage | ResyncMessage


@dataclass(frozen=True)
class Burst:
    """Neighbouring messages that were read together, at least one; `more` says that others were there already."""

    messages: list[AnyMessage]
    more: bool = False

    @property
    def id(self) -> int:
        """The cursor of a reader that has all of it."""
        return self.messages[-1].id

    @cached_property
    def frames(self) -> bytes:
        """The messages as server-sent events: made once, however many readers get them."""
        return "".join(
            f"id: {message.id}\nevent: {message.event}\ndata: {message.data.model_dump_json(exclude_unset=True)}\n\n"
            for message in self.messages
        ).encode()


def read(database: Database, after: int, upto: int | None = None) -> Burst | None:
    """What follows a cursor, or the first of it; nothing beyond the event `upto`. None where there is nothing."""
    with database.read() as session:
        newest = events.newest_id(session) if upto is None else upto
        if newest == after:
            return None
        if not after < newest <= after + TOO_FAR:
            return Burst([ResyncMessage(id=newest, event="resync", data=Nothing())])
        rows = [row for row in events.after(session, after, BATCH) if row.id <= newest]
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


def _message(session: Session, group: list[EventRow]) -> AnyMessage:
    first, last, run_id, id = group[0].first, group[-1].last, group[-1].run_id, group[-1].id
    match group[-1].kind:
        case "points":
            window = steps.window(session, run_id, first=first, last=last, points=events.MAX_STEPS)
            columns = {name: getattr(window, name) for name in window.model_fields_set}
            return PointsMessage(id=id, event="points", data=NewSteps.model_construct(run=run_id, **columns))
        case "vitals":
            return VitalsMessage(id=id, event="vitals", data=vitals.between(session, run_id, first, last))
        case "evaluation":
            evaluation = evaluations.at_step(session, run_id, last)
            return EvaluationMessage(
                id=id, event="evaluation", data=NewEvaluation(run=run_id, **evaluation.model_dump())
            )
        case "picture":
            kinds = pictures.kinds_at(session, run_id, last)
            return PictureMessage(id=id, event="picture", data=NewPictures(run=run_id, step=last, kinds=kinds))
        case _:
            return RunMessage(id=id, event="run", data=runs.get(session, run_id, deleted_too=True))
