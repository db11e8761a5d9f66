"""The New-run form and the launch that it asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.comparison.actions import compare_address
from app.comparison.standing import groups
from app.comparison.summary import LETTERS
from app.database.engine import Database
from app.jobs.queue import launch
from app.jobs.scheduler import Scheduler
from app.launch.field_errors import FieldError, field_errors
from app.launch.form import draw
from app.launch.origin import DEFAULTS, Origin
from app.launch.request import LaunchRequest
from app.launch.sent import Sent
from app.launch.several import joined
from app.records import Run
from app.store import control, listing, runs
from app.sweeps.form import WITH
from app.web.dependencies import DatabaseDep, SchedulerDep
from app.web.pages.preflight import origin_of, panel
from app.web.parameters import RunId
from app.web.rendering import page
from vae_core.config.families import FAMILIES, OBJECTIVES, SCALED
from vae_core.config.fields import LOSS
from vae_core.config.train_config import RefusedConfig
from vae_core.presets import PRESETS

router = APIRouter()

START_PRESET = "digits-demo"
START_AT_ONCE = {"digits-demo": "10-second demo", "bce-vs-mse": "BCE vs MSE"}  # with one click
OWN = {"preset", "from", "fork", "seeds"}  # in the form's address; other names are fields of the configuration


@router.get("/runs/new")
def show_new(
    request: Request,
    database: DatabaseDep,
    preset: Annotated[str, Query(max_length=120)] = START_PRESET,
    like: Annotated[RunId | None, Query(alias="from")] = None,
    step: Annotated[RunId | None, Query(alias="fork")] = None,
    seeds: Annotated[str, Query(max_length=200)] = "1",
) -> Response:
    """The form, filled from a preset or from an earlier run; a fork begins with that run's weights after a step.

    An empty preset means the defaults. Other names in the address are fields that are filled in on top; what is
    refused among them comes with a sentence.
    """
    origin = origin_of(database, preset, like)
    fields = {name: value for name, value in origin.values.items() if name not in origin.decided}
    given = {name: joined(request.query_params.getlist(name)) for name in request.query_params if name not in OWN}
    sent = Sent(
        preset="" if like else preset,
        like=like,
        fork=step if like else None,
        seeds=seeds,
        twin=origin.twin,
        fields=fields | given,
        key=runs.new_group(),
    )
    return _form(request, sent, origin)


@router.post("/runs")
async def create_runs(request: Request, database: DatabaseDep, scheduler: SchedulerDep) -> Response:
    """Launch what the form says; a refused form comes back with what was typed. A repeated submit launches nothing."""
    sent = Sent.read((await request.form()).multi_items())
    sent = replace(sent, key=sent.key or runs.new_group())
    origin = origin_of(database, sent.preset, sent.like)
    launched = _launched_before(database, sent.key)
    if not launched:
        try:
            planned = sent.request(origin)
            if sent.fork and sent.like:
                launched = [_forked(database, scheduler, sent.like, sent.fork, planned, sent.key)]
            else:
                launched = launch(database, scheduler, planned, sent.key, sent.preset or None)
        except RefusedConfig as refused:
            return _form(request, sent, origin, field_errors(refused.errors, origin.meaning(sent.fields)))
    return RedirectResponse(_landing(launched, sent.key), 303)


def _landing(launched: Sequence[Run], group: str) -> str:
    """The page of one run, the comparison of a few configurations, or the page of many and of seeds."""
    if len(launched) == 1:
        return f"/runs/{launched[0].id}"
    few = len(launched) <= len(LETTERS) and len(set(groups(launched))) == len(launched)
    return compare_address(launched) if few else f"/groups/{group}"


def _forked(database: Database, scheduler: Scheduler, parent: int, step: int, child: LaunchRequest, key: str) -> Run:
    with database.write() as session:
        run = control.fork(session, parent, child.config, step=step, name=child.name, group=key)
    scheduler.wake()
    return run


def _launched_before(database: Database, key: str) -> Sequence[Run]:
    with database.read() as session:
        return listing.find(session, group=key, sort="created").runs


def _sweep_from(sent: Sent, origin: Origin) -> Mapping[str, str | int]:
    """What a sweep begins from: of a preset of several runs, what they share."""
    if sent.like or not origin.decided:
        return {"from": sent.like} if sent.like else {"preset": sent.preset}
    shared = {name: text for name, text in origin.values.items() if name not in origin.decided}
    return {"preset": ""} | {f"{WITH}{name}": text for name, text in shared.items() if text != DEFAULTS[name]}


def _form(request: Request, sent: Sent, origin: Origin, refused: Mapping[str, FieldError] | None = None) -> Response:
    """The page; with 422 where what it is filled in with would be refused, as a launch of it was."""
    known = panel(request, sent, origin)
    wrong = {**known["refusals"], **(refused or {})}
    drawn = draw(origin, sent.fields, wrong, sent.seeds, alone=sent.fork is not None)
    context = {
        **known,
        "refusals": wrong,
        "form": drawn,
        "origin": origin,
        "sent": sent,
        "presets": PRESETS.values(),
        "sweep_from": urlencode(_sweep_from(sent, origin)),
        "start_at_once": START_AT_ONCE,
        "new_key": runs.new_group,
        "decided": set(origin.decided) - sent.fields.keys(),
        "loss_question": LOSS,
        "families": FAMILIES,
        "scaled": SCALED,
        "weighing": [name for name, facts in OBJECTIVES.items() if facts.importance],
        "unbounded": [name for name, facts in OBJECTIVES.items() if not facts.bound],
    }
    return page(request, "new/page.html", context, 422 if wrong else 200)
