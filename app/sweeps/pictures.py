"""The pictures of a sweep's page, each with the same numbers as a table. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor
from statistics import fmean, quantiles
from typing import Any

import numpy as np

from app.launch.labels import label
from app.plots.figure import Figure
from app.plots.sweeps import (
    BEST,
    GOOD,
    REST,
    Dot,
    Scale,
    dots_figure,
    frontier_figure,
    heat_figure,
    importance_figure,
    parallel_figure,
)
from app.records import Interval, Sweep, Trial
from app.sweeps.objectives import QUANTITIES as MINIMISED
from app.sweeps.objectives import RATE, best
from app.sweeps.space import kind
from app.sweeps.wording import params_words, unit, value_words
from app.text.numbers import MOST_DIGITS, format_number
from app.text.quantities import QUANTITIES

BINS = 6  # of an interval, in a heat map
FEWEST_FOR_A_QUARTER = 8  # trials, before a best quarter is told from the others
Cell = str | float | None


@dataclass(frozen=True)
class Chosen:
    """What the reader chose to see: a field against a quantity, and two fields against each other."""

    field: str
    of: str
    across: str
    up: str


@dataclass(frozen=True)
class Picture:
    """A figure, None while there is nothing to draw, and its numbers."""

    name: str
    title: str
    unit: str  # of measure of its quantities; empty where they have none
    about: str
    figure: Figure | None
    head: tuple[str, ...] = ()
    rows: Sequence[Sequence[Cell]] = ()


def chosen(sweep: Sweep, query: Mapping[str, str]) -> Chosen:
    """What was asked for where the sweep has it; else the first fields, the first quantity."""
    names, quantities = list(sweep.space), sweep.minimise
    field = query.get("field", "")
    across, up = query.get("across", ""), query.get("up", "")
    across = across if across in names else names[0]
    others = [name for name in names if name != across]
    return Chosen(
        field=field if field in names else names[0],
        of=of if (of := query.get("of", "")) in quantities else quantities[0],
        across=across,
        up=up if up in others else (others or names)[0],
    )


def pictures(
    sweep: Sweep, trials: Sequence[Trial], shown: Chosen, shares: Sequence[Mapping[str, float]]
) -> list[Picture]:
    """All that fit the sweep: the frontier of two quantities, a heat map of two fields.

    `shares` has the importance of the fields for each quantity; empty where too few trials have ended.
    """
    ended = [trial for trial in trials if trial.state == "complete" and trial.values]
    made = [_frontier(sweep, ended)] if len(sweep.minimise) > 1 else []
    made += [_field(sweep, trials, shown), _importance(sweep, shares)]
    if len(sweep.space) > 1:
        made += [_heat(sweep, ended, shown), _parallel(sweep, ended)]
    return made


def _parallel(sweep: Sweep, ended: Sequence[Trial]) -> Picture:
    names = [*sweep.space, *sweep.minimise]
    scales = [_scale(sweep, name, ended) for name in names]
    dots = _dots(sweep, ended, names)
    leading = "the best; coloured: the best quarter" if len(sweep.minimise) == 1 else "the frontier"
    return Picture(
        "parallel",
        "All fields at once",
        _units(sweep, sweep.minimise),
        f"A line is a trial that ended. Thick: {leading}. It breaks at a field that does not count beside the others.",
        parallel_figure(scales, dots) if len(ended) > 1 else None,
        ("trial", *map(_title, names)),
        [[str(trial.number), *(_shown(sweep, trial, name) for name in names)] for trial in ended],
    )


def _field(sweep: Sweep, trials: Sequence[Trial], shown: Chosen) -> Picture:
    known = [trial for trial in trials if trial.values and shown.field in trial.params]
    names = [shown.field, shown.of]
    pruned = " Hollow: pruned, as it was when it was paused." if any(one.state == "pruned" for one in known) else ""
    return Picture(
        "field",
        f"{_title(shown.of)} over {_title(shown.field)}",
        unit(sweep, shown.of),
        f"A dot is a trial, and opens its run.{pruned}",
        dots_figure(_scale(sweep, shown.field, known), _scale(sweep, shown.of, known), _dots(sweep, known, names))
        if known
        else None,
        ("trial", *map(_title, names), "state"),
        [[str(one.number), *(_shown(sweep, one, name) for name in names), one.state] for one in known],
    )


def _frontier(sweep: Sweep, ended: Sequence[Trial]) -> Picture:
    names = sweep.minimise
    in_nats = set(names) == {"kl", "reconstruction"}
    lines = " Along a thin line −ELBO, the sum of both, is the same." if in_nats else ""
    across, up = (_scale(sweep, name, ended) for name in names)
    ahead = best(ended)
    return Picture(
        "frontier",
        f"{_title(names[0])} against {_title(names[1])}",
        _units(sweep, names),
        f"Joined: the frontier, whose trials no other beats in both.{lines}",
        frontier_figure(across, up, _dots(sweep, ended, names), in_nats=in_nats) if len(ended) > 1 else None,
        ("trial", *map(_title, names), *(["−ELBO"] * in_nats), "on the frontier"),
        [
            [
                str(one.number),
                *(one.values or []),
                *([sum(one.values or [])] * in_nats),
                "yes" if one.number in ahead else "no",
            ]
            for one in ended
        ],
    )


def _heat(sweep: Sweep, ended: Sequence[Trial], shown: Chosen) -> Picture:
    """The mean of the trials in each cell; an interval is cut into a few of equal length."""
    (across, column_of), (up, row_of) = (_cut(sweep, name) for name in (shown.across, shown.up))
    held: dict[tuple[int, int], list[float]] = {}
    for trial in ended:
        if shown.across in trial.params and shown.up in trial.params and trial.values:
            place = row_of(trial.params[shown.up]), column_of(trial.params[shown.across])
            held.setdefault(place, []).append(trial.values[sweep.minimise.index(shown.of)])
    grid = [[held.get((row, column), []) for column in range(len(across.choices))] for row in range(len(up.choices))]
    means = [[fmean(values) if values else None for values in row] for row in grid]
    texts = [
        [f"{_title(shown.of)} {format_number(fmean(cell), 4)}, {len(cell)} trials" if cell else "" for cell in row]
        for row in grid
    ]
    return Picture(
        "heat",
        f"{_title(shown.of)} over {_title(shown.across)} and {_title(shown.up)}",
        unit(sweep, shown.of),
        "The mean of the trials that ended in each cell: bright is less, which is better; blank has none.",
        heat_figure(across, up, means, texts) if held else None,
        (f"{up.title} ↓ {across.title} →", *across.choices),
        [[choice, *row] for choice, row in zip(up.choices, means, strict=True)],
    )


def _importance(sweep: Sweep, shares: Sequence[Mapping[str, float]]) -> Picture:
    named = [
        (_title(quantity), {label(name): share for name, share in parts.items()})
        for quantity, parts in zip(sweep.minimise, shares, strict=False)
    ]
    return Picture(
        "importance",
        "Which fields matter",
        "",
        "How much each field decides whether a trial is among the best tenth, five at least (PED-ANOVA): in this space "
        "and by these trials alone, of which it needs ten or more.",
        importance_figure(named) if named else None,
        ("field", *(f"{quantity}, %" for quantity, _ in named)),
        [[name, *(100 * parts[name] for _, parts in named)] for name in (named[0][1] if named else {})],
    )


def _title(name: str) -> str:
    return QUANTITIES[name].name if name in {*MINIMISED, RATE} else label(name)


def _units(sweep: Sweep, names: Sequence[str]) -> str:
    """In which units of measure the quantities are."""
    return "; ".join(dict.fromkeys(filter(None, (unit(sweep, name) for name in names))))


def _shown(sweep: Sweep, trial: Trial, name: str) -> Cell:
    if name in sweep.minimise:
        return trial.values[sweep.minimise.index(name)] if trial.values else None
    return value_words(name, trial.params[name]) if name in trial.params else None


def _scale(sweep: Sweep, name: str, trials: Sequence[Trial]) -> Scale:
    """A field's own interval or values; of a quantity, from the least to the greatest of these trials."""
    if name in sweep.minimise:
        values = [trial.values[sweep.minimise.index(name)] for trial in trials if trial.values] or [0.0]
        return Scale(_title(name), min(values), max(values))
    dimension = sweep.space[name]
    if isinstance(dimension, Interval):
        return Scale(_title(name), dimension.low, dimension.high, dimension.log)
    return Scale(_title(name), 0, len(dimension) - 1, choices=tuple(value_words(name, one) for one in dimension))


