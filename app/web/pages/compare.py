"""Runs side by side."""

from base64 import b64encode
from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.comparison import summary
from app.comparison.compare import Images
from app.database.engine import Database
from app.launch.request import varied
from app.plots.figure import Line
from app.plots.plane import plane_figure
from app.plots.terms import compare_figure
from app.run_rules import LIVE
from app.store import evaluations, events, pictures, runs
from app.text.quantities import READING_NAMES, decoder, reconstruction_unit
from app.web.api.compare import Base, By, compared
from app.web.dependencies import DatabaseDep
from app.web.pages.page_data import Json, lines, page_data
from app.web.rendering import page
from vae_core.config.train_config import TrainConfig

router = APIRouter()


@router.get("/compare")
def show_comparison(request: Request, database: DatabaseDep, base: Base = None, by: By = None) -> Response:
    """Runs side by side, `?runs=1,2`, or as the list's checkboxes say it, `?run=1&run=2`."""
    named = ",".join([*request.query_params.getlist("runs"), *request.query_params.getlist("run")])
    if len(set(filter(None, named.split(",")))) < 2:
        return _choose(request, database, named)
    with database.read() as session:
        cursor = events.newest_id(session)
        seen = compared(session, named, base, by)
        ids = [run.id or 0 for run in seen.runs]
        evaluated = {run_id: evaluations.all(session, run_id) for run_id in ids}
        sheets = {run_id: pictures.all(session, run_id) for run_id in ids}
        contrasts = _contrasts(session, ids, seen.found.images)
    last = {run_id: rows[-1] for run_id, rows in evaluated.items() if rows}
    configs = [run.train_config for run in seen.runs]
    letters = list(summary.LETTERS[: len(ids)])
    drawn = lines(seen.runs, letters)
    variational = [config.model == "vae" for config in configs]
    units = [reconstruction_unit(config) for config in configs]
    planes = _planes(drawn, configs)
    context = {
        "runs": [runs.public(run, last.get(run.id or 0)) for run in seen.runs],
        "ids": ",".join(map(str, ids)),
        "lines": drawn,
        "letters": letters,
        "decoders": [decoder(config) for config in configs],
        "comparison": seen.found,
        "headline": summary.headline(seen.found, summary.labels(seen.runs)),
        "unpaired": summary.unpaired(seen.runs, seen.reports, seen.scores, letters),
        "reasons": {
            reason: [told for told in seen.found.verdicts if told.reason == reason]
            for reason in dict.fromkeys(told.reason for told in seen.found.verdicts)
        },
        "live": any(run.status in LIVE for run in seen.runs),
        "same_codes": len({(config.latent_dim, config.model) for config in configs}) == 1,
        "same_images": len({(config.dataset, config.binarize) for config in configs}) == 1,
        "reading": summary.of_readings(seen.found, seen.runs, seen.reports, letters),
        "readings": READING_NAMES,
        "contrasts": contrasts,
        "planes": planes,
        "figures": {"lines": compare_figure(drawn, units, variational)},
        "page_data": page_data(seen.runs, evaluated, sheets, cursor),
    }
    return page(request, "compare/page.html", context)


def _contrasts(session: Session, ids: Sequence[int], images: Images | None) -> list[Json]:
    """The images on which the runs differ most, each beside what every run made of it, as data URLs."""
    places = [one.image for one in images.contrasts] if images else []
    if not images or not places:
        return []
    inputs = map(_data_url, pictures.cut(session, ids[0], "held_out", places))
    made = zip(
        *(map(_data_url, pictures.cut(session, run_id, "held_out_means", places)) for run_id in ids), strict=True
    )
    return [
        {"image": one.image, "name": one.name, "input": url, "runs": list(zip(one.values, urls, strict=True))}
        for one, url, urls in zip(images.contrasts, inputs, made, strict=True)
    ]


def _data_url(png: bytes) -> str:
    return f"data:image/png;base64,{b64encode(png).decode()}"


def _planes(drawn: Sequence[Line], configs: Sequence[TrainConfig]) -> list[Json]:
    """One rate–distortion plane for each unit that the variational runs have, of one data set."""
    sharing: dict[tuple[str, str], list[int]] = {}
    for place, config in enumerate(configs):
        if config.model == "vae":
            sharing.setdefault((reconstruction_unit(config), config.dataset), []).append(place)
    return [
        {
            "letters": ", ".join(drawn[place].name for place in places),
            "runs": places,
            "unit": unit,
            "frontier": (frontier := len(places) > 1 and varied([configs[place] for place in places]) == ["beta"]),
            "figure": plane_figure([drawn[place] for place in places], frontier=frontier),
        }
        for (unit, _), places in sharing.items()
    ]


def _choose(request: Request, database: Database, named: str) -> Response:
    """One run or none named yet: a list to choose from."""
    with database.read() as session:
        found = runs.find(session, limit=100)
        listed = [runs.public(run) for run in found.runs]
    return page(request, "compare/choose.html", {"runs": listed, "chosen": named.split(",")})
