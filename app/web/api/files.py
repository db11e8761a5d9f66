"""What a run leaves in addition to its rows: its log, and its checkpoints, whose weights may be downloaded."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import PlainTextResponse, Response
from pydantic import Field

from app.database.engine import Database
from app.errors import NotFound
from app.jobs.logs import tail
from app.records import Record
from app.settings import Settings
from app.store import runs
from app.web.dependencies import DatabaseDep, SettingsDep
from app.web.parameters import RunId
from app.web.refusals import file_of, refusals
from app.web.security import require_user
from vae_core.checkpoint import Checkpoints, DamagedCheckpoint, best

router = APIRouter(prefix="/api/runs/{run_id}", dependencies=[Depends(require_user)], tags=["files"])


class KeptCheckpoint(Record):
    """A checkpoint of a run that is kept."""

    step: int
    """After which it was saved."""
    score: float | None
    """The held-out ELBO, or a plain autoencoder's −reconstruction, nats per image; null where it was not evaluated."""
    best: bool
    """Whether no kept checkpoint has a higher score."""
    url: str
    """Where the model's weights are."""


class KeptCheckpoints(Record):
    """The checkpoints of a run that are kept: the newest two and the best."""

    checkpoints: list[KeptCheckpoint]
    """Oldest first."""


@router.get("/log", response_class=Response, responses=file_of("text/plain") | refusals(404, 422))
def read_log(
    database: DatabaseDep, settings: SettingsDep, run_id: RunId, lines: Annotated[int, Query(ge=1, le=10_000)] = 1000
) -> PlainTextResponse:
    """The last lines of what the run's processes printed."""
    _require(database, run_id)
    return PlainTextResponse("".join(f"{line}\n" for line in tail(settings.log_path(run_id), lines)))


@router.get("/checkpoints", responses=refusals(404, 422))
def list_checkpoints(database: DatabaseDep, settings: SettingsDep, run_id: RunId) -> KeptCheckpoints:
    """The newest two and the best, oldest first."""
    _require(database, run_id)
    return KeptCheckpoints(checkpoints=checkpoints_of(settings, run_id))


@router.get(
    "/checkpoints/{step}.safetensors",
    response_class=Response,
    responses=file_of("application/octet-stream") | refusals(404, 422),
)
def read_weights(
    database: DatabaseDep, settings: SettingsDep, run_id: RunId, step: Annotated[int, Field(ge=0, le=2**53)]
) -> Response:
    """The model's weights after a step, under the names of its state dict."""
    _require(database, run_id)
    try:
        weights = Checkpoints(settings.checkpoints(run_id)).weights(step)
    except DamagedCheckpoint as reason:
        raise NotFound(f"The checkpoint of step {step} of run {run_id} {reason}.") from None
    headers = {"Content-Disposition": f'attachment; filename="elboard-run-{run_id}-step-{step}.safetensors"'}
    return Response(weights, media_type="application/octet-stream", headers=headers)


def checkpoints_of(settings: Settings, run_id: int) -> list[KeptCheckpoint]:
    """The checkpoints of a run, oldest first."""
    kept = Checkpoints(settings.checkpoints(run_id)).all()
    return [
        KeptCheckpoint(
            step=one.step,
            score=one.score,
            best=one.step == best(kept),
            url=f"/api/runs/{run_id}/checkpoints/{one.step}.safetensors",
        )
        for one in kept
    ]


def _require(database: Database, run_id: int) -> None:
    """Raises `NotFound` where there is no such run."""
    with database.read() as session:
        runs.require(session, run_id)
