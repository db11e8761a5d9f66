"""Runs that were launched together: how far they are, who is ahead over seeds, and what to do next."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.comparison.actions import compare_address
from app.comparison.summary import LETTERS
from app.jobs.queue import ACTIONS, GroupAction, act_on_group, add_seeds
from app.launch.request import MAX_RUNS
from app.records import Run
from app.store import events, listing
from app.web.api.groups import GroupId
from app.web.dependencies import DatabaseDep, SchedulerDep, SettingsDep
from app.web.pages.bundles import bundles
from app.web.rendering import page

router = APIRouter(prefix="/groups/{group_id}")

MORE = 3  # seeds that one click adds
ORDER = ("running", "queued", "paused", "finished", "stopped", "interrupted", "failed", "diverged")


@router.get("")
def show_group(
    request: Request, database: DatabaseDep, settings: SettingsDep, group_id: GroupId, *, each: bool = False
) -> Response:
    """The page; with `each`, the curves of single runs, too."""
    with database.read() as session:
        cursor = events.newest_id(session)
        runs = listing.require_group(session, group_id)
        bundled = bundles(session, runs, each=each)
    counts = Counter[str](run.status for run in runs)
    context = bundled | {
        "group": group_id,
        "address": f"/groups/{group_id}",
        "name": runs[0].name,
        "counts": {status: counts[status] for status in ORDER if counts[status]},
        "may": {action: sum(counts[status] for status in states) for action, (states, _) in ACTIONS.items()},
        "steps": sum(run.step for run in runs),
        "total_steps": sum(run.total_steps for run in runs),
        "left": _time_left(runs, settings.slots),
        "more": MORE,
        "compare": compare_address(runs) if 1 < len(runs) <= len(LETTERS) else None,
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
    """The buttons that stop all, or go on with what failed or was stopped."""
    act_on_group(database, scheduler, group_id, action)
    return RedirectResponse(f"/groups/{group_id}", 303)


def _time_left(runs: Sequence[Run], slots: int) -> float | None:
    """Seconds until the last run ends, at the pace of the steps that were made; None where nothing is known of it."""
    made = sum(run.step for run in runs)
    left = [run.total_steps - run.step for run in runs if run.status in {"queued", "running"}]
    if not made or not left:
        return None
    pace = sum(run.seconds for run in runs) / made
    return pace * max(*left, sum(left) / max(1, min(slots, len(left))))
