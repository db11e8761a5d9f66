"""The terms of every step: written in blocks, read back raw, in buckets, smoothed, or all of them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.database.tables import NONFINITE, StepRow
from app.errors import Refused
from app.records import BucketedSteps, Smoothed, Spread, Steps
from app.store import chunks, summaries
from app.store.nonfinite import finite_list
from app.store.pyramid import FACTOR, STORED, TERMS, Buckets
from app.store.smoothing import smoothed
from vae_core.events import StepTerms

FIELDS = ("epoch", "seconds", *TERMS)
COLUMNS = ("step", *FIELDS, "nonfinite")
NOISY = ("reconstruction", "kl", "elbo", "loss")  # what can be smoothed; β is a plan, not a measurement
AT_ONCE = 10_000  # steps in one part of a whole run
MOST_NONFINITE = 1000  # step numbers in one answer

TABLE = SQLModel.metadata.tables[str(StepRow.__tablename__)]
INSERT = sa.insert(TABLE)


def append(session: Session, run_id: int, block: StepTerms) -> None:
    """Store N steps, all after those that are stored, and what makes them quick to read.

    A term that is NaN or infinite is stored as NULL and marks its step `nonfinite`.
    """
    given = {name: getattr(block, name) for name in STORED if getattr(block, name) is not None}
    broken = ~np.all([np.isfinite(values) for values in given.values()], axis=0)
    columns: dict[str, list[Any]] = {name: finite_list(values) for name, values in given.items()}
    columns |= {"step": block.step.tolist(), "nonfinite": broken.tolist()}
    rows = [{"run_id": run_id, **dict(zip(columns, row, strict=True))} for row in zip(*columns.values(), strict=True)]
    session.connection().execute(INSERT, rows)  # Core: nine times as fast as objects
    before = summaries.extend(session, run_id, block)
    chunks.extend(session, run_id, before, int(block.step[-1]))


def last(session: Session, run_id: int) -> int:
    """The last stored step of a run; 0 when there is none."""
    return session.scalar(sa.select(sa.func.max(TABLE.c.step)).where(TABLE.c.run_id == run_id)) or 0


def mismatch(session: Session, run_id: int, block: StepTerms) -> str | None:
    """Where the steps of a block, computed again, differ from what is stored of them: a sentence, or None.

    Time is not compared. A step that is not stored differs, too.
    """
    stored = window(session, run_id, first=int(block.step[0]), last=int(block.step[-1]), points=len(block.step))
    if stored.step != block.step.tolist():
        return f"Of the steps {block.step[0]} to {block.step[-1]}, only {len(stored.step)} had been stored."
    for name in ("reconstruction", "kl", "loss", "beta"):
        values = getattr(block, name)
        again = [None] * len(block.step) if values is None else finite_list(values)
        for step, before, now in zip(stored.step, getattr(stored, name), again, strict=True):
            if before != now:
                return f"Computed again after a resume, the {name} of step {step} was {now}; {before} had been stored."
    return None


def window(
    session: Session,
    run_id: int,
    *,
    first: int = 1,
    last: int | None = None,
    points: int = 1000,
    fields: Sequence[str] = FIELDS,
    smooth: float = 0.0,
) -> Steps | BucketedSteps:
    """The steps first..last as columns, raw where they fit in `points`, else in whole buckets.

    The width of a bucket is a power of two, and bucket k holds the steps k·width + 1 to (k + 1)·width in every window:
    one that is full never changes while the run goes on. With `smooth` above 0 and below 1 there is also the moving
    average of that weight over all steps (`app.store.smoothing`); β is not smoothed.

    Raises `Refused` when a field is not one of `FIELDS`.
    """
    if unknown := [name for name in fields if name not in FIELDS]:
        raise Refused(f"fields must be among {', '.join(FIELDS)}, not {unknown[0]!r}", "fields")
    low, high = _ends(session, run_id)
    first, last = max(first, low), high if last is None else min(last, high)
    if last < first:
        return Steps.model_validate({name: [] for name in ("step", *fields, "nonfinite")} | {"nonfinite_count": 0})

    width = 1
    while (last - 1) // width - (first - 1) // width >= points:
        width *= 2
    begin, end = (first - 1) // width * width, min(-(-last // width) * width, high)  # whole buckets

    level = (width.bit_length() - 1) // 4  # the highest with buckets that fit into these
    buckets = chunks.buckets(session, run_id, level, begin + 1, end).merged(width // FACTOR**level)
    there = np.flatnonzero(np.isfinite(buckets.seconds))
    step = (begin + width * (there + 1)).clip(max=end)
    clocks = {"epoch": step / summaries.steps_per_epoch(session, run_id), "seconds": buckets.seconds[there]}
    terms = _terms(buckets.cut(there), raw=width == 1)
    columns: dict[str, Any] = {"step": step.tolist()} | _nonfinite(session, run_id, begin + 1, end)
    columns |= {name: clocks[name].tolist() if name in clocks else terms(TERMS.index(name)) for name in fields}
    if smooth:
        average = smoothed(session, run_id, smooth, begin + 1, end, width)
        average = np.where(buckets.count > 0, average, np.nan)[:, there]  # a gap stays one
        averages: dict[str, Any] = {name: finite_list(average[TERMS.index(name)]) for name in fields if name in NOISY}
        columns["smoothed"] = Smoothed.model_construct(**averages)
    # Not validated, number by number: they are ours, and there may be a hundred thousand.
    if width == 1:
        return Steps.model_construct(**columns)
    return BucketedSteps.model_construct(**columns, bucket=width, partial=end % width > 0)


def _ends(session: Session, run_id: int) -> tuple[int, int]:
    """The first and last stored step; (1, 0) when there is none."""
    stored = TABLE.c.run_id == run_id
    ends = sa.select(
        sa.select(sa.func.min(TABLE.c.step)).where(stored).scalar_subquery(),  # two look-ups, where one SELECT of
        sa.select(sa.func.max(TABLE.c.step)).where(stored).scalar_subquery(),  # both would read every step
    )
    low, high = session.execute(ends).one()
    return (low, high) if low is not None else (1, 0)


def _terms(buckets: Buckets, *, raw: bool) -> Callable[[int], Any]:
    """A term's values, or its least, mean and greatest values, as lists."""
    if raw:
        return lambda index: finite_list(buckets.low[index])
    reductions = {"min": buckets.low, "mean": buckets.mean, "max": buckets.high}

    def spread(index: int) -> Spread:
        columns: dict[str, Any] = {name: finite_list(values[index]) for name, values in reductions.items()}
        return Spread.model_construct(**columns)

    return spread


