"""Runs by configuration, as the page of a group and a comparison of many show them: a verdict, curves and a table."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from app.comparison.group import METRICS, Cell, SeedOutcome, more_seeds, outcome, seed_curve
from app.comparison.metrics import BOUNDS
from app.comparison.standing import by_dataset
from app.plots.figure import Figure, Line
from app.plots.palette import slots
from app.plots.rows import title
from app.plots.terms import Bundle, bundles_figure
from app.records import EvaluationRecord, Run
from app.run_rules import LIVE
from app.store import evaluations
from app.text.quantities import QUANTITIES

DRAWN = 8  # configurations, one a colour


def bundles(session: Session, runs: Sequence[Run], *, each: bool) -> dict[str, Any]:
    """What the parts of `templates/group` show of at least one run; with `each`, the curves of single runs, too."""
    made = outcome(runs)
    drawn = _drawn(made)
    by_id = {run.id: run for run in runs}
    evaluated = evaluations.of_runs(session, [run.id for run in runs])
    having = {name: sum(name in cell.metrics for cell in made.cells) for name in METRICS}
    return {
        "runs": by_id,
        "cells": made.cells,
        "slots": {place: line.slot for place, line in drawn.items()},
        "sentences": made.sentences,
        "metrics": [name for name in METRICS if having[name]],
        "quantities": QUANTITIES,
        "apart": [name for name in METRICS if name not in made.shared and having[name] > 1],
        "best": {name: made.best(name) for name in made.shared},
        "decisive": more_seeds(made, [_under_way(cell, by_id) for cell in made.cells]),
        "live": sum(run.status in LIVE for run in runs),
        "each": each,
        "figure": _figure(made, drawn, by_id, evaluated, each=each) if len(by_dataset(runs)) == 1 else None,
    }


def _under_way(cell: Cell, runs: Mapping[int, Run]) -> int:
    """The seeds of a configuration that have finished or may yet."""
    its = [runs[run] for run in cell.runs]
    return len({run.train_config.seed for run in its if run.status == "finished" or run.status in LIVE})


def _drawn(made: SeedOutcome) -> dict[int, Line]:
    """A colour for each configuration, that of its first run; of more than eight those with the least error so far."""
    ranked = sorted(range(len(made.cells)), key=lambda place: (_error(made.cells[place]), place))
    places = sorted(ranked[:DRAWN])
    firsts = [made.cells[place].runs[0] for place in places]
    taken = slots(firsts)
    return {place: Line(run, made.cells[place].label, taken[run]) for place, run in zip(places, firsts, strict=True)}


def _error(cell: Cell) -> float:
    known = cell.metrics.get("mse_per_pixel")
    return known.mean if known else float("inf")


def _figure(
    made: SeedOutcome,
    drawn: Mapping[int, Line],
    runs: Mapping[int, Run],
    evaluated: Mapping[int, Sequence[EvaluationRecord]],
    *,
    each: bool,
) -> Figure | None:
    """The bound, where all share one, the squared error and the KL over steps; None before the first evaluation.

    Errors and KLs are never below 0, so their bands are not either.
    """
    bound = [name for name in BOUNDS if name in made.shared][:1]
    counted = {place: _counted([runs[run] for run in made.cells[place].runs]) for place in drawn}
    rows = []
    for name in (*bound, "mse_per_pixel", "kl"):
        curves = {place: seed_curve([evaluated[run] for run in counted[place]], name) for place in drawn}
        shown = [
            Bundle(
                line=drawn[place],
                steps=curve.steps,
                mean=[one.mean for one in curve.spreads],
                low=[one.low if one.low is None or name in bound else max(0.0, one.low) for one in curve.spreads],
                high=[one.high for one in curve.spreads],
                runs=curve.runs,
            )
            for place, curve in curves.items()
            if curve.steps
        ]
        if shown:
            rows.append((title(name), shown))
    return bundles_figure(rows, each=each) if rows else None


def _counted(runs: Sequence[Run]) -> list[int]:
    """The runs that a configuration's curve is the mean of: those that have finished, or else those on their way."""
    finished = [run.id for run in runs if run.status == "finished"]
    return finished or [run.id for run in runs if run.status in LIVE]
