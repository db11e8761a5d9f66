"""The rate–distortion plane (Alemi et al. 2018, arXiv:1711.00464): KL to the right, reconstruction upwards.

A model's −ELBO is the sum of its two coordinates, so those of one −ELBO lie on a line that falls by one nat a nat. The
page's script fills the traces, as `meta` says, and draws such lines where the figure is zoomed to.
"""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from app.plots.figure import Figure, Line, layout, plain
from app.plots.rows import title


def plane_figure(lines: Sequence[Line], *, frontier: bool) -> Figure:
    """Where the runs, which share the unit of the reconstruction, went in training, and where they are held out.

    `frontier` joins their last held-out points in the order of their KL: for runs that differ in β alone.
    """
    traces = [trace for line in lines for trace in _course(line)]
    if frontier:
        runs = [line.run for line in lines]
        traces.insert(0, _trace({"role": "frontier", "runs": runs}, mode="lines", line={"width": 1.5, "dash": "dot"}))
    made = layout() | {
        "xaxis": {"title": {"text": title("kl")}, "hoverformat": ".3r", "zeroline": False, "showgrid": False},
        "yaxis": {
            "title": {"text": title("reconstruction")},
            "hoverformat": ".3r",
            "zeroline": False,
            "showgrid": False,
        },
        "hovermode": "closest",
        "dragmode": "zoom",
        "showlegend": False,
        "margin": {"l": 64, "r": 12, "t": 12, "b": 48},
    }
    return plain(go.Figure(traces, made))


def _course(line: Line) -> list[go.Scatter]:
    """Training as a line, and the last held-out point, with the run's letter."""
    drawn = {"color": line.colour, "dash": line.dash, "width": 2}
    final = {"color": line.colour, "size": 13, "line": {"width": 2}}
    place = "KL %{x}, reconstruction %{y}"
    return [
        _trace(
            _meta(line, "training"),
            name=line.name,
            mode="lines",
            line=drawn,
            hovertemplate=f"{place}<extra>{line.name}</extra>",
        ),
        _trace(
            _meta(line, "held out"),
            name=line.name,
            mode="markers+text",
            marker=final,
            text=[line.name],
            textposition="top right",
            textfont={"size": 14},
            hovertemplate=f"{place}<extra>{line.name}, held out</extra>",
        ),
    ]


def _meta(line: Line, role: str) -> dict[str, Any]:
    return {"runs": [line.run], "role": role, "slot": line.slot}


def _trace(meta: dict[str, Any], **looks: Any) -> go.Scatter:
    return go.Scatter(meta=meta, **{"hoverinfo": "skip"} | looks)
