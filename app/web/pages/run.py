"""One run's page: its curves, pictures, held-out numbers, examination and configuration."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.comparison.summary import LETTERS
from app.diagnosis.diagnose import diagnose
from app.export.tables import has_parquet
from app.jobs.logs import tail
from app.run_page.context import describe_run
from app.run_rules import EXTENDS, GOES_ON, LIVE
from app.store import events, listing, pictures, runs, vitals
from app.web.api.diagnosis import read_history
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
        runs.require(session, run_id)
        (run,) = listing.some(session, [run_id])
        sheets = pictures.of_run(session, run_id)
        history = read_history(session, shelf, run)
        together = listing.group_sizes(session, [run.group]).get(run.group or "", 0)
        has_vitals = run.step < run.train_config.vitals_interval or vitals.exist(session, run_id)
    description = describe_run(run, history.evaluations, history.report, history.statistics, vitals=has_vitals)
    context = {
        **vars(description),
        "run": run,
        "together": together,
        "most_compared": len(LETTERS),
        "counting": history.counting,
        "live": run.status in LIVE,
        "goes_on": GOES_ON,
        "extends": EXTENDS,
        "diagnosis": diagnose(history),
        "checkpoints": checkpoints_of(settings, run_id),
        "log": "\n".join(tail(settings.log_path(run_id), LOG_LINES)),
        "has_parquet": has_parquet(),
        "page_data": page_data([run], {run_id: history.evaluations}, {run_id: sheets}, cursor),
    }
    return page(request, "run/page.html", context)
