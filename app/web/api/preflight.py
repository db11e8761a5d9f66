"""The pre-flight of a configuration: JSON for programs, and what the form's side panel shows of it."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel, ConfigDict

from app.database.engine import Database
from app.jobs.devices import without_cuda
from app.launch.request import LaunchRequest, Name
from app.store import durations
from app.web.dependencies import DatabaseDep, ShelfDep
from app.web.pixel_statistics import NoStatistics, StatisticsCache
from app.web.refusals import CHANGE, refusals
from app.web.security import require_user
from vae_core.config.train_config import TrainConfig
from vae_core.theory.preflight import Advice, Preflight, predict

router = APIRouter(prefix="/api", dependencies=[Depends(require_user)], tags=["preflight"])


class Planned(BaseModel):
    """The body of `POST /api/preflight`: what a launch would send, as far as it decides numbers."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    config: dict[str, Any] = {}
    """Changes to the preset's fields, or to the defaults."""
    preset: Name | None = None
    """The preset to begin from."""


@router.post("/preflight", responses=refusals(422, *CHANGE))
def read_preflight(database: DatabaseDep, shelf: ShelfDep, planned: Annotated[Planned, Body()]) -> Preflight:
    """What theory and arithmetic say of a run before it starts; of several runs, of the first."""
    config, *_ = LaunchRequest(config=planned.config, preset=planned.preset).configs()
    preflight, _ = predict_run(database, shelf, config)
    return preflight


def predict_run(database: Database, shelf: StatisticsCache, config: TrainConfig) -> tuple[Preflight, bool]:
    """The pre-flight of a configuration, and whether it will soon know more of the images."""
    with database.read() as session:
        earlier = durations.recent(session)
    statistics = shelf.find(config)
    if isinstance(statistics, NoStatistics):
        preflight, soon = predict(config, None, earlier, missing=statistics.why), statistics.soon
    else:
        preflight, soon = predict(config, statistics, earlier), False
    if config.device == "cuda" and (reason := without_cuda()):
        message = f"On CUDA the run would fail when it starts: {reason}."
        advice = Advice(message, "device", {"device": "auto"})
        preflight = replace(preflight, warnings=(advice, *preflight.warnings))
    return preflight, soon
