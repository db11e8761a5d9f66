"""The pre-flight of a configuration: JSON for programs, a fragment for the form's side panel."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Body, Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict
from starlette.concurrency import run_in_threadpool

from app.database import Database
from app.launch import LaunchRequest, Name
from app.meaning import openly, trains
from app.statistics import Missing, Shelf
from app.store import paces
from app.translator import SIZES
from app.web.dependencies import DatabaseDep, ShelfDep
from app.web.pages.view import page
from app.web.security import require_user
from vae_core.config import RefusedConfig, TrainConfig, json_schema
from vae_core.preflight import Preflight, predict
from vae_core.presets import PRESETS

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
    told, missing = _predict(database, shelf, config)
    return {**asdict(told), "missing": missing and missing.why}


@router.post("/runs/preflight", include_in_schema=False)
async def show_preflight(request: Request) -> Response:
    """The side panel for what the form says now."""
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    context = await run_in_threadpool(panel, request, form, form.get("preset") or None)
    return page(request, "new/_preflight.html", context)


def panel(request: Request, typed: Mapping[str, Any], preset: str | None) -> Json:
    """What the panel's template needs, of a form's values on top of a preset: a pre-flight, or what is refused."""
    config = {name: value for name, value in typed.items() if name in json_schema()["properties"]}
    try:
        configs = PRESETS[preset].configs(config) if preset in PRESETS else (TrainConfig.parse(config),)
    except RefusedConfig as refused:
        return {"preflight": None, "refused": refused.errors}
    told, missing = _predict(request.app.state.database, request.app.state.shelf, configs[0])
    planned = configs[0]
    return {
        "preflight": told,
        "missing": missing,
        "planned": planned,
        "planned_runs": len(set(configs)),
        "trains": trains(planned),
        "openly": openly(planned),
        "sizes": urlencode({name: getattr(planned, name) for name in SIZES}),
    }


def _predict(database: Database, shelf: Shelf, config: TrainConfig) -> tuple[Preflight, Missing | None]:
    with database.read() as session:
        earlier = paces.recent(session)
    found = shelf.find(config)
    if isinstance(found, Missing):
        return predict(config, None, earlier), found
    return predict(config, found, earlier), None
