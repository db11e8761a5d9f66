"""The steps of a run as a pyramid of blobs beside their rows, so that any window at any width is a few short reads.

A chunk of level 0 holds 512 steps, one of a higher level 128 buckets of 16^level steps. It is written once, in the
transaction that stores the last step it covers, and never changes; what no chunk covers yet is read from the level
below, down to the rows. So the pyramid always says what the rows say.
"""

from collections.abc import Iterator

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.database.tables import ChunkRow, StepRow
from app.store.pyramid import FACTOR, ROWS, STORED, Buckets, packed, unpacked
from vae_core.report import Floats

STEPS = 512  # steps in a chunk of level 0: 20 KiB, whole pages of SQLite
BUCKETS = 128  # in a chunk of a higher level: 21 KiB
AT_ONCE = 64  # chunks in memory

CHUNK = SQLModel.metadata.tables[str(ChunkRow.__tablename__)]
STEP = SQLModel.metadata.tables[str(StepRow.__tablename__)]

RUN, LEVEL, LOW, HIGH = (sa.bindparam(name, type_=sa.Integer) for name in ("run", "level", "low", "high"))
STORED_CHUNKS = (  # built once, as is the other: half the time of a short read would be theirs
    sa.select(CHUNK.c.number, CHUNK.c.data)
    .where(CHUNK.c.run_id == RUN, CHUNK.c.level == LEVEL, CHUNK.c.number.between(LOW, HIGH))
    .order_by(CHUNK.c.number)
)
STORED_STEPS = sa.select(*STEP.c["step", *STORED]).where(STEP.c.run_id == RUN, STEP.c.step.between(LOW, HIGH))


def covers(level: int) -> int:
    """The steps that one chunk of a level covers."""
    return BUCKETS * int(FACTOR**level) if level else STEPS


def extend(session: Session, run_id: int, before: int, last: int) -> None:
    """Write every chunk that is complete, now that the steps after `before` are stored up to `last`."""
    level = 0
    while last >= (size := covers(level)):
        for number in range(before // size, last // size):
            _write(session, run_id, level, number)
        level += 1


def _write(session: Session, run_id: int, level: int, number: int) -> None:
    first, last = number * covers(level) + 1, (number + 1) * covers(level)
    if level == 0:
        data = packed(_rows(session, run_id, first, last))
    else:
        data = packed(buckets(session, run_id, level - 1, first, last).merged(FACTOR).rows)
    session.execute(sa.insert(CHUNK), [{"run_id": run_id, "level": level, "number": number, "data": data}])


def buckets(session: Session, run_id: int, level: int, first: int, last: int) -> Buckets:
    """The buckets of 16^level steps from `first`, which begins one, to `last`, which ends one or is the run's last."""
    if level == 0:
        return Buckets.of_steps(np.concatenate([*steps(session, run_id, first, last)], axis=1))
    width, size, begin = FACTOR**level, covers(level), first
    parts = []
    for number, data in _stored(session, run_id, level, first, last):
        skipped, through = begin - 1 - number * size, last - number * size
        parts.append(unpacked(data, ROWS)[:, skipped // width : -(-through // width)])
        begin = (number + 1) * size + 1
    if begin <= last:  # not in chunks yet
        parts.append(buckets(session, run_id, level - 1, begin, last).merged(FACTOR).rows)
    return Buckets.of_rows(np.concatenate(parts, axis=1))


def steps(session: Session, run_id: int, first: int, last: int) -> Iterator[Floats]:
    """The steps first..last in parts [5, m], whose rows are the `STORED`; a step that is not stored is all NaN."""
    begin = first
    for number, data in _stored(session, run_id, 0, first, last):
        before = number * STEPS
        yield unpacked(data, len(STORED))[:, begin - 1 - before : last - before]
        begin = before + STEPS + 1
    if begin <= last:
        yield _rows(session, run_id, begin, last)


def _stored(session: Session, run_id: int, level: int, first: int, last: int) -> Iterator[tuple[int, bytes]]:
    """The numbers and data of the chunks of a level that hold any of the steps first..last, in order."""
    size = covers(level)
    parameters = {"run": run_id, "level": level, "low": (first - 1) // size, "high": (last - 1) // size}
    for together in session.execute(STORED_CHUNKS, parameters, execution_options={"yield_per": AT_ONCE}).partitions():
        yield from together


def _rows(session: Session, run_id: int, first: int, last: int) -> Floats:
    """The same of rows: [5, last - first + 1]."""
    rows = session.execute(STORED_STEPS, {"run": run_id, "low": first, "high": last}).all()
    read = np.array([*map(tuple, rows)], dtype=float).reshape(-1, 1 + len(STORED)).T
    columns = np.full((len(STORED), last - first + 1), np.nan)
    columns[:, read[0].astype(int) - first] = read[1:]
    return columns
