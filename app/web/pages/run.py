"""One run's page: its curves, pictures, held-out numbers, examination and configuration."""

from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app import remarks
from app.launch import command_line
from app.logs import tail
from app.models import LIVE
from app.plots.figure import Line
from app.plots.latents import kl_history_figure, kl_per_dim_figure, mean_variance_figure
from app.plots.references import reference_marks
from app.plots.terms import stacked_figure, terms_figure, training_figure
from app.statistics import Missing
from app.store import control, evaluations, events, pictures, reports, runs
from app.units import READING_NAMES, bits_unit, decoder, reconstruction_unit
from app.web.api import RunId
from app.web.dependencies import DatabaseDep, SettingsDep
from app.web.files import checkpoints_of
from app.web.pages.view import Json, lines, page, page_data
from vae_core.config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.presets import PRESETS, Published
from vae_core.references import references

router = APIRouter()

LOG_LINES = 40


@router.get("/runs/{run_id}")
def show_run(request: Request, database: DatabaseDep, settings: SettingsDep, run_id: RunId) -> Response:
    """One run: its curves, pictures, held-out numbers, examination and configuration."""
    with database.read() as session:
        cursor = events.newest_id(session)
        stored = runs.get(session, run_id, deleted_too=True)
        evaluated = evaluations.all(session, run_id)
        sheets = pictures.all(session, run_id)
        report = reports.last(session, run_id)
    config = stored.train_config
    (line,) = lines([stored], [""])
    published = _published(stored.preset, config)
    shown = runs.public(stored, evaluated[-1] if evaluated else None)
    context = {
        "run": shown,
        "line": line,
        "config": config.to_dict(),
        "defaults": TrainConfig().to_dict(),
        "command": command_line(config),
        "live": stored.status in LIVE,
        "goes_on": control.GOES_ON,
        "extends": control.EXTENDS,
        "decoder": decoder(config),
        "bits_unit": bits_unit(config),
        "facts": FACTS[config.dataset],
        "published": published,
        "verdict": published and remarks.reproduction(published, stored.status, evaluated[-1] if evaluated else None),
        "remarks": remarks.loss_remarks(config),
        "belief": remarks.belief(evaluated[-1]) if evaluated else None,
        "report": report,
        "unexamined": remarks.unexamined(stored.status, config),
        "readings": READING_NAMES,
        "reading": report and (remarks.misread(config, report["xray"]) or remarks.best_reading(report["xray"])),
        "evaluations": evaluated,
        "checkpoints": checkpoints_of(settings, run_id),
        "log": "\n".join(tail(settings.log_path(run_id), LOG_LINES)),
        "figures": _figures(config, line),
        "references": _references(request, config, published),
        "kl_figure": _kl_figure(evaluated, line),
        "kl_history_figure": kl_history_figure(evaluated, line),
        "variance_figure": report and mean_variance_figure(report["latents"]["mean_variance"], line),
        "page_data": page_data([stored], {run_id: evaluated}, {run_id: sheets}, cursor),
    }
    return page(request, "run.html", context)


def _published(preset: str | None, config: TrainConfig) -> Published | None:
    """The published number, if this run is still what the preset says, whatever its seed."""
    if preset not in PRESETS:
        return None
    same = any(replace(wanted, seed=config.seed) == config for wanted in PRESETS[preset].configs())
    return PRESETS[preset].published if same else None


def _references(request: Request, config: TrainConfig, published: Published | None) -> list[Json]:
    """The lines to see the curves against: of the data set, once its pixels are counted, and the published value."""
    found = request.app.state.shelf.find(config)
    known = [] if isinstance(found, Missing) else references(config, found.test)
    if published:
        known.append(published.reference)
    return reference_marks(known, config.model == "vae")


def _figures(config: TrainConfig, line: Line) -> dict[str, Json]:
    """The views of the curves, the first one shown first."""
    variational = config.model == "vae"
    varies = config.beta_schedule != "constant"
    lines = terms_figure(line, reconstruction_unit(config), variational=variational, beta_varies=varies)
    return {
        "lines": lines,
        **({"stacked": stacked_figure(line)} if variational else {}),
        "training": training_figure(line),
    }


def _kl_figure(evaluated: list[Json], line: Line) -> Json | None:
    per_dim = evaluated[-1]["kl_per_dim"] if evaluated else None
    return kl_per_dim_figure(per_dim, line) if per_dim else None
