"""What is wrong with a run, so far: JSON for programs, and what the run's page shows of it."""

from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from sqlmodel import Session

from app.diagnosis.course import Changes, Course
from app.diagnosis.diagnose import Diagnosis, diagnose
from app.launch.form import typed
from app.records import Run
from app.store import evaluations, reports, runs, steps
from app.web.api.runs import Json
from app.web.dependencies import DatabaseDep, ShelfDep
from app.web.parameters import RunId
from app.web.pixel_statistics import Missing, StatisticsCache
from app.web.security import require_user

router = APIRouter(prefix="/api/runs/{run_id}", dependencies=[Depends(require_user)])

TERMS = ("reconstruction", "kl")


@router.get("/diagnosis")
def read_diagnosis(database: DatabaseDep, shelf: ShelfDep, run_id: RunId) -> Json:
    """What was checked up to the last evaluation, and each alarm with its evidence and the address of a sibling's form.

    `step` is null, and nothing is checked, before the first evaluation after a step. Live units are not checked while
    the pixels of the data set are being counted: some seconds, once.
    """
    with database.read() as session:
        course = read_course(session, shelf, runs.get(session, run_id, deleted_too=True))
    return {"run": run_id, **public(run_id, diagnose(course))}


def read_course(session: Session, shelf: StatisticsCache, run: Run) -> Course:
    """Everything that a diagnosis rests on."""
    run_id, config = run.id or 0, run.train_config
    found = shelf.find(config)
    return Course(
        config=config,
        status=run.status,
        evaluations=evaluations.of_run(session, run_id),
        training=_means(steps.columns(session, run_id, fields=TERMS)),
        report=reports.last(session, run_id),
        statistics=None if isinstance(found, Missing) else found,
        counting=isinstance(found, Missing) and found.soon,
    )


def public(run_id: int, diagnosis: Diagnosis) -> Json:
    """A diagnosis with the address of each sibling's form, None where there is nothing to change."""
    siblings = [{"sibling": _sibling(run_id, finding.changes)} for finding in diagnosis.findings]
    told = asdict(diagnosis)
    return {**told, "findings": [{**one, **link} for one, link in zip(told["findings"], siblings, strict=True)]}


def _sibling(run_id: int, changes: Changes) -> str | None:
    return f"/runs/new?{urlencode({'from': run_id, **typed(changes)})}" if changes else None


def _means(columns: Json) -> Json:
    """Of buckets their means, where the steps are too many to be read one by one."""
    means: dict[str, Any] = {name: columns[name] for name in ("step", *TERMS)}
    return {name: values["mean"] if isinstance(values, dict) else values for name, values in means.items()}
