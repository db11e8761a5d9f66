"""One run's page: its curves, pictures, held-out numbers, examination and configuration."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.description import description
from app.export.tables import has_parquet
from app.logs import tail
from app.models import LIVE
from app.statistics import Missing
from app.store import control, evaluations, events, pictures, reports, runs
from app.web.api import RunId
from app.web.dependencies import DatabaseDep, SettingsDep, ShelfDep
from app.web.files import checkpoints_of
from app.web.pages.view import page, page_data

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
        evaluated = evaluations.all(session, run_id)
        sheets = pictures.all(session, run_id)
        report = reports.last(session, run_id)
    counted = shelf.find(stored.train_config)
    context = {
        **description(stored, evaluated, report, None if isinstance(counted, Missing) else counted),
        "run": runs.public(stored, evaluated[-1] if evaluated else None),
        "live": stored.status in LIVE,
        "goes_on": control.GOES_ON,
        "extends": control.EXTENDS,
        "checkpoints": checkpoints_of(settings, run_id),
        "log": "\n".join(tail(settings.log_path(run_id), LOG_LINES)),
        "has_parquet": has_parquet(),
        "page_data": page_data([stored], {run_id: evaluated}, {run_id: sheets}, cursor),
    }
    return page(request, "run.html", context)
