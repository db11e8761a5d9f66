"""The JSON API of runs: parse, one call, answer. The pages are its HTML twins."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from app.database.engine import Database
from app.errors import NotFound, Refused
from app.jobs.queue import launch
from app.launch.request import LaunchRequest, Tags
from app.leaderboard.columns import shown_columns
from app.leaderboard.table import csv
from app.records import (
    BucketedSteps,
    EvaluationRecord,
    ListedRun,
    PictureSheet,
    Record,
    Run,
    RunPage,
    Steps,
    VitalsColumns,
)
from app.run_rules import LONGEST_NAME, LONGEST_NOTES, unexamined
from app.store import evaluations, listing, pictures, reports, runs, steps, vitals
from app.web.dependencies import DatabaseDep, SchedulerDep
from app.web.parameters import RunId, RunQuery, StepNumber, TableQuery
from app.web.refusals import CHANGE, file_of, refusals
from app.web.security import require_user
from vae_core.config.train_config import json_schema
from vae_core.presets import PRESETS, Preset
from vae_core.report import Reading, Report
from vae_core.schema import DESCRIBED

router = APIRouter(prefix="/api", dependencies=[Depends(require_user)], tags=["runs"])

PART = 200  # runs of a table that are read at once


class RunChange(BaseModel):
    """The body of `PATCH /api/runs/{id}`: only what is given changes."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)] | None = None
    """What to call the run."""
    tags: Tags | None = None
    """What to file the run under, in place of the tags that it has."""
    notes: Annotated[str, Field(max_length=LONGEST_NOTES)] | None = None
    """What to remember of the run, in Markdown."""


class Launched(Record):
    """The runs that a request launched."""

    group: str
    """The mark that they share; `GET /api/groups/{id}` compares them."""
    runs: list[Run]
    """In the order in which they are queued."""


class Evaluations(Record):
    """The evaluations of a run."""

    evaluations: list[EvaluationRecord]
    """Oldest first."""


class PictureSheets(Record):
    """The picture sheets of a run."""

    pictures: list[PictureSheet]
    """Oldest first."""


class Xray(Record):
    """The likelihood X-ray of a run's model."""

    run: int
    """The run's number."""
    step: int
    """After which the model was examined."""
    xray: list[Reading]
    """A row for each reading."""


@dataclass(frozen=True)
class Configuration:
    """What a configuration can be."""

    __pydantic_config__ = DESCRIBED

    schema: dict[str, Any]
    """JSON Schema of TrainConfig, with the help, bounds, default and group of each field."""
    presets: list[Preset]
    """Named configurations."""


@router.get("/config", responses=refusals(), tags=["configuration"])
def read_config() -> Configuration:
    """JSON Schema of TrainConfig with help, bounds and defaults, and the presets."""
    return Configuration(json_schema(), list(PRESETS.values()))


@router.post("/runs", status_code=201, responses=refusals(422, *CHANGE))
def create_runs(database: DatabaseDep, scheduler: SchedulerDep, request: LaunchRequest) -> Launched:
    """Launch one run, or the several that a preset, a twin, varied fields or seeds make.

    A `request_id` that was sent before launches nothing, and its answer has the runs of that time.
    """
    group = request.request_id or runs.new_group()
    return Launched(group=group, runs=list(launch(database, scheduler, request, group)))


@router.get("/runs", responses=refusals(422))
def list_runs(database: DatabaseDep, query: Annotated[RunQuery, Query()]) -> RunPage:
    """A page of runs, the cursor of the next page, how many runs match, and how many each filter value would leave."""
    with database.read() as session:
        return listing.find(session, **query.criteria(), after=query.after, limit=query.limit)


@router.get("/runs.csv", response_class=StreamingResponse, responses=file_of("text/csv") | refusals(422))
def read_table(database: DatabaseDep, query: Annotated[TableQuery, Query()]) -> StreamingResponse:
    """Every run that matches as a table, streamed: the columns of the list, and the unit of measure of each −ELBO."""
    names = shown_columns(query.columns, query.sort)
    with database.read() as session:
        matching = listing.numbers(session, **query.criteria())
    headers = {"Content-Disposition": 'attachment; filename="runs.csv"'}
    return StreamingResponse(csv(_parts(database, matching), names), media_type="text/csv", headers=headers)


def _parts(database: Database, run_ids: Sequence[int]) -> Iterator[list[ListedRun]]:
    for start in range(0, len(run_ids), PART):
        part = run_ids[start : start + PART]
        with database.read() as session:
            known = {run.id: run for run in listing.some(session, part)}
        yield [known[run_id] for run_id in part if run_id in known]


