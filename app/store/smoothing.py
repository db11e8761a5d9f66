"""The exponential moving average of a run's terms, over its steps and not over what is drawn of them.

After a finite value x the average becomes w·average + (1 − w)·x; divided by 1 − w^(finite values so far) it is free of
the zero that it started from (Kingma and Ba 2015, §3). Other values leave it as it is. What a block of steps does to
the average is y ← w^c·y + g, with c its finite values: so blocks of any size lead to the same average at a step.
"""

from collections.abc import Iterator
from itertools import islice

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.database.tables import NONFINITE, StepRow
from app.store import chunks
from app.store.chunks import AT_ONCE, STEPS
from app.store.pyramid import terms
from vae_core.report import Floats

FORGOTTEN = 28  # after this number over 1 − w finite values, one weighs e^−28 ≈ 1e−12

TABLE = SQLModel.metadata.tables[str(StepRow.__tablename__)]
BROKEN = sa.select(sa.func.count()).where(
    TABLE.c.run_id == sa.bindparam("run"), NONFINITE, TABLE.c.step < sa.bindparam("first")
)


def smoothed(session: Session, run_id: int, weight: float, first: int, last: int, width: int) -> Floats:
    """The average [T, n] of each term at the last step of each bucket of `width` steps, from `first` to `last`.

    `first` begins a bucket, `last` ends one or is the run's last step; the weight w is above 0 and below 1. NaN before
    the first finite value.
    """
    # 1. What came before, in blocks as large as chunks; then the window, in blocks that end where buckets do.
    begin = (first - 1) // STEPS * STEPS
    reach = int(FORGOTTEN / (1 - weight)) + session.execute(BROKEN, {"run": run_id, "first": first}).scalar_one()
    start = max(0, first - 1 - reach) // STEPS * STEPS
    block = min(width, STEPS)
    blocks = [*_blocks(session, run_id, weight, start + 1, begin, STEPS)]
    history = sum(count.shape[1] for count, _ in blocks)
    blocks += _blocks(session, run_id, weight, begin + 1, last, block)
    count, gain = (np.concatenate(part, axis=1) for part in zip(*blocks, strict=True))  # each [T, blocks]

    # 2. The average after each block, and its share of what is not the zero at the start.
    average = _recurrence(weight**count, gain)
    share = 1 - weight ** count.cumsum(1)
    average = np.divide(average, share, out=np.full_like(average, np.nan), where=share > 0)

    # 3. The blocks with which a bucket ends.
    ends = np.arange(first - 1 + width, last + width, width).clip(max=last)
    return average[:, history - 1 - (begin - ends) // block]


def _blocks(
    session: Session, run_id: int, weight: float, first: int, last: int, block: int
) -> Iterator[tuple[Floats, Floats]]:
    """How many finite values each block of the steps first..last has, and what it adds: c and g, each [T, blocks]."""
    parts = chunks.steps(session, run_id, first, last)
    while together := list(islice(parts, AT_ONCE)):
        values = terms(np.concatenate(together, axis=1))
        values = np.pad(values, ((0, 0), (0, -values.shape[1] % block)), constant_values=np.nan)
        yield _effect(values.reshape(len(values), -1, block), weight)


def _effect(values: Floats, weight: float) -> tuple[Floats, Floats]:
    """c and g of blocks [T, blocks, b] of values."""
    b = values.shape[-1]
    powers = weight ** np.arange(b + 1.0)
    finite = np.isfinite(values)
    if finite.all():
        return np.full(values.shape[:-1], float(b)), (1 - weight) * (values @ powers[b - 1 :: -1])
    later = finite[..., ::-1].cumsum(-1)[..., ::-1] - finite  # finite values that follow in the block
    own = np.where(finite, values, 0.0) * powers[later]
    return finite.sum(-1).astype(float), (1 - weight) * own.sum(-1)


def _recurrence(decay: Floats, gain: Floats) -> Floats:
    """All y_j = decay_j · y_(j−1) + gain_j along the last axis, from zero, in log2(n) passes."""
    shift = 1
    while shift < gain.shape[-1]:
        gain = np.concatenate([gain[:, :shift], gain[:, shift:] + decay[:, shift:] * gain[:, :-shift]], axis=1)
        decay = np.concatenate([decay[:, :shift], decay[:, shift:] * decay[:, :-shift]], axis=1)
        shift *= 2
    return gain
