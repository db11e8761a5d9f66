"""What a list of runs shows of their steps without reading any: one row a run, kept up to date with each block.

terms: for each term the step and value of its `first`, `last`, `min` and `max`, of finite values only.
The sparkline: −ELBO, or an autoencoder's reconstruction, as the means of at most 64 equal buckets; when they are
full, neighbours merge and the buckets become twice as wide.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlmodel import Session, SQLModel

from app.database.tables import SummaryRow
from app.records import Extremes
from app.store.pyramid import TERMS, packed, unpacked
from vae_core.events import StepTerms
from vae_core.report import Floats

POINTS = 64

TABLE = SQLModel.metadata.tables[str(SummaryRow.__tablename__)]

RUN = sa.bindparam("run", type_=sa.Integer)
KNOWN = sa.select(TABLE).where(TABLE.c.run_id == RUN)  # built once: a flush comes five times a second
UPDATE = sa.update(TABLE).where(TABLE.c.run_id == RUN)
INSERT = sa.insert(TABLE).values(run_id=RUN)


Points = dict[str, Any]  # the step and value of a term's first, last, min and max


@dataclass(frozen=True)
class Spark:
    """Finite values in equal buckets of steps, the last one still growing: bucket k begins after step k · width."""

    width: int
    count: Floats  # [n]
    total: Floats  # [n]

    def grown(self, step: NDArray[np.int64], value: Floats) -> "Spark":
        """With more steps [N], all after those that are in."""
        width, count, total = self.width, self.count, self.total
        buckets = (int(step[-1]) - 1) // width + 1
        while buckets > POINTS:
            width, buckets = 2 * width, -(-buckets // 2)
            count, total = _paired(count), _paired(total)
        finite = np.isfinite(value)
        where = (step[finite] - 1) // width
        more = [np.bincount(where, weights, minlength=buckets) for weights in (None, value[finite])]
        return Spark(width, more[0] + _padded(count, buckets), more[1] + _padded(total, buckets))

    @property
    def means(self) -> list[float | None]:
        """The line, None where a bucket has no finite value."""
        pairs = zip(self.count.tolist(), self.total.tolist(), strict=True)
        return [total / count if count else None for count, total in pairs]


EMPTY = Spark(1, np.zeros(0), np.zeros(0))


def _padded(values: Floats, length: int) -> Floats:
    return np.concatenate([values, np.zeros(length - len(values))])


def _paired(values: Floats) -> Floats:
    even = _padded(values, len(values) + len(values) % 2)
    return even[::2] + even[1::2]


def grown(terms: dict[str, Points], block: StepTerms) -> dict[str, Points]:
    """The first, last, least and greatest of each term, with more steps, all after those that are in."""
    more = dict(terms)
    for name in TERMS:
        values = getattr(block, name)
        if values is None:
            continue
        finite = np.flatnonzero(np.isfinite(values))
        if len(finite):
            at = {"first": finite[0], "last": finite[-1], "min": finite[values[finite].argmin()],
                  "max": finite[values[finite].argmax()]}  # fmt: skip
            new = {key: [int(block.step[index]), float(values[index])] for key, index in at.items()}
            more[name] = _merged(more[name], new) if name in more else new
    return more


def _merged(old: Points, new: Points) -> Points:
    return {
        "first": old["first"],
        "last": new["last"],
        "min": min(old["min"], new["min"], key=lambda at: at[1]),  # the earlier one, where they are equal
        "max": max(old["max"], new["max"], key=lambda at: at[1]),
    }


def objective(terms: Mapping[str, Points], elbo: str, reconstruction: str) -> float | None:
    """−ELBO, from this entry of a run's terms, or an autoencoder's reconstruction; None without a finite one."""
    if "elbo" in terms:
        return -float(terms["elbo"][elbo][1])
    return float(terms["reconstruction"][reconstruction][1]) if "reconstruction" in terms else None


def extend(session: Session, run_id: int, block: StepTerms) -> int:
    """Take in more steps, all after those that are in; returns the last step that was in before, 0 for none."""
    connection = session.connection()
    known = connection.execute(KNOWN, {"run": run_id}).mappings().first()
    spark = Spark(known["width"], *unpacked(known["spark"], 2)) if known else EMPTY
    spark = spark.grown(block.step, block.reconstruction if block.elbo is None else -block.elbo)
    terms = grown(known["terms"] if known else {}, block)
    row = {
        "run": run_id,
        "last": int(block.step[-1]),
        "steps_per_epoch": round(block.step[-1] / block.epoch[-1]),
        "terms": terms,
        "width": spark.width,
        "spark": packed(np.stack([spark.count, spark.total])),
        "latest": objective(terms, "last", "last"),
        "best": objective(terms, "max", "min"),
    }
    connection.execute(UPDATE if known else INSERT, row)
    return known["last"] if known else 0


def steps_per_epoch(session: Session, run_id: int) -> int:
    """Of a run that has steps; 1 of another."""
    return session.scalar(sa.select(TABLE.c.steps_per_epoch).where(TABLE.c.run_id == run_id)) or 1


def extremes(session: Session, run_ids: Iterable[int]) -> dict[int, dict[str, Extremes]]:
    """The first, last, least and greatest of each term, of each run that has steps."""
    query = sa.select(TABLE.c.run_id, TABLE.c.terms).where(TABLE.c.run_id.in_(list(run_ids)))
    return {
        run_id: {name: Extremes(**points) for name, points in terms.items()} for run_id, terms in session.execute(query)
    }


def sparks(session: Session, run_ids: Iterable[int]) -> dict[int, list[float | None]]:
    """The sparkline of each run that has steps: at most 64 equal parts of its steps, nats per image."""
    query = sa.select(*TABLE.c["run_id", "width", "spark"]).where(TABLE.c.run_id.in_(list(run_ids)))
    return {run_id: Spark(width, *unpacked(data, 2)).means for run_id, width, data in session.execute(query)}
