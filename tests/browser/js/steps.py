"""Steps of a run, and their buckets as the store makes them."""

from typing import Any

import numpy as np
import pytest

TERMS = ("reconstruction", "kl", "elbo", "loss", "beta")

Columns = dict[str, Any]


def streamed(first: int, last: int) -> Columns:
    """The steps first..last as the stream sends them; in about one of ten no term was finite."""
    steps = list(range(first, last + 1))
    dice = [np.random.default_rng(step) for step in steps]
    broken = [step for step, one in zip(steps, dice, strict=True) if one.random() < 0.1]
    values = {
        name: [
            None if step in broken else round(float(one.normal(50, 20)), 3)
            for step, one in zip(steps, dice, strict=True)
        ]
        for name in TERMS
    }
    clocks = {"step": steps, "epoch": [step / 23 for step in steps], "seconds": [step / 100 for step in steps]}
    return {**clocks, **values, "nonfinite": broken, "nonfinite_count": len(broken)}


def bucketed(columns: Columns, width: int) -> Columns:
    """These steps in buckets: point k holds the steps k·width + 1 to (k + 1)·width. None is in no mean."""
    if width == 1:
        return columns
    groups: dict[int, list[int]] = {}
    for place, step in enumerate(columns["step"]):
        groups.setdefault((step - 1) // width, []).append(place)
    made: Columns = {"bucket": width, "nonfinite": columns["nonfinite"], "nonfinite_count": len(columns["nonfinite"])}
    for clock in ("step", "epoch", "seconds"):
        made[clock] = [columns[clock][places[-1]] for places in groups.values()]
    for name in TERMS:
        finite = [[v for place in places if (v := columns[name][place]) is not None] for places in groups.values()]
        made[name] = {
            way: [reduce(values) if values else None for values in finite]
            for way, reduce in (("min", min), ("mean", lambda values: sum(values) / len(values)), ("max", max))
        }
    return made


def near(values: list[float | None]) -> list[Any]:
    """What compares equal to these values but for the last digits of a mean."""
    return [None if value is None else pytest.approx(value, rel=1e-9) for value in values]
