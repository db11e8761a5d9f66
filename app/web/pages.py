"""The HTML pages: plain forms and links that work by themselves; the scripts add what is live."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from app import plots
from app.comparison import compare
from app.database import Database
from app.errors import Conflict, Refused
from app.forms import fieldsets, typed_values
from app.launch import LaunchRequest, command_line
from app.models import LIVE, Run
from app.palette import DASHES, slots
from app.store import evaluations, events, pictures, runs
from app.units import decoder, reconstruction_unit
from app.web.api import RunFilter, RunId, launch, run_ids
from app.web.assets import templates
from app.web.dependencies import DatabaseDep, SchedulerDep
from app.web.security import require_user
from vae_core.config import ConfigError, RefusedConfig, TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.presets import PRESETS, Published

router = APIRouter(dependencies=[Depends(require_user)], include_in_schema=False)

Json = dict[str, Any]
START_PRESET = "digits-demo"


class RunsQuery(RunFilter):
    """The list's address: the filter, and a run just deleted that may come back."""

    undo: RunId | None = None


def page(request: Request, name: str, context: Mapping[str, Any], status: int = 200) -> Response:
    """A template with its context."""
    return templates().TemplateResponse(request, name, dict(context), status)


@router.get("/")
def home() -> Response:
    """The runs are the home page."""
    return RedirectResponse("/runs", 303)


@router.get("/runs")
def show_runs(request: Request, database: DatabaseDep, wanted: Annotated[RunsQuery, Query()]) -> Response:
    """The list, its filters, and after a deletion the way back."""
    with database.read() as session:
        cursor = events.newest_id(session)
        found = runs.find(session, **wanted.model_dump(exclude={"undo"}))
        last = evaluations.last_of(session, [run.id or 0 for run in found.runs])
        deleted = runs.get(session, wanted.undo, deleted_too=True) if wanted.undo else None
        listed = [runs.public(run, last.get(run.id or 0)) for run in found.runs]
    context = {
        "runs": listed,
        "next": found.next and str(request.url.include_query_params(after=found.next)),
        "facets": found.facets,
        "wanted": wanted,
        "filtered": bool(
            wanted.q or wanted.status or wanted.likelihood or wanted.dataset or wanted.tag or wanted.after
        ),
        "deleted": deleted if deleted and deleted.deleted_at else None,
        "cursor": cursor,
        "facts": FACTS,
    }
    return page(request, "runs.html", context)


@router.get("/runs/new")
def show_new(
    request: Request,
    database: DatabaseDep,
    preset: Annotated[str, Query(max_length=120)] = START_PRESET,
    like: Annotated[RunId | None, Query(alias="from")] = None,
) -> Response:
    """The form, filled from a preset or from an earlier run."""
    if like is not None:
        with database.read() as session:
            config = runs.get(session, like, deleted_too=True).train_config
        return _form(request, typed_values(config), preset=None, like=like)
    if preset not in PRESETS:
        raise Refused(f"preset must be one of {', '.join(PRESETS)}, not {preset!r}", "preset")
    configs = PRESETS[preset].configs()
    return _form(request, typed_values(configs[0]), preset=preset, twin=len(configs) > 1)


@router.post("/runs")
async def create_runs(request: Request, database: DatabaseDep, scheduler: SchedulerDep) -> Response:
    """Launch what the form says; a refused form comes back with what was typed. A repeated submit launches nothing."""
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    key = form.pop("key", "")[:40] or runs.new_group()
    name, preset, twin = form.pop("name", "").strip(), form.pop("preset", ""), bool(form.pop("twin", ""))
    try:
        wanted = LaunchRequest(name=name[:120] or None, config=form, twin=twin)
        launched = _launched_before(database, key) or launch(database, scheduler, wanted, key, preset or None)
    except RefusedConfig as refused:
        return _form(
            request, form, preset=preset or None, twin=twin, name=name, errors=refused.errors, key=key, status=422
        )
    if len(launched) == 1:
        return RedirectResponse(f"/runs/{launched[0].id}", 303)
    return RedirectResponse("/compare?runs=" + ",".join(str(run.id) for run in launched), 303)


def _launched_before(database: Database, key: str) -> list[Run]:
    with database.read() as session:
        found: list[Run] = runs.find(session, group=key, sort="created").runs
        return found


def _form(
    request: Request,
    typed: Mapping[str, Any],
    preset: str | None,
    twin: bool = False,
    name: str = "",
    like: int | None = None,
    errors: list[ConfigError] | None = None,
    key: str | None = None,
    status: int = 200,
) -> Response:
    context = {
        "fieldsets": fieldsets(typed, errors or []),
        "presets": PRESETS.values(),
        "preset": preset,
        "twin": twin,
        "name": name,
        "like": like,
        "errors": errors or [],
        "key": key or runs.new_group(),
        "train_sizes": {name: facts.train for name, facts in FACTS.items()},
    }
    return page(request, "new.html", context, status)


