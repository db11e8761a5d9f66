"""Runs side by side."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.comparison import summary
from app.comparison.compare import Images
from app.database.engine import Database
from app.launch.request import varied
from app.plots.figure import Figure, Line
from app.plots.plane import plane_figure
from app.plots.terms import compare_figure
from app.run_rules import LIVE
from app.store import evaluations, events, listing, pictures
from app.text.quantities import READING_NAMES, decoder, reconstruction_unit
from app.web.api.compare import Base, By, read_comparison
from app.web.dependencies import DatabaseDep, ShelfDep
from app.web.pages.page_data import lines, page_data
from app.web.rendering import page
from vae_core.config.train_config import TrainConfig

router = APIRouter()


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
    request: Request, database: DatabaseDep, shelf: ShelfDep, base: Base = None, by: By = None
) -> Response:
    """Runs side by side: `?runs=1,2`, or as the list's checkboxes send them, `?run=1&run=2`."""
    named = ",".join([*request.query_params.getlist("runs"), *request.query_params.getlist("run")])
    if len(set(filter(None, named.split(",")))) < 2:
        return _choose(request, database, named)
    with database.read() as session:
        cursor = events.newest_id(session)
        compared = read_comparison(session, named, base, by, shelf)
        ids = [run.id for run in compared.runs]
        evaluated = {run_id: evaluations.of_run(session, run_id) for run_id in ids}
        sheets = {run_id: pictures.of_run(session, run_id) for run_id in ids}
        contrasts = _contrasts(session, ids, compared.comparison.images)
    comparison = compared.comparison
    configs = [run.train_config for run in compared.runs]
    letters = list(summary.LETTERS[: len(ids)])
    drawn = lines(compared.runs, letters)
    variational = [config.model == "vae" for config in configs]
    units = [reconstruction_unit(config) for config in configs]
    planes = _planes(drawn, configs)
    context = {
        "runs": compared.runs,
        "ids": ",".join(map(str, ids)),
        "lines": drawn,
        "letters": letters,
        "decoders": [decoder(config) for config in configs],
        "comparison": comparison,
        "unpaired": summary.unpaired(compared.runs, compared.reports, compared.scores, letters),
        "reasons": {
            reason: [verdict for verdict in comparison.verdicts if verdict.reason == reason]
            for reason in dict.fromkeys(verdict.reason for verdict in comparison.verdicts)
        },
        "live": any(run.status in LIVE for run in compared.runs),
        "same_codes": len({(config.latent_dim, config.model) for config in configs}) == 1,
        "same_images": len({(config.dataset, config.binarize) for config in configs}) == 1,
        "reading": summary.of_readings(comparison.readings, compared.runs, compared.reports, letters),
        "readings": READING_NAMES,
        "contrasts": contrasts,
        "planes": planes,
        "figures": {"lines": compare_figure(drawn, units, variational)},
        "page_data": page_data(compared.runs, evaluated, sheets, cursor),
    }
    return page(request, "compare/page.html", context)


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


def _choose(request: Request, database: Database, named: str) -> Response:
    """One run or none named yet: a list to choose from."""
    with database.read() as session:
        newest = listing.find(session, limit=100).runs
    return page(request, "compare/choose.html", {"runs": newest, "chosen": named.split(",")})
