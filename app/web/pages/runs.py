"""The list of runs, and what its buttons do to those that are checked."""

import json
from dataclasses import dataclass
from functools import cache, partial
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field
from sqlmodel import Session

from app.comparison.summary import LETTERS
from app.database.engine import Database
from app.errors import Conflict, NotFound, Refused
from app.launch.request import MAX_RUNS
from app.leaderboard.columns import (
    COLUMNS,
    NAME,
    NEWEST_FIRST,
    OF_CONFIGURATIONS,
    OF_RUNS,
    STANDARD,
    cells,
    column_texts,
    pinned_column,
    seed_texts,
    shown_columns,
)
from app.leaderboard.conditions import LONGEST, OPERATORS, choosable
from app.leaderboard.rankings import rank_headings
from app.plots.recording import recorded_runs, what_was_recorded
from app.records import ListedRun, Operator, RunPage
from app.store import events, folding, listing, runs, views
from app.templating import folder
from app.text.quantities import unit_of
from app.web.api.actions import ACTIONS
from app.web.dependencies import DatabaseDep, SchedulerDep
from app.web.pages.new_run import START_AT_ONCE
from app.web.pages.page_data import Json
from app.web.parameters import Columns, RunId, RunQuery
from app.web.rendering import page
from vae_core.config.families import FAMILIES
from vae_core.datasets.facts import FACTS

router = APIRouter()

MOST = 200  # runs on a page, so that all of them can be checked
RunIds = Annotated[list[RunId], Field(max_length=MOST)]
EACH = {**ACTIONS, "delete": runs.delete, "restore": runs.restore}
LABELS: dict[str, dict[str, str]] = {
    "likelihood": {name: family.title for name, family in FAMILIES.items()},
    "dataset": {name: facts.title for name, facts in FACTS.items()},
}
FACETS = {"status": "Status", "likelihood": "Loss", "dataset": "Data set", "tag": "Tag"}


@dataclass(frozen=True)
class Outcome:
    """What came of an action on several runs: those it was refused to, each with the reason."""

    action: str
    chosen: list[int]
    refused: dict[int, str]


@dataclass(frozen=True)
class FoldedSeeds:
    """The runs of one configuration in a row: how many, and the mean of each number with its spread."""

    count: int
    texts: dict[str, str]


class RunsQuery(RunQuery):
    """The list's address: the filter, the columns if not the standard ones, and runs just deleted, to bring back."""

    columns: Columns = Field(default_factory=list)
    undo: RunIds = Field(default_factory=list)
    fold: Literal["", "yes"] = ""  # one row a configuration
    field: Annotated[str, Field(max_length=60)] = ""  # a condition that was picked, to go to those that were typed
    operator: Operator = "="
    value: Annotated[str, Field(max_length=200)] = ""

    @property
    def conditions(self) -> str:
        """Those typed, and the one picked."""
        picked = f"{self.field} {self.operator} {self.value.strip()}" * bool(self.value.strip())
        return ", ".join(filter(None, [self.where.strip().removesuffix(","), picked]))


@router.get("/")
def home() -> Response:
    """The runs are the home page."""
    return RedirectResponse("/runs", 303)


@router.get("/runs")
def show_runs(request: Request, database: DatabaseDep, query: Annotated[RunsQuery, Query()]) -> Response:
    """The list, its filters, and after a deletion the way back; a condition that was picked goes into the address."""
    if query.field:
        return RedirectResponse(_address(request, where=query.conditions), 303)
    return _list(request, database, query)


@router.get("/runs/rows")
def show_rows(
    request: Request,
    database: DatabaseDep,
    run: Annotated[RunIds, Query()],
    columns: Annotated[Columns, Query(default_factory=list)],
    sort: Annotated[str, Query(max_length=60)] = NEWEST_FIRST,
) -> Response:
    """Some rows of the list alone: what a script puts in the place of those that steps were added to."""
    names = shown_columns(columns, sort)
    with database.read() as session:
        return page(request, "runs/_rows.html", _rows(session, listing.some(session, run), names, sort))


@router.post("/runs/chosen")
def act_on_runs(
    request: Request,
    database: DatabaseDep,
    scheduler: SchedulerDep,
    query: Annotated[RunsQuery, Query()],
    action: Annotated[Literal["stop", "pause", "resume", "delete", "restore"], Form()],
    run: Annotated[RunIds, Form(min_length=1)],
) -> Response:
    """Do it to every checked run that lets it be done, and name the others with their reasons, still checked."""
    refused: dict[int, str] = {}
    with database.write() as session:
        for run_id in run:
            try:
                EACH[action](session, run_id)
            except (Conflict, NotFound) as refusal:  # raised before anything is changed
                refused[run_id] = refusal.message
    scheduler.wake()
    query.undo = [run_id for run_id in run if run_id not in refused] if action == "delete" else []
    if refused:
        return _list(request, database, query, Outcome(action, run, refused))
    return RedirectResponse(_address(request, after=query.after, undo=query.undo), 303)


