"""Panels over one x axis: a crosshair and a hover box read them all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from app.plots.figure import Axis, Figure, Line, layout, plain
from app.plots.palette import DASHES, colour_note
from app.text.quantities import QUANTITIES

GAP, GAPS = 0.08, 0.24  # between two panels, and all together at most: of the whole height

_SPIKE: Axis = {"spikemode": "across", "spikesnap": "cursor", "spikethickness": 1, "spikedash": "solid"}
_UNMEASURED: Axis = {"ticklabeloverflow": "allow"}  # the margins have room: to look costs a tenth of each drawing


@dataclass(frozen=True)
class Row:
    """One panel: a field, the title above it, the runs drawn there, and how high it is beside the others."""

    field: str
    title: str
    lines: tuple[Line, ...]
    height: float = 1.0


def rows_figure(rows: Sequence[Row]) -> Figure:
    """The panels from top to bottom, each with its runs' curves."""
    made = empty_rows([row.height for row in rows], [row.title for row in rows])
    traces = [
        trace
        for number, row in enumerate(rows, start=1)
        for line in row.lines
        for trace in _curve(line, row.field, axis_name(number))
    ]
    return plain(go.Figure(traces, made))


def empty_rows(heights: Sequence[float], titles: Sequence[str]) -> dict[str, Any]:
    """The layout of such panels: their y axes are y, y2, y3, …"""
    made = layout() | {
        "xaxis": {"anchor": axis_name(len(heights)), "type": "linear", "showspikes": True, "zeroline": False}
        | {"separatethousands": True}
        | _SPIKE
        | _UNMEASURED,
        "hovermode": "x unified",
        "hoversubplots": "axis",
        "dragmode": "zoom",
        "showlegend": False,
    }
    between = len(heights) - 1
    gap = min(GAP, GAPS / max(1, between))
    unit = (1 - gap * between) / sum(heights)
    top = 1.0
    for number, (height, title) in enumerate(zip(heights, titles, strict=True), start=1):
        bottom = max(0.0, top - height * unit)
        made["y" + axis_name(number).replace("y", "axis")] = _value_axis([bottom, top], nticks=6 if height > 0.5 else 3)
        made["annotations"].append(_row_title(title, top))
        top = bottom - gap
    return made


def title(field: str, unit: str | None = None) -> str:
    """A row's quantity and its unit: two rows may share a quantity and not the unit."""
    quantity = QUANTITIES[field]
    return " — ".join(filter(None, [quantity.name, unit or quantity.unit]))


def meta(line: Line, field: str, role: str) -> dict[str, Any]:
    """What the page's script fills a trace with, and how the run is called and drawn there."""
    looks = {"slot": line.slot, "letter": line.name, "strokes": DASHES[line.dash]}
    note = colour_note(line.run, line.slot)
    return {"run": line.run, "field": field, "role": role} | looks | ({"note": note} if note else {})


def main_line(line: Line, field: str, axis: str, role: str = "line") -> go.Scatter:
    """The curve of a field, gaps where a step was not finite."""
    return go.Scatter(
        meta=meta(line, field, role),
        name=f"{line.name} {QUANTITIES[field].name}".strip(),
        mode="lines",
        line={"color": line.colour, "width": 2, "dash": line.dash},
        hovertemplate="%{y:.2f}",
        xaxis="x",
        yaxis=axis,
        connectgaps=False,
    )


def _curve(line: Line, field: str, axis: str) -> list[go.Scatter]:
    """A term of a run: its min–max band where steps are bucketed, raw points faint under a smoothed line, held-out."""
    shared = {"xaxis": "x", "yaxis": axis, "connectgaps": False}
    thin = {"color": line.colour, "width": 0}
    return [
        go.Scatter(meta=meta(line, field, "low"), mode="lines", line=thin, hoverinfo="skip", **shared),
        go.Scatter(meta=meta(line, field, "high"), mode="lines", line=thin, fill="tonexty", hoverinfo="skip", **shared),
        go.Scatter(
            meta=meta(line, field, "raw"),
            mode="lines",
            line={"color": line.colour, "width": 1},
            opacity=0.3,
            hoverinfo="skip",
            **shared,
        ),
        main_line(line, field, axis),
        go.Scatter(
            meta=meta(line, field, "heldout"),
            name=f"{line.name} {QUANTITIES[field].name}, held out".strip(),
            mode="markers",
            marker={"color": line.colour, "size": 6, "symbol": "circle-open", "line": {"width": 1.5}},
            hovertemplate="%{y:.2f}",
            **shared,
        ),
    ]


def _value_axis(domain: list[float], nticks: int) -> Axis:
    return {
        "domain": domain,
        "anchor": "x",
        "type": "linear",  # explicit, so that no redraw looks at the values to guess it
        "zeroline": True,
        "automargin": False,
        "tickformat": "~g",
        "nticks": nticks,
    } | _UNMEASURED


def _row_title(text: str, top: float) -> dict[str, Any]:
    place = {"xref": "paper", "x": 0, "xanchor": "left", "yref": "paper", "y": top, "yanchor": "bottom"}
    return {"text": text, "showarrow": False, "align": "left", **place}


def axis_name(number: int) -> str:
    """y, y2, y3, …"""
    return "y" if number == 1 else f"y{number}"
