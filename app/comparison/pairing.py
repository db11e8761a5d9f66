"""Runs compared image by image: the same held-out images under the same noise, one run's numbers less another's. Pure.

N is the images that all runs have scored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from vae_core.report import PICTURED, Floats
from vae_core.schema import DESCRIBED

Scores = Mapping[str, Floats]  # of a run: [N] under each name of `vae_core.report.Scores`, and its `label`
Z95 = 1.96  # standard errors to either side of a mean that hold it in 95 of 100 samples
WORST = 10  # images that the runs differ on most


@dataclass(frozen=True)
class Gap:
    """How far a run is from another: its mean less the other's; only the difference where images are not paired.

    The interval difference ± half_width holds the mean over all such images with 95 %. It covers the choice of images,
    not the choice of the seed.
    """

    __pydantic_config__ = DESCRIBED

    difference: float
    """The run's mean less the other's."""
    half_width: float | None = None
    """Of the 95 % interval around the difference."""
    images: int | None = None
    """Images that both runs have scored."""
    share: float | None = None
    """The difference over the other's mean; null where the quantity has no zero."""

    @property
    def clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.half_width is not None and abs(self.difference) > self.half_width


@dataclass(frozen=True)
class Lead:
    """The run with the least mean, the next one, and how far the first is from it."""

    __pydantic_config__ = DESCRIBED

    first: int
    """Its place among the runs."""
    second: int
    """The place of the next one."""
    gap: Gap
    """How far the first is from the second."""
    clear: bool
    """Whether it is ahead of each other run by more than the choice of images explains."""
    means: tuple[float | None, ...]
    """Of each run over the images that all that were scored share; null for one that was not."""


@dataclass(frozen=True)
class ClassShare:
    """On how many images of a class each run alone is the best one."""

    __pydantic_config__ = DESCRIBED

    name: str
    """Of the class, or "all"."""
    images: int
    """Held-out images of the class."""
    won: tuple[int, ...]
    """The images on which each run alone has the least value."""


@dataclass(frozen=True)
class Contrast:
    """An image on which the runs differ."""

    __pydantic_config__ = DESCRIBED

    image: int
    """Its place among the held-out images, from 0."""
    name: str
    """Of its class."""
    values: tuple[float, ...]
    """What each run scores on it."""


def paired(name: str, other: Scores, base: Scores, *, ratio: bool) -> Gap | None:
    """How far `other` is from `base`, with the interval of the mean of N differences; None where one is not finite."""
    n = min(len(base[name]), len(other[name]))
    ours, theirs = base[name][:n], other[name][:n]
    apart = theirs - ours
    if n < 2 or not np.isfinite(apart).all():
        return None
    mean, width = float(apart.mean()), Z95 * float(apart.std(ddof=1)) / sqrt(n)
    return Gap(mean, width, n, mean / float(ours.mean()) if ratio and ours.mean() > 0 else None)


def leading(name: str, scores: Sequence[Scores | None], *, ratio: bool) -> Lead | None:
    """Which of the runs that have scored it has the least mean, and by how much.

    None where fewer than two have, and where a number is not finite.
    """
    places = [place for place, run in enumerate(scores) if run and name in run]
    table = _table(name, [run for run in scores if run and name in run]) if len(places) > 1 else np.empty((0, 0))
    if len(places) < 2 or table.shape[1] < 2 or not np.isfinite(table).all():
        return None
    first, second, *_ = (places[row] for row in np.argsort(table.mean(1), kind="stable").tolist())
    rows = dict(zip(places, table, strict=True))
    gaps = {
        place: paired(name, {name: rows[first]}, {name: row}, ratio=ratio)
        for place, row in rows.items()
        if place != first
    }
    gap = gaps[second]
    assert gap  # noqa: S101  all are finite
    means = tuple(float(rows[place].mean()) if place in rows else None for place in range(len(scores)))
    return Lead(first, second, gap, all(one and one.clear for one in gaps.values()), means)


def class_shares(name: str, scores: Sequence[Scores], classes: Sequence[str]) -> tuple[ClassShare, ...]:
    """Who is best on how many images, of every class that there is and then of all; equal bests are nobody's."""
    table = _table(name, scores)
    labels = scores[0]["label"][: table.shape[1]].astype(int)
    ahead = table == table.min(0)
    alone = ahead & (ahead.sum(0) == 1)  # [runs, N]
    shares = [_share(classes[label], alone[:, labels == label]) for label in np.unique(labels)]
    return (*shares, _share("all", alone))


def contrasts(name: str, scores: Sequence[Scores], classes: Sequence[str]) -> tuple[Contrast, ...]:
    """The images, among those that pictures are kept of, with the widest range over the runs, the widest first."""
    table = _table(name, scores)[:, :PICTURED]
    places = np.flatnonzero(np.isfinite(table).all(0))
    widest = places[np.argsort(-np.ptp(table[:, places], axis=0), kind="stable")][:WORST]
    labels = scores[0]["label"].astype(int)
    return tuple(Contrast(at, classes[labels[at]], tuple(table[:, at].tolist())) for at in widest.tolist())


def _table(name: str, scores: Sequence[Scores]) -> Floats:
    """[runs, N]."""
    n = min(len(run[name]) for run in scores)
    return np.stack([run[name][:n] for run in scores])


def _share(name: str, alone: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> ClassShare:
    return ClassShare(name, alone.shape[1], tuple(alone.sum(1).tolist()))