def _list(request: Request, database: Database, query: RunsQuery, outcome: Outcome | None = None) -> Response:
    """The page, after an action with what came of it. Conditions that cannot be read list nothing, and say why."""
    refused = outcome.refused if outcome else {}
    names = shown_columns(query.columns, query.sort)
    with database.read() as session:
        cursor = events.newest_id(session)
        listed, seeds, wrong = _matching(session, query)
        rows = _rows(session, listed.runs, names, query.sort) | {"seeds": seeds}
        named = {run.id: run for run in listing.some(session, [*query.undo, *refused])}
        saved = views.saved(session)
    context = {
        **rows,
        "headings": {"name": NAME} | {name: COLUMNS[name] for name in names},
        "rank_headings": rank_headings(query.sort, listed.units),
        "units": {unit_of("negative_elbo", run.train_config) for run in listed.runs},
        "standard_columns": STANDARD,
        "column_groups": {"Of runs": OF_RUNS, "Of their configurations": OF_CONFIGURATIONS},
        "pickable": {name: COLUMNS[name].title for name in choosable()},
        "values": sorted({choice for choices in choosable().values() for choice, _ in choices}),
        "operators": OPERATORS,
        "longest_where": LONGEST,
        "wrong": wrong,
        "total": listed.total,
        "next": listed.next,
        "menus": [_menu(name, getattr(query, name), counts) for name, counts in listed.facets.items()],
        "query": query,
        "kept": query.model_dump(include={"sort", "group", "configuration", "limit", "fold"}, exclude_defaults=True),
        "filtered": bool(query.model_dump(exclude={"columns", "undo", "sort", "limit", "fold"}, exclude_defaults=True)),
        "deleted": [named[run_id] for run_id in query.undo if run_id in named and named[run_id].deleted_at],
        "outcome": outcome,
        "chosen": outcome.chosen if outcome else [],
        "named": named,
        "address": partial(_address, request),
        "views": saved,
        "cursor": cursor,
    }
    if not listed.runs and not context["filtered"]:
        context |= {**_first_visit(), "start_at_once": START_AT_ONCE, "new_key": runs.new_group}
    return page(request, "runs/page.html", context, 422 if wrong else 409 if refused else 200)


def _matching(session: Session, query: RunsQuery) -> tuple[RunPage, dict[str, FoldedSeeds], str]:
    """The runs that match, folded by configuration if so asked; none, and why, if the conditions cannot be read."""
    page_of: dict[str, Any] = {"after": query.after, "limit": query.limit}
    try:
        if not query.fold:
            return listing.find(session, **query.criteria(), **page_of), {}, ""
        folded, seeds = folding.find_folded(session, **query.criteria(), **page_of)
        return folded, {name: FoldedSeeds(each.count, seed_texts(each.numbers)) for name, each in seeds.items()}, ""
    except Refused as refused:
        if refused.field != "where":
            raise
        others = query.model_copy(update={"where": ""})
        counted = listing.find(session, **others.criteria(), limit=1)
        return counted.model_copy(update={"runs": [], "units": [], "next": None, "total": 0}), {}, refused.message


@cache
def _first_visit() -> Json:
    """The runs that were recorded for those who have none yet."""
    recorded = recorded_runs(json.loads((folder("static") / "recorded" / "runs.json").read_text()))
    return {"recorded": recorded, "ends": what_was_recorded(recorded)}


def _rows(session: Session, chosen: list[ListedRun], names: list[str], sort: str) -> Json:
    """What the rows of some runs show in these columns."""
    values = [cells(run, names) for run in chosen]
    return {
        "runs": chosen,
        "most_compared": len(LETTERS),
        "most_of_a_comparison": MAX_RUNS,
        "group_sizes": listing.group_sizes(session, {run.group for run in chosen}),
        "facts": FACTS,
        "columns": names,
        "of_columns": COLUMNS,
        "pinned": pinned_column(names, sort),
        "texts": {name: column_texts(name, [one[name] for one in values]) for name in names},
    }


def _menu(name: str, chosen: list[str], counts: dict[str, int]) -> Json:
    """The choices of a filter; a chosen one stays, though no run has it now."""
    labels = LABELS.get(name, {})
    options = {**counts, **{value: counts.get(value, 0) for value in chosen}}
    return {
        "name": name,
        "label": FACETS[name],
        "chosen": [labels.get(value, value) for value in chosen],
        "options": [(value, labels.get(value, value), count, value in chosen) for value, count in options.items()],
    }


def _address(request: Request, path: str = "/runs", **changes: Any) -> str:
    """The list's address with other parameters; without those that belong to one view alone, or were just picked."""
    left_out = {"after", "undo", "field", "operator", "value", *changes}
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in left_out]
    query = urlencode([*kept, *((name, value) for name, value in changes.items() if value)], doseq=True)
    return f"{path}?{query}" if query else path
