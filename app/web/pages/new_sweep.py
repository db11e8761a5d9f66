"""The form that starts a sweep."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from app.database.engine import Database
from app.errors import Refused
from app.jobs.queue import start_sweep
from app.launch.field_errors import expected
from app.launch.form import format_changes
from app.records import Sweep
from app.run_rules import MOST_TRIALS
from app.store import runs
from app.sweeps.form import OBJECTIVES, VARIABLE, SweepForm
from app.sweeps.request import LONGEST_SWEEP_NAME, MOST_MINUTES
from app.sweeps.wording import PRUNINGS, SAMPLERS
from app.text.loss_summary import describe_loss
from app.web.api.preflight import predict_run
from app.web.dependencies import DatabaseDep, SchedulerDep
from app.web.pages.new_run import START_PRESET
from app.web.parameters import RunId
from app.web.rendering import page
from vae_core.config.train_config import RefusedConfig, TrainConfig, json_schema
from vae_core.presets import PRESETS

router = APIRouter(prefix="/sweeps")

SINGLE = {name: preset for name, preset in PRESETS.items() if len(preset.changes) == 1}  # of one run, which trials vary
SHOWN_ROWS = 4  # of the form; the others are one click away


@router.get("/new")
def show_new(
    request: Request,
    database: DatabaseDep,
    preset: Annotated[str, Query(max_length=120)] = START_PRESET,
    like: Annotated[RunId | None, Query(alias="from")] = None,
) -> Response:
    """The form, beginning from a preset of one run, an earlier run or, with an empty preset, the defaults.

    Its inputs may be filled in by the address, too: field-1, low-1, high-1, log-1, values-1 and so on, and changes to
    what it begins from as with-beta.
    """
    form = SweepForm.begin(request.query_params.multi_items())
    form = replace(form, preset="" if like else preset, like=str(like or ""), key=runs.new_group())
    config = _base(database, form)
    try:
        return _form(request, form, _changed(config, form))
    except RefusedConfig as refusal:
        return _form(request, replace(form, changes={}), config, form.errors(refusal))


@router.post("")
async def start(request: Request, database: DatabaseDep, scheduler: SchedulerDep) -> Response:
    """Start what the form says; a refused form comes back with what was typed."""
    form = SweepForm.read((await request.form()).multi_items())
    return await run_in_threadpool(_start, request, database, scheduler, form)


def _start(request: Request, database: DatabaseDep, scheduler: SchedulerDep, form: SweepForm) -> Response:
    config = _base(database, form)
    try:
        config = _changed(config, form)
        sweep = _started(database, form, config)
    except (RefusedConfig, Refused) as refusal:
        return _form(request, form, config, form.errors(refusal))
    scheduler.wake()
    return RedirectResponse(f"/sweeps/{sweep.id}", 303)


def _started(database: Database, form: SweepForm, config: TrainConfig) -> Sweep:
    """Raises `RefusedConfig`, `Refused`."""
    return start_sweep(database, form.request(config.to_dict() if form.like else None))


def _changed(config: TrainConfig, form: SweepForm) -> TrainConfig:
    """With the changes; what is varied may yet make it whole. Raises `RefusedConfig`."""
    return TrainConfig.parse({**config.to_dict(), **form.changes}, stored=True)


def _base(database: Database, form: SweepForm) -> TrainConfig:
    """What trials begin from, before changes. Raises `NotFound` and `Refused` where there is no such run or preset."""
    if form.like:
        if not (form.like.isascii() and form.like.isdigit() and len(form.like) < 17):
            raise Refused(f"from must be the number of a run, not {form.like[:60]!r}", "from")
        with database.read() as session:
            return runs.get(session, int(form.like), deleted_too=True).train_config
    if not form.preset:
        return TrainConfig()
    if form.preset not in SINGLE:
        raise Refused(f"preset must be one of {', '.join(SINGLE)}, not {form.preset[:60]!r}.", "preset")
    return SINGLE[form.preset].configs()[0]


def _form(request: Request, form: SweepForm, config: TrainConfig, errors: Mapping[str, str] | None = None) -> Response:
    """The page; with 422 where something was refused."""
    state = request.app.state
    preflight, _ = predict_run(state.database, state.shelf, config)
    known = json_schema()["properties"]
    questions: dict[str, dict[str, str]] = {}
    for name, text in VARIABLE.items():
        questions.setdefault(known[name]["group"], {})[name] = text
    context: dict[str, Any] = {
        "form": form,
        "errors": errors or {},
        "loss": describe_loss(config),
        "changes": format_changes({name: text for name, text in form.changes.items() if name in known}),
        "as_run": urlencode(
            ({"from": form.like} if form.like else {"preset": form.preset})
            | dict(form.changes)
            | {row.field: row.values for row in form.rows if row.field and row.values}
        ),
        "preflight": preflight,
        "presets": SINGLE.values(),
        "questions": questions,
        "expected": {name: expected(name, "") for name in VARIABLE},
        "objectives": OBJECTIVES,
        "samplers": SAMPLERS,
        "prunings": PRUNINGS,
        "shown_rows": SHOWN_ROWS,
        "longest_sweep_name": LONGEST_SWEEP_NAME,
        "most_trials": MOST_TRIALS,
        "most_minutes": MOST_MINUTES,
    }
    return page(request, "sweep/new.html", context, 422 if errors else 200)