def _place(sweep: Sweep, trial: Trial, name: str) -> float | None:
    if name in sweep.minimise:
        return trial.values[sweep.minimise.index(name)] if trial.values else None
    if name not in trial.params:
        return None
    dimension, value = sweep.space[name], trial.params[name]
    return dimension.index(value) if isinstance(dimension, list) else float(value)


def _dots(sweep: Sweep, trials: Sequence[Trial], names: Sequence[str]) -> list[Dot]:
    ended = [trial for trial in trials if trial.state == "complete" and trial.values]
    ahead = best(ended)
    values = [trial.values[0] for trial in ended if trial.values]
    quarter = quantiles(values, n=4)[0] if len(values) >= FEWEST_FOR_A_QUARTER and len(sweep.minimise) == 1 else None

    def told_as(trial: Trial) -> int:
        if trial.number in ahead:
            return BEST
        good = quarter is not None and trial.state == "complete" and trial.values and trial.values[0] <= quarter
        return GOOD if good else REST

    return [
        Dot(
            places=tuple(_place(sweep, trial, name) for name in names),
            text=_text(sweep, trial),
            run=trial.run,
            kind=told_as(trial),
            is_pruned=trial.state == "pruned",
        )
        for trial in trials
    ]


def _text(sweep: Sweep, trial: Trial) -> str:
    """Under the pointer, in lines."""
    values = zip(sweep.minimise, trial.values or [], strict=False)
    measured = ", ".join(f"{_title(name)} {format_number(value, 4)}" for name, value in values)
    fields = (params_words({name: value}) for name, value in trial.params.items())
    return "<br>".join([f"Trial {trial.number}: {measured}", *fields])


