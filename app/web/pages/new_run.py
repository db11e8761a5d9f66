"""The New-run form and the launch that it asks for."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.database.engine import Database
from app.errors import Refused
from app.jobs.queue import launch
from app.jobs.scheduler import Scheduler
from app.launch.form import fieldsets, typed_values
from app.launch.request import LaunchRequest, is_twin, varied
from app.records import Run
from app.store import control, listing, runs
from app.web.dependencies import DatabaseDep, SchedulerDep
from app.web.pages.preflight import panel
from app.web.parameters import RunId
from app.web.rendering import page
from vae_core.config.families import FAMILIES, OBJECTIVES, SCALED
from vae_core.config.train_config import ConfigError, RefusedConfig, TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.presets import PRESETS

router = APIRouter()

START_PRESET = "digits-demo"


@router.get("/runs/new")
def show_new(
    request: Request,
    database: DatabaseDep,
    preset: Annotated[str, Query(max_length=120)] = START_PRESET,
    like: Annotated[RunId | None, Query(alias="from")] = None,
    step: Annotated[RunId | None, Query(alias="fork")] = None,
) -> Response:
    """The form, filled from a preset or from an earlier run; a fork begins with that run's weights after a step.

    An empty preset means the defaults. Other names in the address are fields that are filled in on top; what is
    refused among them comes with a sentence.
    """
    given = {name: value for name, value in request.query_params.items() if name not in {"preset", "from", "fork"}}
    if like is not None:
        with database.read() as session:
            typed = typed_values(runs.get(session, like, deleted_too=True).train_config)
        return _filled(request, typed, given, preset=None, like=like, fork=step)
    if not preset:
        return _filled(request, typed_values(TrainConfig()), given, preset=None)
    if preset not in PRESETS:
        raise Refused(f"preset must be one of {', '.join(PRESETS)}, not {preset!r}", "preset")
    configs = PRESETS[preset].configs()
    typed = {name: value for name, value in typed_values(configs[0]).items() if name not in _decided(preset)}
    return _filled(request, typed, given, preset=preset, twin=len(configs) > 1)


def _filled(request: Request, typed: Mapping[str, str], given: Mapping[str, str], **about: Any) -> Response:
    """The form with what the address gives, which is checked as if it had been sent."""
    typed, errors = {**typed, **given}, []
    if given:
        try:
            TrainConfig.parse(typed)
        except RefusedConfig as refused:
            errors = refused.errors
    return _form(request, typed, **about, errors=errors, status=422 if errors else 200)


@router.post("/runs")
async def create_runs(request: Request, database: DatabaseDep, scheduler: SchedulerDep) -> Response:
    """Launch what the form says; a refused form comes back with what was typed. A repeated submit launches nothing."""
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    key = form.pop("key", "")[:40] or runs.new_group()
    field, _, value = form.pop("remedy", "").partition("=")  # the button beside an error changes this field
    if field:
        form[field] = value
    name, preset, twin = form.pop("name", "").strip(), form.pop("preset", ""), bool(form.pop("twin", ""))
    parent, step = (_whole(form.pop(field, "")) for field in ("parent", "fork"))
    whole = preset if _decided(preset) - form.keys() else None  # all runs of a preset, with this form's changes
    try:
        planned = LaunchRequest(name=name[:120] or None, preset=whole, config=form, twin=twin)
        launched = _launched_before(database, key)
        if not launched and parent:
            launched = [_forked(database, scheduler, parent, step, planned, key)]
        launched = launched or launch(database, scheduler, planned, key, preset or None)
    except RefusedConfig as refused:
        return _form(
            *(request, form, preset or None, twin, name, parent, step), errors=refused.errors, key=key, status=422
        )
    if len(launched) == 1:
        return RedirectResponse(f"/runs/{launched[0].id}", 303)
    return RedirectResponse("/compare?runs=" + ",".join(str(run.id) for run in launched), 303)


def _forked(
    database: Database, scheduler: Scheduler, parent: int, step: int | None, child: LaunchRequest, key: str
) -> Run:
    with database.write() as session:
        run = control.fork(session, parent, child.config, step=step, name=child.name, group=key)
    scheduler.wake()
    return run


def _whole(typed: str) -> int | None:
    """A hidden field's number; None where there is none."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 17 else None


def _decided(preset: str | None) -> set[str]:
    """The fields in which a preset's runs differ: its form leaves them out. A run and its twin are one form."""
    configs = PRESETS[preset].configs() if preset in PRESETS else ()
    if len(configs) == 2 and is_twin(*configs):
        return set()
    return set(varied(configs))


def _launched_before(database: Database, key: str) -> Sequence[Run]:
    with database.read() as session:
        return listing.find(session, group=key, sort="created").runs


def _form(
    request: Request,
    typed: Mapping[str, Any],
    preset: str | None,
    twin: bool = False,
    name: str = "",
    like: int | None = None,
    fork: int | None = None,
    errors: list[ConfigError] | None = None,
    key: str | None = None,
    status: int = 200,
) -> Response:
    decided = _decided(preset) - typed.keys()
    sets = fieldsets(typed, errors or [], without=decided)
    context = {
        "fieldsets": sets,
        "remedies": {field.name: field for part in sets for field in part.all if field.remedy},
        "presets": PRESETS.values(),
        "preset": preset,
        "several": len(PRESETS[preset].changes) if preset and decided else 0,
        "twin": twin,
        "name": name,
        "like": like,
        "fork": fork,
        "errors": errors or [],
        "key": key or runs.new_group(),
        "families": FAMILIES,
        "scaled": SCALED,
        "weighing": [name for name, facts in OBJECTIVES.items() if facts.importance],
        "unbounded": [name for name, facts in OBJECTIVES.items() if not facts.bound],
        **panel(request, typed, preset),
        "train_sizes": {name: facts.train for name, facts in FACTS.items()},
    }
    return page(request, "new/page.html", context, status)
