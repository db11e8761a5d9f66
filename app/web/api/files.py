"""What a run leaves besides its rows: its log, and its checkpoints, whose weights may be taken along."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import PlainTextResponse, Response
from pydantic import Field

from app.database.engine import Database
from app.errors import NotFound
from app.jobs.logs import tail
from app.settings import Settings
from app.store import runs
from app.web.api.runs import Json
from app.web.dependencies import DatabaseDep, SettingsDep
from app.web.parameters import RunId
from app.web.security import require_user
from vae_core.checkpoint import Checkpoints, Damaged, best

router = APIRouter(prefix="/api/runs/{run_id}", dependencies=[Depends(require_user)])


@router.get("/log", response_class=PlainTextResponse)
def read_log(
    database: DatabaseDep, settings: SettingsDep, run_id: RunId, lines: Annotated[int, Query(ge=1, le=10_000)] = 1000
) -> Response:
    """The last lines of what the run's processes printed."""
    _require(database, run_id)
    return PlainTextResponse("".join(f"{line}\n" for line in tail(settings.log_path(run_id), lines)))


@router.get("/checkpoints")
def list_checkpoints(database: DatabaseDep, settings: SettingsDep, run_id: RunId) -> Json:
    """The newest two and the best, oldest first."""
    _require(database, run_id)
    return {"checkpoints": checkpoints_of(settings, run_id)}


@router.get("/checkpoints/{step}.safetensors", response_class=Response)
def read_weights(
    database: DatabaseDep, settings: SettingsDep, run_id: RunId, step: Annotated[int, Field(ge=0, le=2**53)]
) -> Response:
    """The model's weights after a step, under the names of its state dict."""
    _require(database, run_id)
    try:
        weights = Checkpoints(settings.checkpoints(run_id)).weights(step)
    except Damaged as reason:
        raise NotFound(f"The checkpoint of step {step} of run {run_id} {reason}.") from None
    headers = {"Content-Disposition": f'attachment; filename="elboard-run-{run_id}-step-{step}.safetensors"'}
    return Response(weights, media_type="application/octet-stream", headers=headers)


def checkpoints_of(settings: Settings, run_id: int) -> list[dict[str, Any]]:
    """What people see of a run's checkpoints, oldest first."""
    kept = Checkpoints(settings.checkpoints(run_id)).all()
    return [
        {
            "step": about.step,
            "score": about.score,
            "best": about.step == best(kept),
            "url": f"/api/runs/{run_id}/checkpoints/{about.step}.safetensors",
        }
        for about in kept
    ]


def _require(database: Database, run_id: int) -> None:
    """Raises `NotFound` where there is no such run."""
    with database.read() as session:
        runs.get(session, run_id, deleted_too=True)