@router.get("/runs/{run_id}")
def show_run(request: Request, database: DatabaseDep, run_id: RunId) -> Response:
    """One run: its curves, pictures, held-out numbers and configuration."""
    with database.read() as session:
        cursor = events.newest_id(session)
        stored = runs.get(session, run_id, deleted_too=True)
        evaluated = evaluations.all(session, run_id)
        sheets = pictures.all(session, run_id)
    config = stored.train_config
    (line,) = _lines([stored], [""])
    shown = runs.public(stored, evaluated[-1] if evaluated else None)
    context = {
        "run": shown,
        "line": line,
        "config": config.to_dict(),
        "defaults": TrainConfig().to_dict(),
        "command": command_line(config),
        "live": stored.status in LIVE,
        "decoder": decoder(config),
        "facts": FACTS[config.dataset],
        "published": _published(stored.preset, config),
        "evaluations": evaluated,
        "figure": plots.terms_figure(
            line, reconstruction_unit(config), config.model == "vae", config.beta_schedule != "constant"
        ),
        "kl_figure": _kl_figure(evaluated, line),
        "page_data": _page_data([stored], {run_id: evaluated}, {run_id: sheets}, cursor),
    }
    return page(request, "run.html", context)


def _published(preset: str | None, config: TrainConfig) -> Published | None:
    """The published number, if this run is still what the preset says, whatever its seed."""
    if preset not in PRESETS:
        return None
    same = any(replace(wanted, seed=config.seed) == config for wanted in PRESETS[preset].configs())
    return PRESETS[preset].published if same else None


def _kl_figure(evaluated: list[Json], line: plots.Line) -> Json | None:
    per_dim = evaluated[-1]["kl_per_dim"] if evaluated else None
    return plots.kl_per_dim_figure(per_dim, line) if per_dim else None


def _lines(chosen: list[Run], names: list[str]) -> list[plots.Line]:
    """A colour slot for each run, a dash for each loss."""
    places = slots([run.id or 0 for run in chosen])
    return [
        plots.Line(run.id or 0, name, places[run.id or 0], DASHES[run.config["likelihood"]])
        for run, name in zip(chosen, names, strict=True)
    ]


def _page_data(
    chosen: list[Run], evaluated: Mapping[int, list[Json]], sheets: Mapping[int, list[Json]], cursor: int
) -> Json:
    """What the page's script starts from; the stream goes on from `cursor`."""
    return {
        "cursor": cursor,
        "runs": [
            {
                "id": run.id,
                "name": run.name,
                "live": run.status in LIVE,
                "total": run.total_steps,
                "evaluations": [{k: v for k, v in row.items() if k != "kl_per_dim"} for row in evaluated[run.id or 0]],
                "pictures": sheets[run.id or 0],
            }
            for run in chosen
        ],
    }


@router.post("/runs/{run_id}/stop")
def stop_run(database: DatabaseDep, scheduler: SchedulerDep, run_id: RunId) -> Response:
    """The stop button; a run that has just ended by itself is no error."""
    try:
        with database.write() as session:
            runs.request_stop(session, run_id)
    except Conflict:
        pass
    scheduler.wake()
    return RedirectResponse(f"/runs/{run_id}", 303)


@router.post("/runs/{run_id}/delete")
def delete_run(database: DatabaseDep, run_id: RunId) -> Response:
    """Hide the run and offer the way back."""
    with database.write() as session:
        runs.delete(session, run_id)
    return RedirectResponse(f"/runs?undo={run_id}", 303)


@router.post("/runs/{run_id}/restore")
def restore_run(database: DatabaseDep, run_id: RunId) -> Response:
    """Undo a deletion."""
    with database.write() as session:
        runs.restore(session, run_id)
    return RedirectResponse(f"/runs/{run_id}", 303)


@router.post("/runs/{run_id}/rename")
def rename_run(
    database: DatabaseDep, run_id: RunId, name: Annotated[str, Form(min_length=1, max_length=120)]
) -> Response:
    """A name for people."""
    with database.write() as session:
        runs.update(session, run_id, name=name)
    return RedirectResponse(f"/runs/{run_id}", 303)


@router.get("/compare")
def show_comparison(request: Request, database: DatabaseDep) -> Response:
    """Runs side by side, `?runs=1,2`, or as the list's checkboxes say it, `?run=1&run=2`."""
    named = ",".join([*request.query_params.getlist("runs"), *request.query_params.getlist("run")])
    if len(set(filter(None, named.split(",")))) < 2:
        return _choose(request, database, named)
    ids = run_ids(named)
    with database.read() as session:
        cursor = events.newest_id(session)
        chosen = [runs.get(session, run_id, deleted_too=True) for run_id in ids]
        evaluated = {run_id: evaluations.all(session, run_id) for run_id in ids}
        sheets = {run_id: pictures.all(session, run_id) for run_id in ids}
    last = {run_id: rows[-1] for run_id, rows in evaluated.items() if rows}
    configs = [run.train_config for run in chosen]
    letters = "ABCDEFGH"[: len(chosen)]
    lines = _lines(chosen, list(letters))
    units = [reconstruction_unit(config) for config in configs]
    context = {
        "runs": [runs.public(run, last.get(run.id or 0)) for run in chosen],
        "lines": lines,
        "letters": letters,
        "decoders": [decoder(config) for config in configs],
        "comparison": compare(chosen, last),
        "live": any(run.status in LIVE for run in chosen),
        "same_codes": len({(config.latent_dim, config.model) for config in configs}) == 1,
        "same_images": len({config.dataset for config in configs}) == 1,
        "figure": plots.compare_figure(lines, units, [config.model == "vae" for config in configs]),
        "page_data": _page_data(chosen, evaluated, sheets, cursor),
    }
    return page(request, "compare.html", context)


def _choose(request: Request, database: Database, named: str) -> Response:
    """One run or none named yet: a list to choose from."""
    with database.read() as session:
        found = runs.find(session, limit=100)
        listed = [runs.public(run) for run in found.runs]
    return page(request, "choose.html", {"runs": listed, "chosen": named.split(",")})
