"""One run's page: its curves, pictures, held-out numbers, examination and configuration."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.export.tables import has_parquet
from app.jobs.logs import tail
from app.run_rules import EXTENDS, GOES_ON, LIVE
from app.store import events, pictures, runs, vitals
from app.store.public import listed
from app.web.api.files import checkpoints_of
from app.web.dependencies import DatabaseDep, SettingsDep, ShelfDep
from app.web.pages.page_data import page_data
from app.web.parameters import RunId
from app.web.rendering import page

router = APIRouter()

LOG_LINES = 40


@router.get("/runs/{run_id}")
def show_run(
    request: Request, database: DatabaseDep, settings: SettingsDep, shelf: ShelfDep, run_id: RunId
) -> Response:
    """One run: its curves, pictures, held-out numbers, examination and configuration."""
    with database.read() as session:
        cursor = events.newest_id(session)
        stored = runs.get(session, run_id, deleted_too=True)
        sheets = pictures.all(session, run_id)
        course = read_course(session, shelf, stored)
        (run,) = listed(session, [stored])
        has_vitals = stored.step < stored.train_config.vitals_interval or vitals.exist(session, run_id)
    evaluated = course.evaluations
    context = {
        **description(stored, evaluated, course.report, course.statistics, vitals=has_vitals),
        "run": run,
        "counting": course.counting,
        "live": stored.status in LIVE,
        "goes_on": GOES_ON,
        "extends": EXTENDS,
        "diagnosis": public(run_id, diagnose(course)),
        "checkpoints": checkpoints_of(settings, run_id),
        "log": "\n".join(tail(settings.log_path(run_id), LOG_LINES)),
        "has_parquet": has_parquet(),
        "page_data": page_data([stored], {run_id: evaluated}, {run_id: sheets}, cursor),
    }
    return page(request, "run/page.html", context)
