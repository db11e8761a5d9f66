"""Sweeps: the list, and the page of one that says what it varies, how far it is and what its trials came to."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from app.errors import Conflict, Refused
from app.launch.labels import label
from app.records import Run, Sweep, Trial
from app.run_rules import LIVE
from app.store import events, sweep_control, sweeps
from app.sweeps.objectives import best
from app.sweeps.pictures import chosen, pictures
from app.sweeps.request import Minutes, Trials
from app.sweeps.wording import (
    PRUNINGS,
    SAMPLERS,
    budget_words,
    dimension_words,
    fixed_values,
    objective_words,
    params_words,
    unit,
    value_words,
)
from app.text.numbers import distinct
from app.text.quantities import QUANTITIES
from app.web.api.sweeps import Action, act_on_sweep, change_sweep
from app.web.dependencies import DatabaseDep, SchedulerDep, SettingsDep
from app.web.parameters import SweepId
from app.web.rendering import page

router = APIRouter(prefix="/sweeps")

NEWEST_FIRST = "-number"
Text = Annotated[str, Field(max_length=60)]
SEEDS = 3  # that the best configuration is offered to be trained with


@dataclass(frozen=True)
class ListedSweep:
    """A sweep in the list."""

    sweep: Sweep
    best: str  # its least value, or how many trials are on the frontier
    unit: str  # of that value
    settled: int  # trials that have ended
    budget: str
    seconds: float  # of training, over all trials


@dataclass(frozen=True)
class Progress:
    """How much of a sweep's budget is spent."""

    done: float
    budget: float  # trials, or seconds where those decide
    left: float | None  # seconds until it ends, about; None where nothing is known of it
    settling: bool  # whether a trial's result, or the end, is about to be noted without an event that says so


class SweepQuery(BaseModel):
    """The address of a sweep's page."""

    model_config = ConfigDict(extra="forbid")

    sort: Text = NEWEST_FIRST
    field: Text = ""  # against a quantity
    of: Text = ""  # that quantity, also of the heat map
    across: Text = ""  # the heat map's fields
    up: Text = ""


@router.get("")
def show_sweeps(request: Request, database: DatabaseDep) -> Response:
    """Every sweep, newest first."""
    with database.read() as session:
        cursor = events.newest_id(session)
        every = sweeps.newest_first(session)
        trials = sweeps.trials_of_each(session, [sweep.id for sweep in every])
        seconds = sweeps.seconds_of_each(session, [sweep.id for sweep in every])
    context = {
        "sweeps": [_listed(sweep, trials[sweep.id], seconds[sweep.id]) for sweep in every],
        "objective_words": objective_words,
        "label": label,
        "sweeps_data": {"cursor": cursor},
    }
    return page(request, "sweep/list.html", context)


@router.get("/{sweep_id}")
def show_sweep(
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    sweep_id: SweepId,
    query: Annotated[SweepQuery, Query()],
) -> Response:
    """The page; its table of trials in an order of the reader's, and the fields that are drawn of the reader's, too."""
    with database.read() as session:
        cursor = events.newest_id(session)
        sweep, trials = sweeps.get(session, sweep_id), sweeps.trials_of(session, sweep_id)
        going_on = {trial.number: run for trial, run in sweeps.open_trials(session, sweep_id)}
        seconds = sweeps.seconds_of_training(session, sweep_id)
    from app.sweeps.importance import importances  # noqa: PLC0415 - half a second that only a sweep needs

    ahead = best(trials)
    shown = chosen(sweep, query.model_dump())
    context = {
        "sweep": sweep,
        "trials": _sorted(sweep, trials, query.sort),
        "values": _value_texts(sweep, trials),
        "going_on": going_on,
        "best": [trial for trial in trials if trial.number in ahead],
        "progress": _progress(sweep, going_on, seconds, settings.slots),
        "seconds": seconds,
        "varied": {name: dimension_words(name, dimension) for name, dimension in sweep.space.items()},
        "fixed": fixed_values(sweep),
        "objective": objective_words(sweep.minimise),
        "units": {name: unit(sweep, name) for name in sweep.minimise},
        "quantities": QUANTITIES,
        "samplers": SAMPLERS,
        "prunings": PRUNINGS,
        "budget": budget_words(sweep),
        "params_words": params_words,
        "value_words": value_words,
        "seeds": SEEDS,
        "sort": query.sort,
        "shown": shown,
        "pictures": pictures(sweep, trials, shown, importances(sweep, trials)),
        "address": lambda **changes: _address(request, **changes),
        "sweep_data": {
            "cursor": cursor,
            "group": sweep.group,
            "runs": [trial.run for trial in trials if trial.run is not None],
        },
    }
    return page(request, "sweep/page.html", context)


