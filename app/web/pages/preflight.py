"""The form's side panel, its errors and its Start button: what is known of the runs that are typed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from app.database.engine import Database
from app.launch.field_errors import SEEDS, field_errors
from app.launch.labels import label
from app.launch.origin import Origin, of_preset, of_run
from app.launch.sent import Sent
from app.store import runs
from app.text.labels import distinguishing
from app.text.loss_summary import describe_loss, explicit_equivalent
from app.text.quantities import reconstruction_unit
from app.translate.answer import SIZES
from app.web.api.preflight import predict_run
from app.web.rendering import page
from vae_core.config.train_config import RefusedConfig, TrainConfig, json_schema
from vae_core.theory.forking import misread_outputs
from vae_core.theory.preflight import Preflight

router = APIRouter()

Json = dict[str, Any]
LABELS = {**{name: label(name) for name in json_schema()["properties"]}, SEEDS: "Seeds"}


@dataclass(frozen=True)
class Plan:
    """A run before it starts."""

    title: str  # what tells it from the others; empty for a single one
    config: TrainConfig
    preflight: Preflight
    soon: bool  # whether the pre-flight will soon know more

    @property
    def seconds(self) -> float:
        """From its start to its end."""
        return self.preflight.seconds + self.preflight.overhead

    @property
    def loss(self) -> str:
        """What its loss trains, in a sentence."""
        return describe_loss(self.config)

    @property
    def explicit(self) -> Json:
        """The changes that write the same loss explicitly."""
        return explicit_equivalent(self.config)

    @property
    def values(self) -> dict[str, float]:
        """The lines to see its −ELBO against, by name."""
        return {line.name: line.value for line in self.preflight.references}


@router.post("/runs/preflight")
async def show_preflight(request: Request) -> Response:
    """The parts of the page that follow what the form says now."""
    sent = Sent.read((await request.form()).multi_items())
    context = await run_in_threadpool(_follow, request, sent)
    return page(request, "new/_preflight.html", context)


def _follow(request: Request, sent: Sent) -> Json:
    return panel(request, sent, origin_of(request.app.state.database, sent.preset, sent.like))


def origin_of(database: Database, preset: str | None, like: int | None) -> Origin:
    """What a form was filled in from: an earlier run, a preset, or the defaults. Raises `NotFound` and `Refused`."""
    if like is not None:
        with database.read() as session:
            return of_run(like, runs.get(session, like, deleted_too=True).train_config)
    return of_preset(preset) if preset else Origin()


def panel(request: Request, sent: Sent, origin: Origin) -> Json:
    """What the templates need, of a form's fields: a pre-flight of each run, or what is wrong."""
    try:
        planned = sent.request(origin)
    except RefusedConfig as refused:
        return {"plans": [], "labels": LABELS, "refusals": field_errors(refused.errors, origin.meaning(sent.fields))}
    parent = TrainConfig.parse(origin.values, stored=True) if sent.fork and sent.like else None
    kinds = list(dict.fromkeys(planned.model_copy(update={"seeds": []}).configs()))
    state = request.app.state
    plans = [
        _warned(Plan(title, config, *predict_run(state.database, state.shelf, config)), parent)
        for title, config in zip(distinguishing(kinds), kinds, strict=True)
    ]
    seeds = planned.seeds if isinstance(planned.seeds, int) else max(1, len(planned.seeds))
    seconds = [plan.seconds for plan in plans]
    return {
        "plans": plans,
        "labels": LABELS,
        "refusals": {},
        "planned_runs": len(plans) * seeds,
        "seconds": max(*seconds, sum(seconds) * seeds / max(1, state.settings.slots)),
        "disk": sum(plan.preflight.disk for plan in plans) * seeds,
        "explained": _explained(plans),
        "units": {reconstruction_unit(plan.config) for plan in plans},
        "sizes": urlencode({name: getattr(kinds[0], name) for name in SIZES}),
    }


def _explained(plans: Sequence[Plan]) -> dict[tuple[str, str], list[str]]:
    """How each line is computed, and the titles of the plans that have it so."""
    sharing: dict[tuple[str, str], list[str]] = {}
    for plan in plans:
        for line in plan.preflight.references:
            sharing.setdefault((line.name, line.how), []).append(plan.title)
    return sharing


def _warned(plan: Plan, parent: TrainConfig | None) -> Plan:
    """The plan with the warning of a fork that would read its parent's outputs as something else."""
    misread = misread_outputs(parent, plan.config) if parent else None
    warnings = (*filter(None, [misread]), *plan.preflight.warnings)
    return replace(plan, preflight=replace(plan.preflight, warnings=warnings))
