"""What is wrong with a run, so far: JSON for programs, and what the run's page shows of it."""

from collections.abc import Iterator

from fastapi import APIRouter, Depends
from sqlmodel import Session

from app.diagnosis.diagnose import Diagnosis, diagnose
from app.diagnosis.history import RunHistory, TrainingTerms
from app.records import BucketedSteps, Run, Steps
from app.store import evaluations, reports, runs, steps, vitals
from app.web.dependencies import DatabaseDep, ShelfDep
from app.web.parameters import RunId
from app.web.pixel_statistics import NoStatistics, StatisticsCache
from app.web.refusals import refusals
from app.web.security import require_user

router = APIRouter(prefix="/api/runs/{run_id}", dependencies=[Depends(require_user)], tags=["diagnosis"])


@router.get("/diagnosis", responses=refusals(404, 422))
def read_diagnosis(database: DatabaseDep, shelf: ShelfDep, run_id: RunId) -> Diagnosis:
    """What was checked up to the last evaluation, and each alarm with its evidence and the address of a sibling's form.

    `step` is null before the first evaluation after a step, when only a run that diverged is checked. Live units are
    not checked while the pixels of the data set are being counted: some seconds, once.
    """
    with database.read() as session:
        return diagnose(read_history(session, shelf, runs.get(session, run_id, deleted_too=True)))


def read_history(session: Session, shelf: StatisticsCache, run: Run) -> RunHistory:
    """Everything that a diagnosis rests on."""
    statistics = shelf.find(run.train_config)
    return RunHistory(
        run=run.id,
        config=run.train_config,
        status=run.status,
        evaluations=evaluations.of_run(session, run.id),
        training=list(_training(steps.window(session, run.id, fields=("reconstruction", "kl")))),
        report=reports.last(session, run.id),
        statistics=None if isinstance(statistics, NoStatistics) else statistics,
        counting=isinstance(statistics, NoStatistics) and statistics.soon,
        vitals=vitals.of_run(session, run.id) if run.status == "diverged" else None,
    )


def _training(window: Steps | BucketedSteps) -> Iterator[TrainingTerms]:
    """Each step's terms; the means of buckets where the steps are too many to be read one by one."""
    if isinstance(window, Steps):
        columns = window.reconstruction, window.kl
    else:
        columns = window.reconstruction.mean, window.kl.mean
    return map(TrainingTerms._make, zip(window.step, *columns, strict=True))
