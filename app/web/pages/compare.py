"""Runs side by side."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.comparison import compare
from app.database import Database
from app.models import LIVE
from app.plots.terms import compare_figure
from app.store import evaluations, events, pictures, reports, runs
from app.units import READING_NAMES, decoder, reconstruction_unit
from app.web.api import run_ids
from app.web.dependencies import DatabaseDep
from app.web.pages.view import Json, lines, page, page_data
from app.web.remarks import share_of_reading
from vae_core.config import TrainConfig

router = APIRouter()


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
        examined = reports.last_of(session, ids)
    last = {run_id: rows[-1] for run_id, rows in evaluated.items() if rows}
    configs = [run.train_config for run in chosen]
    letters = "ABCDEFGH"[: len(chosen)]
    drawn = lines(chosen, list(letters))
    units = [reconstruction_unit(config) for config in configs]
    compared = compare(chosen, last, examined)
    same_images = len({(config.dataset, config.binarize) for config in configs}) == 1
    context = {
        "runs": [runs.public(run, last.get(run.id or 0)) for run in chosen],
        "lines": drawn,
        "letters": letters,
        "decoders": [decoder(config) for config in configs],
        "comparison": compared,
        "reasons": {
            reason: [told for told in compared.verdicts if told.reason == reason]
            for reason in dict.fromkeys(told.reason for told in compared.verdicts)
        },
        "live": any(run.status in LIVE for run in chosen),
        "same_codes": len({(config.latent_dim, config.model) for config in configs}) == 1,
        "same_images": same_images,
        "xray": _xray(ids, examined) if same_images else None,
        "reading_share": _reading_share(configs, ids, examined) if same_images else None,
        "readings": READING_NAMES,
        "figures": {"lines": compare_figure(drawn, units, [config.model == "vae" for config in configs])},
        "page_data": page_data(chosen, evaluated, sheets, cursor),
    }
    return page(request, "compare.html", context)


def _xray(ids: list[int], examined: dict[int, Json]) -> list[tuple[str, list[Json | None]]] | None:
    """For each reading that they share, the runs' scores; the row `own` stays away, for its unit is each run's own."""
    if len(examined) < len(ids):
        return None
    scores = [{reading["name"]: reading for reading in examined[run_id]["xray"]} for run_id in ids]
    names = [name for name in scores[0] if name != "own"]
    return [(name, [score.get(name) for score in scores]) for name in names]


def _reading_share(configs: list[TrainConfig], ids: list[int], examined: dict[int, Json]) -> str | None:
    """What a BCE and a CB run that are compared say about each other."""
    of = {config.likelihood: examined.get(run_id) for config, run_id in zip(configs, ids, strict=True)}
    bce, cb = of.get("bernoulli"), of.get("continuous_bernoulli")
    return share_of_reading(bce["xray"], cb["xray"]) if len(ids) == 2 and bce and cb else None


def _choose(request: Request, database: Database, named: str) -> Response:
    """One run or none named yet: a list to choose from."""
    with database.read() as session:
        found = runs.find(session, limit=100)
        listed = [runs.public(run) for run in found.runs]
    return page(request, "choose.html", {"runs": listed, "chosen": named.split(",")})