def _nonfinite(session: Session, run_id: int, first: int, last: int) -> dict[str, Any]:
    """Which steps first..last had a term that was not finite, or the first thousand of them, and how many."""
    marked = sa.and_(TABLE.c.run_id == run_id, NONFINITE, TABLE.c.step.between(first, last))
    first_steps = sa.select(TABLE.c.step).where(marked).order_by(TABLE.c.step).limit(MOST_NONFINITE)
    broken = session.scalars(first_steps).all()
    count = len(broken)
    if count == MOST_NONFINITE:
        count = session.scalar(sa.select(sa.func.count()).where(marked)) or 0
    return {"nonfinite": list(broken), "nonfinite_count": count}


def rows(session: Session, run_id: int) -> Iterator[list[tuple[Any, ...]]]:
    """Every step in parts of at most ten thousand, each with the values of `COLUMNS`; None is a NULL."""
    query = sa.select(*TABLE.c["step", *STORED, "nonfinite"]).where(TABLE.c.run_id == run_id).order_by(TABLE.c.step)
    per_epoch = summaries.steps_per_epoch(session, run_id)
    for part in session.execute(query, execution_options={"yield_per": AT_ONCE}).partitions():
        yield [_row(row, per_epoch) for row in part]


def _row(stored: Any, per_epoch: int) -> tuple[Any, ...]:
    step, seconds, reconstruction, kl, loss, beta, nonfinite = stored
    elbo = None if reconstruction is None or kl is None else -(reconstruction + kl)
    return step, step / per_epoch, seconds, reconstruction, kl, elbo, loss, beta, nonfinite
