"""The terms of every step: written in blocks, read back raw, in buckets, or as CSV."""

from collections.abc import Iterator, Sequence
from csv import writer
from io import StringIO
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.errors import Refused
from app.models import Step
from app.store.numbers import finite_list
from vae_core.events import StepTerms

FIELDS = ("epoch", "seconds", "reconstruction", "kl", "elbo", "loss", "beta")
CLOCKS = ("epoch", "seconds")  # they only rise: a bucket's largest is its last step's

TABLE = SQLModel.metadata.tables[str(Step.__tablename__)]


def append(session: Session, run_id: int, block: StepTerms) -> None:
    """Store N steps. A term that is NaN or infinite is stored as NULL and marks its step `nonfinite`."""
    given = {name: getattr(block, name) for name in FIELDS if getattr(block, name) is not None}
    broken = ~np.all([np.isfinite(values) for values in given.values()], axis=0)
    columns: dict[str, list[Any]] = {name: finite_list(values) for name, values in given.items()}
    columns |= {"step": block.step.tolist(), "nonfinite": broken.tolist()}
    rows = [{"run_id": run_id, **dict(zip(columns, row, strict=True))} for row in zip(*columns.values(), strict=True)]
    session.execute(sa.insert(TABLE), rows)  # Core: nine times as fast as objects


def last(session: Session, run_id: int) -> int:
    """The last stored step of a run; 0 when there is none."""
    return session.scalar(sa.select(sa.func.max(TABLE.c.step)).where(TABLE.c.run_id == run_id)) or 0


def mismatch(session: Session, run_id: int, block: StepTerms) -> str | None:
    """Where the steps of a block, computed again, differ from what is stored of them: a sentence, or None.

    Time is not compared. A step that is not stored differs, too.
    """
    read = columns(session, run_id, first=int(block.step[0]), last=int(block.step[-1]), points=len(block.step))
    if read["step"] != block.step.tolist():
        return f"Of the steps {block.step[0]} to {block.step[-1]}, only {len(read['step'])} had been stored."
    for name in ("reconstruction", "kl", "loss", "beta"):
        values = getattr(block, name)
        again = [None] * len(block.step) if values is None else finite_list(values)
        for step, before, now in zip(read["step"], read[name], again, strict=True):
            if before != now:
                return f"Computed again after a resume, the {name} of step {step} was {now}; {before} had been stored."
    return None


def columns(
    session: Session,
    run_id: int,
    *,
    first: int = 1,
    last: int | None = None,
    points: int = 1000,
    fields: Sequence[str] = FIELDS,
) -> dict[str, Any]:
    """The steps first..last as columns, raw where they fit in `points`, else in buckets.

    Raw: {"step": [...], "kl": [...], ..., "nonfinite": [steps]}.
    Buckets: {"step": [...], "epoch": [...], "kl": {"min": [...], "mean": [...], "max": [...]}, ..., "bucket": width,
    "nonfinite": [the first such step of a bucket]}; step, epoch and seconds are those of the bucket's last step.
    The width is a power of two and bucket k holds the steps k·width + 1 to (k + 1)·width, so that a bucket that is
    full and drawn never moves while the run goes on.

    Raises `Refused` when a field is not one of `FIELDS`.
    """
    if unknown := [name for name in fields if name not in FIELDS]:
        raise Refused(f"fields must be among {', '.join(FIELDS)}, not {unknown[0]!r}", "fields")
    first, last = _stored(session, run_id, first, last)
    width = 1
    while (last - 1) // width - (first - 1) // width >= points:
        width *= 2
    within = _within(run_id, first, last)
    return _raw(session, within, fields) if width == 1 else _buckets(session, within, fields, width)


def _stored(session: Session, run_id: int, first: int, last: int | None) -> tuple[int, int]:
    """The first and last stored step in a range; (1, 0) when there is none."""
    asked = _within(run_id, first, last)
    ends = sa.select(
        sa.select(sa.func.min(TABLE.c.step)).where(asked).scalar_subquery(),  # two look-ups, where one SELECT of
        sa.select(sa.func.max(TABLE.c.step)).where(asked).scalar_subquery(),  # both would read every step
    )
    low, high = session.execute(ends).one()
    return (low, high) if low is not None else (1, 0)


def _within(run_id: int, first: int, last: int | None) -> sa.ColumnElement[bool]:
    asked = sa.and_(TABLE.c.run_id == run_id, TABLE.c.step >= first)
    return asked if last is None else sa.and_(asked, TABLE.c.step <= last)


def _raw(session: Session, within: sa.ColumnElement[bool], fields: Sequence[str]) -> dict[str, Any]:
    names = ["step", *fields, "nonfinite"]
    query = sa.select(*(TABLE.c[name] for name in names)).where(within).order_by(TABLE.c.step)
    read = _transposed(session.execute(query).all(), names)
    marked = zip(read["step"], read["nonfinite"], strict=True)
    return {**read, "nonfinite": [step for step, nonfinite in marked if nonfinite]}


def _buckets(session: Session, within: sa.ColumnElement[bool], fields: Sequence[str], width: int) -> dict[str, Any]:
    clocks = ["step", *(name for name in fields if name in CLOCKS)]
    terms = [name for name in fields if name not in CLOCKS]
    reductions: dict[str, Any] = {"min": sa.func.min, "mean": sa.func.avg, "max": sa.func.max}
    chosen: dict[Any, Any] = {name: sa.func.max(TABLE.c[name]) for name in clocks}
    chosen |= {(name, how): reduce(TABLE.c[name]) for name in terms for how, reduce in reductions.items()}
    chosen["nonfinite"] = sa.func.min(sa.case((TABLE.c.nonfinite, TABLE.c.step)))
    bucket = (TABLE.c.step - 1) // width
    query = sa.select(*chosen.values()).where(within).group_by(bucket).order_by(bucket)
    read = _transposed(session.execute(query).all(), list(chosen))
    return {
        **{name: read[name] for name in clocks},
        **{name: {how: read[name, how] for how in reductions} for name in terms},
        "bucket": width,
        "nonfinite": [step for step in read["nonfinite"] if step is not None],
    }


def _transposed(rows: Sequence[Any], names: Sequence[Any]) -> dict[Any, list[Any]]:
    values = zip(*rows, strict=True) if rows else ([] for _ in names)
    return {name: list(column) for name, column in zip(names, values, strict=True)}


def csv(session: Session, run_id: int) -> Iterator[str]:
    """Every step as CSV text, a header and then a thousand lines at a time; an empty cell is a NULL."""
    names = ["step", *FIELDS, "nonfinite"]
    query = sa.select(*(TABLE.c[name] for name in names)).where(TABLE.c.run_id == run_id).order_by(TABLE.c.step)
    yield ",".join(names) + "\r\n"
    for rows in session.execute(query, execution_options={"yield_per": 1000}).partitions():
        text = StringIO()
        writer(text).writerows((*row[:-1], int(row[-1])) for row in rows)
        yield text.getvalue()
