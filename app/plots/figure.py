"""What every figure here is made of.

A live figure is made without points. Each trace says in `meta` which run and which field it draws and in what role;
static/js/charts/chart.js fills it from the stored steps and goes on filling it while they arrive.
"""

from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from app.plots.palette import LIGHT

Figure = dict[str, Any]
Axis = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """How a run is drawn; `name` is its letter where there are several."""

    run: int
    name: str
    slot: int
    dash: str = "solid"

    @property
    def colour(self) -> str:
        """The slot's colour on white; a dark page puts its own in."""
        return LIGHT[self.slot - 1]


def layout() -> dict[str, Any]:
    """Where the figures agree."""
    return {
        "margin": {"l": 48, "r": 12, "t": 24, "b": 40},
        "annotations": [],
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 12},
    }


def plain(figure: go.Figure) -> Figure:
    """The figure as JSON values, without plotly's own theme: the page's style sheet decides the colours."""
    made: Figure = figure.to_plotly_json()
    made["layout"].pop("template", None)
    return made