@router.post("/{sweep_id}/extend")
def extend(
    database: DatabaseDep,
    scheduler: SchedulerDep,
    sweep_id: SweepId,
    trials: Annotated[Trials | None, Form()] = None,
    minutes: Annotated[Minutes | None, Form()] = None,
) -> Response:
    """The form that gives a sweep a larger budget, in all."""
    change_sweep(
        database, scheduler, lambda session: sweep_control.extend(session, sweep_id, trials=trials, minutes=minutes)
    )
    return RedirectResponse(f"/sweeps/{sweep_id}", 303)


@router.post("/{sweep_id}/{action}")
def act(database: DatabaseDep, scheduler: SchedulerDep, sweep_id: SweepId, action: Action) -> Response:
    """The buttons; a sweep that has just ended by itself is no error."""
    with suppress(Conflict):
        act_on_sweep(database, scheduler, sweep_id, action)
    return RedirectResponse(f"/sweeps/{sweep_id}", 303)


def _listed(sweep: Sweep, trials: Sequence[Trial], seconds: float) -> ListedSweep:
    ahead = [trial for trial in trials if trial.number in best(trials)]
    single = len(sweep.minimise) == 1
    texts = _value_texts(sweep, trials)
    return ListedSweep(
        sweep=sweep,
        best=(texts[sweep.minimise[0]][ahead[0].number] if single else f"{len(ahead)} on the frontier")
        if ahead
        else "",
        unit=unit(sweep, sweep.minimise[0]) if single else "",
        settled=_settled(sweep),
        budget=budget_words(sweep),
        seconds=seconds,
    )


def _settled(sweep: Sweep) -> int:
    """How many trials have ended."""
    return sum(count for state, count in sweep.counts.items() if state != "running")


def _value_texts(sweep: Sweep, trials: Sequence[Trial]) -> dict[str, dict[int, str]]:
    """What is minimised, for each quantity by the trial's number, with as many digits as keep trials apart."""
    known = [trial for trial in trials if trial.values]
    return {
        name: dict(
            zip(
                [trial.number for trial in known],
                distinct([trial.values[place] for trial in known if trial.values]),
                strict=True,
            )
        )
        for place, name in enumerate(sweep.minimise)
    }


def _progress(sweep: Sweep, going_on: Mapping[int, Run], seconds: float, slots: int) -> Progress:
    """By trials or by time, whichever part of the budget is spent further."""
    settled = _settled(sweep)
    parts: list[tuple[float, float]] = [(settled, sweep.most_trials)]
    if sweep.minutes is not None:
        parts.append((min(seconds, 60 * sweep.minutes), 60 * sweep.minutes))
    done, budget = max(parts, key=lambda part: part[0] / part[1])
    is_ending = sweep.status == "running" and done >= budget and not going_on
    return Progress(
        done=done,
        budget=budget,
        left=_time_left(sweep, settled, going_on, seconds, slots),
        settling=is_ending or any(run.status not in LIVE for run in going_on.values()),
    )


def _time_left(sweep: Sweep, settled: int, going_on: Mapping[int, Run], seconds: float, slots: int) -> float | None:
    """Seconds, at the pace of the trials that have ended; None while it waits or none has."""
    if sweep.status != "running" or not settled:
        return None
    pace = (seconds - sum(run.seconds for run in going_on.values())) / settled
    missing = pace * (sweep.most_trials - settled) - sum(run.seconds for run in going_on.values())
    if sweep.minutes is not None:
        missing = min(missing, 60 * sweep.minutes - seconds)
    return max(0.0, missing) / max(1, min(slots, sweep.most_trials - settled))


def _sorted(sweep: Sweep, trials: Sequence[Trial], sort: str) -> list[Trial]:
    """In the order that was asked for, those without a value last. Raises `Refused` for what is no column."""
    name = sort.removeprefix("-")
    columns = ("number", "state", *sweep.minimise, *sweep.space)
    if name not in columns:
        raise Refused(f"sort must be one of {', '.join(columns)}, with a minus for descending, not {sort!r}.", "sort")

    def value(trial: Trial) -> float | str | None:
        if name in {"number", "state"}:
            held: object = getattr(trial, name)
        elif name in sweep.minimise:
            held = trial.values[sweep.minimise.index(name)] if trial.values else None
        else:
            held = trial.params.get(name)
        return held if held is None or isinstance(held, int | float) else value_words(name, held)

    known = [(held, trial) for trial in trials if (held := value(trial)) is not None]
    texts = any(isinstance(held, str) for held, _ in known)
    known.sort(key=lambda pair: str(pair[0]) if texts else pair[0], reverse=sort.startswith("-"))
    return [*(trial for _, trial in known), *(trial for trial in trials if value(trial) is None)]


def _address(request: Request, **changes: str) -> str:
    """The page's address with other parameters."""
    return f"{request.url.path}?{urlencode(dict(request.query_params) | changes)}"
