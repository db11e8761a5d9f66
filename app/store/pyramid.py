"""The terms of consecutive steps in equal buckets, each level of the pyramid sixteen times as wide as the one below.

Pure numbers, no database. n is the buckets, T the `TERMS`, m the steps. What is not there, or not finite, is NaN.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from vae_core.report import Floats

STORED = ("seconds", "reconstruction", "kl", "loss", "beta")  # of a step; its ELBO follows from two of them
TERMS = ("reconstruction", "kl", "elbo", "loss", "beta")
FACTOR = 16
ROWS = 1 + 4 * len(TERMS)  # of an array of buckets


def terms(steps: Floats) -> Floats:
    """The `TERMS` [T, m] of steps [5, m], whose rows are the `STORED`."""
    _, reconstruction, kl, loss, beta = steps
    return np.stack([reconstruction, kl, -(reconstruction + kl), loss, beta])


@dataclass(frozen=True)
class Buckets:
    """Equal buckets of consecutive steps. Merging is exact and associative, so that no way to a bucket changes it."""

    seconds: Floats  # [n] of training, at the last step; NaN for a bucket without a step
    count: Floats  # [T, n] the finite values
    low: Floats  # [T, n] the least of them, NaN where there is none
    total: Floats  # [T, n] their sum
    high: Floats  # [T, n] the greatest of them, NaN where there is none

    @classmethod
    def of_steps(cls, steps: Floats) -> "Buckets":
        """Buckets of one step each, from steps [5, m]."""
        values = terms(steps)
        finite = np.isfinite(values)
        return cls(steps[0], finite.astype(float), values, np.where(finite, values, 0.0), values)

    @property
    def mean(self) -> Floats:
        """[T, n] of the finite values; NaN where there is none."""
        return np.divide(self.total, self.count, out=np.full_like(self.total, np.nan), where=self.count > 0)

    def merged(self, factor: int) -> "Buckets":
        """Each `factor` neighbours, a power of two, as one; the last of them may be fewer."""
        return self if factor == 1 else self._paired().merged(factor // 2)

    def _paired(self) -> "Buckets":
        return Buckets(
            np.fmax(*_pairs(self.seconds, np.nan)),  # time only rises
            np.add(*_pairs(self.count, 0.0)),
            np.fmin(*_pairs(self.low, np.nan)),
            np.add(*_pairs(self.total, 0.0)),
            np.fmax(*_pairs(self.high, np.nan)),
        )

    def cut(self, part: Any) -> "Buckets":
        """Some of the buckets, by a slice or a mask."""
        return Buckets(*(values[..., part] for values in vars(self).values()))

    @property
    def rows(self) -> Floats:
        """All of it as one array [ROWS, n]."""
        return np.concatenate([self.seconds[None], self.count, self.low, self.total, self.high])

    @classmethod
    def of_rows(cls, rows: Floats) -> "Buckets":
        """From `rows`."""
        return cls(rows[0], *rows[1:].reshape(4, len(TERMS), -1))


def packed(rows: Floats) -> bytes:
    """Rows [r, n] of numbers as little-endian doubles."""
    return rows.astype("<f8").tobytes()


def unpacked(data: bytes, rows: int) -> Floats:
    """So many rows [r, n] of numbers from `packed` bytes."""
    return np.frombuffer(data, "<f8").reshape(rows, -1)


def _pairs(values: Floats, nothing: float) -> tuple[Floats, Floats]:
    """The first and the second of each two neighbours along the last axis, with `nothing` beside an odd last one."""
    if values.shape[-1] % 2:
        values = np.concatenate([values, np.full((*values.shape[:-1], 1), nothing)], axis=-1)
    return values[..., ::2], values[..., 1::2]
