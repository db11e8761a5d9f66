"""The form's side panel: the pre-flight of what is typed."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from app.text.loss_summary import describe_loss, explicit_equivalent
from app.translate.answer import SIZES
from app.web.api.preflight import predict_run
from app.web.rendering import page
from vae_core.config.train_config import RefusedConfig, TrainConfig, json_schema
from vae_core.presets import PRESETS

router = APIRouter()


@router.post("/runs/preflight")
async def show_preflight(request: Request) -> Response:
    """The side panel for what the form says now."""
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    context = await run_in_threadpool(panel, request, form, form.get("preset") or None)
    return page(request, "new/_preflight.html", context)


def panel(request: Request, typed: Mapping[str, Any], preset: str | None) -> dict[str, Any]:
    """What the panel's template needs, of a form's values on top of a preset: a pre-flight, or what is refused."""
    config = {name: value for name, value in typed.items() if name in json_schema()["properties"]}
    try:
        configs = PRESETS[preset].configs(config) if preset in PRESETS else (TrainConfig.parse(config),)
    except RefusedConfig as refused:
        return {"preflight": None, "refused": refused.errors}
    preflight, soon = predict_run(request.app.state.database, request.app.state.shelf, configs[0])
    planned = configs[0]
    return {
        "preflight": preflight,
        "soon": soon,
        "planned": planned,
        "planned_runs": len(set(configs)),
        "trains": describe_loss(planned),
        "explicit": explicit_equivalent(planned),
        "sizes": urlencode({name: getattr(planned, name) for name in SIZES}),
    }
