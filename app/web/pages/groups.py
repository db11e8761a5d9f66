"""Runs that were launched together: how far they are, who is ahead over seeds, and what to do next."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.comparison.actions import compare_address
from app.comparison.group import METRICS, Cell, SeedOutcome, more_seeds, outcome, seed_curve
from app.comparison.metrics import BOUNDS
from app.comparison.standing import by_dataset
from app.comparison.summary import LETTERS
from app.jobs.queue import GroupAction, act_on_group, add_seeds
from app.launch.request import MAX_RUNS
from app.plots.figure import Figure, Line
from app.plots.palette import slots
from app.plots.rows import title
from app.plots.terms import Bundle, bundles_figure
from app.records import EvaluationRecord, Run
from app.run_rules import LIVE
from app.store import evaluations, events
from app.text.quantities import QUANTITIES
from app.web.api.groups import GroupId, grouped
from app.web.dependencies import DatabaseDep, SchedulerDep, SettingsDep
from app.web.rendering import page

router = APIRouter(prefix="/groups/{group_id}")

DRAWN = 8  # configurations, one a colour
MORE = 3  # seeds that one click adds
ORDER = ("running", "queued", "paused", "finished", "stopped", "interrupted", "failed", "diverged")


@router.get("")
def show_group(
    request: Request, database: DatabaseDep, settings: SettingsDep, group_id: GroupId, *, each: bool = False
) -> Response:
    """The page; with `each`, the curves of single runs, too."""
    with database.read() as session:
        cursor = events.newest_id(session)
        runs = grouped(session, group_id)
        evaluated = evaluations.of_runs(session, [run.id for run in runs])
    made = outcome(runs)
    drawn = _drawn(made)
    counts = Counter[str](run.status for run in runs)
    alone = len(by_dataset(runs)) == 1
    context = {
        "group": group_id,
        "name": runs[0].name,
        "runs": {run.id: run for run in runs},
        "counts": {status: counts[status] for status in ORDER if counts[status]},
        "live": sum(counts[status] for status in LIVE),
        "failed": counts["failed"] + counts["interrupted"],
        "steps": sum(run.step for run in runs),
        "total_steps": sum(run.total_steps for run in runs),
        "left": _time_left(runs, settings.slots),
        "cells": made.cells,
        "slots": {place: line.slot for place, line in drawn.items()},
        "sentences": made.sentences,
        "metrics": [name for name in METRICS if any(name in cell.metrics for cell in made.cells)],
        "quantities": QUANTITIES,
        "apart": [
            name for name in METRICS if name not in made.shared and sum(name in cell.metrics for cell in made.cells) > 1
        ],
        "best": {name: made.best(name) for name in made.shared},
        "more": MORE,
        "decisive": more_seeds(made.contrasts),
        "each": each,
        "compare": compare_address(runs) if 1 < len(runs) <= len(LETTERS) else None,
        "most": len(LETTERS),
        "figure": _figure(made, drawn, {run.id: run for run in runs}, evaluated, each=each) if alone else None,
        "group_data": {"cursor": cursor, "runs": [run.id for run in runs]},
    }
    return page(request, "group/page.html", context)


@router.post("/seeds")
def launch_seeds(
    database: DatabaseDep,
    scheduler: SchedulerDep,
    group_id: GroupId,
    count: Annotated[int, Form(ge=1, le=MAX_RUNS)] = MORE,
) -> Response:
    """The button that adds seeds to every configuration."""
    add_seeds(database, scheduler, group_id, count)
    return RedirectResponse(f"/groups/{group_id}", 303)


@router.post("/{action}")
def act(database: DatabaseDep, scheduler: SchedulerDep, group_id: GroupId, action: GroupAction) -> Response:
    """The buttons that stop all, or try again what failed."""
    act_on_group(database, scheduler, group_id, action)
    return RedirectResponse(f"/groups/{group_id}", 303)


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
    """The bound, where all share one, the squared error and the KL over steps; None before the first evaluation."""
    bound = [name for name in BOUNDS if name in made.shared][:1]
    counted = {place: _counted([runs[run] for run in made.cells[place].runs]) for place in drawn}
    rows = []
    for name in (*bound, "mse_per_pixel", "kl"):
        curves = {place: seed_curve([evaluated[run] for run in counted[place]], name) for place in drawn}
        bundles = [
            Bundle(
                line=drawn[place],
                steps=curve.steps,
                mean=[one.mean for one in curve.spreads],
                low=[one.low for one in curve.spreads],
                high=[one.high for one in curve.spreads],
                runs=curve.runs,
            )
            for place, curve in curves.items()
            if curve.steps
        ]
        if bundles:
            rows.append((title(name), bundles))
    return bundles_figure(rows, each=each) if rows else None


def _counted(runs: Sequence[Run]) -> list[int]:
    """The runs that a configuration's curve is the mean of: those that have finished, or else those on their way."""
    finished = [run.id for run in runs if run.status == "finished"]
    return finished or [run.id for run in runs if run.status in LIVE]


def _time_left(runs: Sequence[Run], slots: int) -> float | None:
    """Seconds until the last run ends, at the pace of the steps that were made; None where nothing is known of it."""
    made = sum(run.step for run in runs)
    left = [run.total_steps - run.step for run in runs if run.status in {"queued", "running"}]
    if not made or not left:
        return None
    pace = sum(run.seconds for run in runs) / made
    return pace * max(*left, sum(left) / max(1, min(slots, len(left))))
