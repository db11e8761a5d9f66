"""The pre-flight of a configuration: JSON for programs, a fragment for the form's side panel."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel, ConfigDict

from app.database.engine import Database
from app.launch.request import LaunchRequest, Name
from app.store import durations
from app.web.dependencies import DatabaseDep, ShelfDep
from app.web.pixel_statistics import Missing, StatisticsCache
from app.web.security import require_user
from vae_core.config.train_config import TrainConfig
from vae_core.theory.preflight import Preflight, predict

router = APIRouter(dependencies=[Depends(require_user)])

Json = dict[str, Any]


class Planned(BaseModel):
    """The body of `POST /api/preflight`: what a launch would send, as far as it decides numbers."""

    model_config = ConfigDict(extra="forbid")

    config: Json = {}
    preset: Name | None = None


@router.post("/api/preflight")
def read_preflight(database: DatabaseDep, shelf: ShelfDep, planned: Annotated[Planned, Body()]) -> Json:
    """What theory and arithmetic say of a run before it starts; of several, of the first.

    `missing` says why the numbers that need the images are null, where they are.
    """
    config, *_ = LaunchRequest(config=planned.config, preset=planned.preset).configs()
    told, missing = predict_run(database, shelf, config)
    return {**asdict(told), "missing": missing and missing.why}


def predict_run(database: Database, shelf: StatisticsCache, config: TrainConfig) -> tuple[Preflight, Missing | None]:
    with database.read() as session:
        earlier = durations.recent(session)
    found = shelf.find(config)
    if isinstance(found, Missing):
        return predict(config, None, earlier), found
    return predict(config, found, earlier), None
