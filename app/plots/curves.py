"""Curves of a formula over one variable: the figures that explain, and the same numbers as a table."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from app.plots.figure import Axis, Figure, plain
from app.plots.palette import LIGHT
from app.plots.rows import axis_name, empty_rows

Array = NDArray[np.float64]


def curve(name: str, x: Array, y: Array, slot: int, axis: str = "y", dash: str = "solid") -> go.Scatter:
    """A line with its name in the hover box; slot 0 is a line to compare with."""
    return go.Scatter(
        name=name,
        x=_short(x),
        y=_short(y),
        mode="lines",
        line={"color": LIGHT[slot - 1] if slot else "#808080", "width": 2, "dash": dash},
        meta={"slot": slot},
        hovertemplate="%{y}",
        yaxis=axis,
        cliponaxis=False,
    )


def point(x: float, y: float, slot: int, axis: str = "y") -> go.Scatter:
    """Where the slider stands."""
    return go.Scatter(
        x=[x],
        y=[y],
        mode="markers",
        marker={"color": LIGHT[slot - 1], "size": 10},
        meta={"slot": slot},
        hoverinfo="skip",
        yaxis=axis,
        cliponaxis=False,
    )


def curves_figure(traces: Sequence[go.Scatter], titles: Sequence[str], x: Axis, y: Sequence[Axis]) -> Figure:
    """Panels over one x axis, one for each title, without zoom; `x` and `y` say more of the axes.

    A panel's title names its only curve; several are named in a legend.
    """
    made = empty_rows([1] * len(titles), titles)
    made["xaxis"] |= {"fixedrange": True} | x
    for number, more in enumerate(y, start=1):
        made[axis_name(number).replace("y", "yaxis")] |= {"fixedrange": True, "hoverformat": ".3r"} | more
    axes = Counter(trace.yaxis for trace in traces if trace.name)
    for trace in traces:
        trace.showlegend = bool(trace.name) and axes[trace.yaxis] > 1
    legend = {"orientation": "h", "x": 0, "xanchor": "left", "yref": "container", "y": 0, "yanchor": "bottom"}
    made |= {"dragmode": False, "showlegend": max(axes.values()) > 1, "legend": legend}
    made["margin"]["b"] = 84 if made["showlegend"] else 40  # two lines of a legend, as a narrow screen needs
    return plain(go.Figure(list(traces), made))


def curves_table(figure: Figure, rows: int = 11) -> dict[str, Any]:
    """The named curves at evenly chosen places: `head` and `rows`, for people who cannot see the figure."""
    named = [trace for trace in figure["data"] if trace.get("name")]
    places = named[0]["x"]
    chosen = np.linspace(0, len(places) - 1, min(rows, len(places))).round().astype(int)
    return {
        "head": [figure["layout"]["xaxis"]["title"]["text"], *(trace["name"] for trace in named)],
        "rows": [[float(places[i]), *(float(trace["y"][i]) for trace in named)] for i in chosen],
    }


def _short(values: Array) -> list[float]:
    """Plain numbers with five digits: a page holds hundreds of them."""
    return [float(f"{value:.5g}") for value in values]
