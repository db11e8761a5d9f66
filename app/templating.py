"""The templates of pages, with the filters that they use: for the server, and for a page that is kept as a file."""

from collections.abc import Callable
from math import log
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

from app.explain.equations import mathml
from app.launch.form import format_changes
from app.launch.labels import label, shown_value
from app.plots.palette import DASHES, colour_note, slot
from app.plots.sketch import sketch
from app.plots.spark import sparkline, trend
from app.run_rules import LONGEST_NAME, LONGEST_NOTES, LONGEST_VIEW_NOTE
from app.text.labels import listed
from app.text.numbers import (
    called,
    column,
    duration,
    format_number,
    gap,
    interval,
    moment,
    number,
    percent,
    remaining,
    rounded,
    share,
    signed,
    table,
    time_left,
    within,
)
from app.text.quantities import QUANTITIES
from app.text.rich_text import rich_text
from vae_core.config.families import FAMILIES

PACKAGE = Path(__file__).parent
FILTERS: dict[str, Callable[..., Any]] = {
    "number": number,
    "signed": signed,
    "negative": lambda value: None if value is None else -value,
    "each": lambda items, name: [getattr(item, name, None) for item in items],
    "column": column,
    "table": table,
    "given": format_number,
    "within": within,
    "interval": interval,
    "gap": gap,
    "rounded": rounded,
    "percent": percent,
    "share": share,
    "called": called,
    "duration": duration,
    "remaining": remaining,
    "moment": moment,
    "time_left": time_left,
    "slot": slot,
    "colour_note": colour_note,
    "loss_name": lambda likelihood: FAMILIES[likelihood].short,
    "strokes": DASHES.__getitem__,
    "log": log,
    "format_changes": format_changes,
    "label": label,
    "listed": listed,
    "shown": shown_value,
    "mathml": lambda latex, display="block": Markup(mathml(latex, display)),  # noqa: S704  our own formulas
    "rich_text": lambda markdown: Markup(rich_text(markdown)),  # noqa: S704  sanitised
    "sketch": sketch,
    "sparkline": sparkline,
    "trend": lambda run: trend(run.terms, run.config["model"] == "vae", diverged=run.status == "diverged"),
    "quantity": lambda name: QUANTITIES[name],
}


def folder(name: str) -> Path:
    """`templates`, `static` or `docs`: inside an installed wheel's `app`, or beside it in a checkout."""
    installed = PACKAGE / name
    return installed if installed.is_dir() else PACKAGE.parent / name


def plotly_js() -> Path:
    """plotly.js of the version that the plotly package has, with the plain kinds of charts alone: a third to read."""
    return folder("static") / "vendor" / "plotly-cartesian.min.js"


def environment() -> Environment:
    """What renders `templates`; whatever is put into a page is escaped."""
    made = Environment(
        loader=FileSystemLoader(folder("templates")),
        autoescape=select_autoescape(),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(FILTERS)
    made.globals |= {
        "longest_name": LONGEST_NAME,
        "longest_notes": LONGEST_NOTES,
        "longest_view_note": LONGEST_VIEW_NOTE,
    }
    return made
