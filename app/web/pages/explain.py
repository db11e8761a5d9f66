"""Why a reconstruction term is a squared error or a cross-entropy: from first principles, with figures that answer."""

from functools import cache
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from app.comparison.comparability import Verdict, units_sentence, verdict
from app.explain.equations import EQUATIONS
from app.explain.exhibits import ERROR, Controls, exhibits, widths_table
from app.explain.source_code import listing
from app.templating import folder
from app.text.markdown_tables import Grid, grids
from app.text.quantities import QUANTITIES
from app.web.dependencies import ShelfDep
from app.web.pixel_statistics import NoStatistics
from app.web.rendering import page
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.presets import PRESETS
from vae_core.theory.references import collapsed

router = APIRouter()

COMPARED = ("reconstruction", "negative_elbo", "kl", "active_units", "mse_per_pixel", "bce_per_pixel", "bits_per_dim")


@router.get("/explain")
def show_explanation(request: Request, shelf: ShelfDep, at: Annotated[Controls, Query()]) -> Response:
    """The page with its sliders where the address says."""
    config, measured = TrainConfig(dataset=at.dataset), _measured()
    late = tuple(grid for grid in measured if grid.title.endswith("10 epochs: signal-to-noise"))
    statistics = shelf.find(config)
    if isinstance(statistics, NoStatistics):
        shown, held_out = exhibits(at, late, None, statistics.why), None
    else:
        shown = exhibits(at, late, statistics.train)
        held_out = {"floor": statistics.test.entropy, "collapsed": collapsed(config, statistics.test)}
    context = {
        "equations": EQUATIONS,
        "listing": listing,
        "at": at,
        "sliders": Controls.model_json_schema()["properties"],
        "exhibits": shown,
        "facts": FACTS,
        "soon": isinstance(statistics, NoStatistics) and statistics.soon,
        "held_out": held_out,
        "widths": widths_table(),
        "error": ERROR,
        "grids": measured,
        "sentence": units_sentence(PRESETS["bce-vs-mse"].configs()),
        "verdicts": _verdicts(),
    }
    return page(request, "explain/page.html", context)


@cache
def _measured() -> list[Grid]:
    return grids((folder("docs") / "estimator.md").read_text(encoding="utf-8"))


def _verdicts() -> list[tuple[str, Verdict]]:
    """What a BCE and an MSE run have in common, as the page Compare would show it."""
    configs = PRESETS["bce-vs-mse"].configs()
    return [(QUANTITIES[name].name, verdict(name, configs)) for name in COMPARED]