@router.get("/runs/{run_id}", responses=refusals(404, 422))
def read_run(database: DatabaseDep, run_id: RunId) -> Run:
    """One run, deleted ones included, so that a link can still say what became of it."""
    with database.read() as session:
        return runs.get(session, run_id, deleted_too=True)


@router.patch("/runs/{run_id}", responses=refusals(404, 422, *CHANGE))
def change_run(database: DatabaseDep, run_id: RunId, change: Annotated[RunChange, Body()]) -> Run:
    """Rename, tag or annotate."""
    with database.write() as session:
        return runs.update(session, run_id, **change.model_dump(exclude_unset=True))


@router.delete("/runs/{run_id}", responses=refusals(404, 409, 422, *CHANGE))
def delete_run(database: DatabaseDep, run_id: RunId) -> Run:
    """Hide a run that has ended; restore brings it back. 409 while it is live."""
    with database.write() as session:
        return runs.delete(session, run_id)


@router.post("/runs/{run_id}/restore", responses=refusals(404, 422, *CHANGE))
def restore_run(database: DatabaseDep, run_id: RunId) -> Run:
    """Undo a deletion."""
    with database.write() as session:
        return runs.restore(session, run_id)


@router.get("/runs/{run_id}/steps", responses=refusals(404, 422), response_model_exclude_unset=True)
def read_steps(
    database: DatabaseDep,
    run_id: RunId,
    first: Annotated[StepNumber, Query(alias="from")] = 1,
    last: Annotated[StepNumber | None, Query(alias="to")] = None,
    points: Annotated[int, Query(ge=1, le=20_000)] = 1000,
    fields: Annotated[str, Query(max_length=200)] = ",".join(steps.FIELDS),
    smooth: Annotated[float, Query(ge=0, lt=1)] = 0,
) -> Steps | BucketedSteps:
    """The terms of a window of steps: raw where they fit in `points`, else min, mean and max of equal buckets.

    With `smooth` also their moving average of that weight, over all steps whatever the window and the buckets.
    """
    chosen = tuple(dict.fromkeys(name.strip() for name in fields.split(",") if name.strip()))
    if unknown := [name for name in chosen if name not in steps.FIELDS]:
        raise Refused(f"fields must be among {', '.join(steps.FIELDS)}, not {unknown[0][:60]!r}", "fields")
    with database.read() as session:
        runs.require(session, run_id)
        return steps.window(session, run_id, first=first, last=last, points=points, fields=chosen, smooth=smooth)


@router.get("/runs/{run_id}/vitals", responses=refusals(404, 422))
def read_vitals(database: DatabaseDep, run_id: RunId) -> VitalsColumns:
    """The gradient's norm, the learning rate and the bytes in use, at each of some five hundred steps of the run."""
    with database.read() as session:
        runs.require(session, run_id)
        return vitals.of_run(session, run_id)


@router.get("/runs/{run_id}/evaluations", responses=refusals(404, 422))
def read_evaluations(database: DatabaseDep, run_id: RunId) -> Evaluations:
    """Every evaluation on the held-out split."""
    with database.read() as session:
        runs.require(session, run_id)
        return Evaluations(evaluations=evaluations.of_run(session, run_id))


@router.get("/runs/{run_id}/report", responses=refusals(404, 422))
def read_report(database: DatabaseDep, run_id: RunId) -> Report:
    """The closing examination of the run's model. 404 while there is none."""
    with database.read() as session:
        run = runs.get(session, run_id, deleted_too=True)
        if report := reports.last(session, run_id):
            return report
    raise NotFound(f"Run {run_id} has no report: {unexamined(run.status, run.train_config)}.")


@router.get("/runs/{run_id}/xray", responses=refusals(404, 422))
def read_xray(database: DatabaseDep, run_id: RunId) -> Xray:
    """The run's decoder scored under every likelihood, on one held-out set. 404 while there is none."""
    report = read_report(database, run_id)
    return Xray(run=run_id, step=report.step, xray=list(report.xray))


@router.get("/runs/{run_id}/pictures", responses=refusals(404, 422))
def read_pictures(database: DatabaseDep, run_id: RunId, kind: str | None = None) -> PictureSheets:
    """Every picture sheet, oldest first."""
    with database.read() as session:
        runs.require(session, run_id)
        return PictureSheets(pictures=pictures.of_run(session, run_id, kind))


@router.get("/pictures/{digest}.png", response_class=Response, responses=file_of("image/png") | refusals(404, 422))
def read_picture(database: DatabaseDep, digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]) -> Response:
    """A PNG under the hash of its bytes: it never changes."""
    with database.read() as session:
        png = pictures.png(session, digest)
    return Response(png, media_type="image/png", headers={"Cache-Control": "private, max-age=31536000, immutable"})