def _cut(sweep: Sweep, name: str) -> tuple[Scale, Callable[[Any], int]]:
    """A field in a few choices, and a function from its value to the number of one."""
    dimension = sweep.space[name]
    if isinstance(dimension, list):
        return _scale(sweep, name, []), dimension.index
    edges = _edges(dimension, whole=kind(name) == "integer")
    texts = _between(edges, whole=kind(name) == "integer")

    def number(value: float) -> int:
        return int(np.clip(np.searchsorted(edges, value, side="right") - 1, 0, len(texts) - 1))

    return Scale(_title(name), 0, len(texts) - 1, choices=texts), number


def _edges(interval: Interval, *, whole: bool) -> list[float]:
    """Where the parts of an interval begin, and where the last one ends; of whole numbers each has at least one."""
    spread = np.geomspace if interval.log else np.linspace
    if not whole:
        return [float(edge) for edge in spread(interval.low, interval.high, BINS + 1)]
    firsts = {floor(edge) for edge in spread(interval.low, interval.high + 1, BINS + 1)[:-1].round(9)}
    return [*map(float, sorted(firsts)), interval.high + 1]


def _between(edges: Sequence[float], *, whole: bool) -> tuple[str, ...]:
    """The parts in words, with as many digits as keep them apart."""
    if whole:
        ends = [(int(first), int(end) - 1) for first, end in pairwise(edges)]
        return tuple(f"{first}–{last}" if first < last else str(first) for first, last in ends)
    texts = [format_number(edge) for edge in edges]
    if len(set(texts)) < len(texts):
        texts = [format_number(edge, MOST_DIGITS) for edge in edges]
    return tuple(f"{first} – {end}" for first, end in pairwise(texts))
