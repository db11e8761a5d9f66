"""Runs side by side, and the choice of which."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from app.comparison import summary
from app.comparison.actions import compare_address
from app.comparison.comparability import axes, axes_sentence
from app.comparison.compare import Images
from app.database.engine import Database
from app.launch.request import MAX_RUNS, varied
from app.plots.figure import Figure, Line
from app.plots.plane import plane_figure
from app.plots.terms import compare_figure
from app.records import PictureSheet, Run
from app.store import evaluations, events, listing, pictures, runs, views
from app.text.quantities import READING_NAMES, decoder, reconstruction_unit
from app.web.api.compare import Base, By, read_comparison, run_ids
from app.web.dependencies import DatabaseDep, ShelfDep
from app.web.pages.bundles import bundles
from app.web.pages.page_data import lines, page_data
from app.web.rendering import page
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS

router = APIRouter()

MOST = MAX_RUNS  # of one comparison
LISTED = 100  # runs to choose from, at most
LARGEST = 2**53  # id


@dataclass(frozen=True)
class Side:
    """A run of the comparison, and how the page refers to it."""

    run: Run
    line: Line
    letter: str
    decoder: str
    short: str  # what the sentences call it: what tells it apart, or its name
    sheets: Mapping[str, PictureSheet]  # the newest of each kind


@dataclass(frozen=True)
class PicturedContrast:
    """An image on which the runs differ, beside what each run made of it; pictures are data URLs."""

    image: int  # its place among the held-out ones
    name: str  # of its class
    input: str
    runs: list[tuple[float, str]]  # of each run what it scores and its picture


@dataclass(frozen=True)
class Plane:
    """A rate–distortion plane of the runs that share it."""

    letters: str
    runs: list[int]  # their places
    unit: str
    frontier: bool
    figure: Figure


@router.get("/compare")
def show_comparison(
    request: Request,
    database: DatabaseDep,
    shelf: ShelfDep,
    base: Base = None,
    by: By = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    group: Annotated[str | None, Query(max_length=200)] = None,
    *,
    each: bool = False,
    choose: bool = False,
) -> Response:
    """Runs side by side: `?runs=1,2`, as checkboxes send them, `?run=1&run=2`, or those launched together, `?group=`.

    More than eight are shown by configuration, with `each` every run's curve. With fewer than two, with more than one
    launch can have, or with `choose`, a list to choose from, of the runs that match `q`.
    """
    if group is not None:
        return _together(database, group)
    named = ",".join([*request.query_params.getlist("runs"), *request.query_params.getlist("run")])
    parts = list(dict.fromkeys(filter(None, map(str.strip, named.split(",")))))
    if choose or not 2 <= len(parts) <= MOST:
        return _choose(request, database, parts, q)
    if len(parts) > len(summary.LETTERS):
        return _many(request, database, named, each=each)
    with database.read() as session:
        cursor = events.newest_id(session)
        compared = read_comparison(session, named, base, by, shelf)
        ids = [run.id for run in compared.runs]
        evaluated = {run_id: evaluations.of_run(session, run_id) for run_id in ids}
        sheets = {run_id: pictures.of_run(session, run_id) for run_id in ids}
        contrasts = _contrasts(session, ids, compared.comparison.images)
        saved = views.saved(session)
    comparison = compared.comparison
    configs = [run.train_config for run in compared.runs]
    letters = list(summary.LETTERS[: len(ids)])
    drawn = lines(compared.runs, letters)
    variational = [config.model == "vae" for config in configs]
    units = [reconstruction_unit(config) for config in configs]
    figure = compare_figure(drawn, units, variational, [FACTS[config.dataset].title for config in configs])
    context = {
        "sides": _sides(compared.runs, drawn, comparison.names, sheets),
        "ids": ",".join(map(str, ids)),
        "lines": drawn,
        "letters": letters,
        "comparison": comparison,
        "counting": compared.counting,
        "axes": axes_sentence(configs),
        "some_share": axes(configs) < len(configs),
        "verdicts": {
            reason: [verdict for verdict in comparison.verdicts if verdict.reason == reason]
            for reason in dict.fromkeys(verdict.reason for verdict in comparison.verdicts)
        },
        "same_images": len({(config.dataset, config.binarize) for config in configs}) == 1,
        "reading": summary.of_readings(comparison.readings, compared.runs, compared.reports, comparison.names),
        "readings": READING_NAMES,
        "contrasts": contrasts,
        "planes": _planes(drawn, configs),
        "figures": {"lines": figure},
        "rows": sum(name.startswith("yaxis") for name in figure["layout"]),
        "views": saved,
        "page_data": page_data(compared.runs, evaluated, sheets, cursor),
    }
    return page(request, "compare/page.html", context)


def _many(request: Request, database: Database, named: str, *, each: bool) -> Response:
    """More runs than have a letter each: by configuration."""
    ids = run_ids(named, MOST)
    with database.read() as session:
        cursor = events.newest_id(session)
        by_id = {run.id: run for run in listing.some(session, ids)}
        for run_id in set(ids) - by_id.keys():
            runs.require(session, run_id)
        chosen = [by_id[run_id] for run_id in ids]
        bundled = bundles(session, chosen, each=each)
        saved = views.saved(session)
    context = bundled | {
        "address": compare_address(chosen),
        "letters": len(summary.LETTERS),
        "views": saved,
        "group_data": {"cursor": cursor, "runs": ids},
    }
    return page(request, "compare/many.html", context)


def _sides(
    runs: Sequence[Run], drawn: Sequence[Line], names: Sequence[str], sheets: Mapping[int, Sequence[PictureSheet]]
) -> list[Side]:
    return [
        Side(
            run=run,
            line=line,
            letter=line.name,
            decoder=decoder(run.train_config),
            short=name,
            sheets={sheet.kind: sheet for sheet in sheets[run.id]},  # they come oldest first
        )
        for run, line, name in zip(runs, drawn, names, strict=True)
    ]


def _contrasts(session: Session, ids: Sequence[int], images: Images | None) -> list[PicturedContrast]:
    """The images on which the runs differ most."""
    places = [one.image for one in images.contrasts] if images else []
    if not images or not places:
        return []
    inputs = map(_data_url, pictures.cut(session, ids[0], "held_out", places))
    made = zip(
        *(map(_data_url, pictures.cut(session, run_id, "held_out_means", places)) for run_id in ids), strict=True
    )
    return [
        PicturedContrast(one.image, one.name, url, list(zip(one.values, urls, strict=True)))
        for one, url, urls in zip(images.contrasts, inputs, made, strict=True)
    ]


def _data_url(png: bytes) -> str:
    return f"data:image/png;base64,{b64encode(png).decode()}"


def _planes(drawn: Sequence[Line], configs: Sequence[TrainConfig]) -> list[Plane]:
    """One rate–distortion plane for each unit of measure that the variational runs have, of one data set."""
    sharing: dict[tuple[str, str], list[int]] = {}
    for place, config in enumerate(configs):
        if config.model == "vae":
            sharing.setdefault((reconstruction_unit(config), config.dataset), []).append(place)
    return [
        Plane(
            letters=", ".join(drawn[place].name for place in places),
            runs=places,
            unit=unit,
            frontier=(frontier := len(places) > 1 and varied([configs[place] for place in places]) == ["beta"]),
            figure=plane_figure([drawn[place] for place in places], frontier=frontier),
        )
        for (unit, _), places in sharing.items()
    ]


def _together(database: Database, group: str) -> Response:
    """The runs that were launched together: at the address that names each, or on their page if they are many."""
    with database.read() as session:
        launched = listing.find(session, group=group, sort="created", limit=LISTED).runs
    few = len(launched) <= len(summary.LETTERS)
    return RedirectResponse(compare_address(launched) if few else f"/groups/{group}", 303)


def _choose(request: Request, database: Database, parts: Sequence[str], q: str | None) -> Response:
    """The runs to choose from, those that are ticked already first."""
    ids = [int(part) for part in parts if part.isdecimal() and len(part) < len(str(LARGEST))]
    with database.read() as session:
        ticked = listing.some(session, ids[: 2 * MOST])
        matching = listing.find(session, q=q or "", limit=LISTED)
    chosen = {run.id for run in ticked}
    context = {
        "ticked": ticked,
        "unknown": [part[:60] for part in parts if part.lstrip("0") not in map(str, chosen)][:MOST],
        "others": [run for run in matching.runs if run.id not in chosen],
        "total": matching.total,
        "most": MOST,
        "side_by_side": len(summary.LETTERS),
        "q": q,
        "sent": bool(parts) or q is not None,  # by the button, or from a link
    }
    return page(request, "compare/choose.html", context)
