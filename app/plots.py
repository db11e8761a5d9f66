"""Numbers to Plotly figures, pure functions.

A live figure leaves here without points. Each trace says in `meta` which run and which field it draws and in what role;
static/js/chart.js fills it from the stored steps and goes on filling it while they arrive.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Any

import plotly.graph_objects as go

from app.palette import LIGHT
from app.units import QUANTITIES
from vae_core.references import Reference

Figure = dict[str, Any]
Axis = dict[str, Any]

LEAST_VARIANCE = 1e-6  # shown as this: a dimension whose mean hardly moves, or not at all


@dataclass(frozen=True)
class Line:
    """How a run is drawn; `name` is what a hover box calls it there."""

    run: int
    name: str
    slot: int
    dash: str

    @property
    def colour(self) -> str:
        """The slot's colour on white; a dark page puts its own in."""
        return LIGHT[self.slot - 1]


@dataclass(frozen=True)
class Row:
    """One panel of a figure: a field, the title above it, and the runs drawn there."""

    field: str
    title: str
    lines: tuple[Line, ...]


def terms_figure(line: Line, unit: str, variational: bool) -> Figure:
    """−ELBO, reconstruction and KL with β, in three rows; a plain autoencoder has the middle row only."""
    reconstruction = Row("reconstruction", _title("reconstruction", unit), (line,))
    if not variational:
        return _rows([reconstruction])
    figure = _rows(
        [
            Row("negative_elbo", _title("negative_elbo"), (line,)),
            reconstruction,
            Row("kl", _title("kl") + "; β dotted, at the right", (line,)),
        ]
    )
    return _with_beta(figure, line)


def compare_figure(lines: Sequence[Line], units: Sequence[str], variational: Sequence[bool]) -> Figure:
    """KL overlaid, since all runs share its unit; the reconstruction terms in a row for each unit that they have."""
    rows = []
    if len(set(units)) == 1 and all(variational):
        rows.append(Row("negative_elbo", _title("negative_elbo", units[0]), tuple(lines)))
    for unit in dict.fromkeys(units):
        sharing = tuple(line for line, its_unit in zip(lines, units, strict=True) if its_unit == unit)
        names = ", ".join(line.name for line in sharing)
        rows.append(Row("reconstruction", f"{names}: {_title('reconstruction', unit)}", sharing))
    with_kl = tuple(line for line, has in zip(lines, variational, strict=True) if has)
    if with_kl:
        rows.append(Row("kl", _title("kl"), with_kl))
    return _rows(rows)


def reference_marks(references: Sequence[Reference], variational: bool) -> list[dict[str, Any]]:
    """Each reference on each row of `terms_figure` that has its unit: its axis, and how it is drawn if it is near.

    Only the page knows how far the curve reaches, so only there can be decided which lines would squeeze it.
    """
    axes = {"negative_elbo": "y", "reconstruction": "y2"} if variational else {"reconstruction": "y"}
    marks: list[dict[str, Any]] = []
    for field, axis in axes.items():
        ordered = sorted((one for one in references if field in one.fields), key=lambda one: one.value)
        marks += [_reference_mark(one, field, axis, place) for place, one in enumerate(ordered)]
    return marks


def _reference_mark(reference: Reference, field: str, axis: str, place: int) -> dict[str, Any]:
    """A dashed line with its name on it; neighbours in value have their names side by side, not on one another."""
    ends = {"xref": "paper", "x0": 0, "x1": 1, "yref": axis, "y0": reference.value, "y1": reference.value}
    label = {
        "text": f"{reference.name} {reference.value:,.1f}".replace("-", "−"),
        "hovertext": reference.how,
        "captureevents": True,
        "showarrow": False,
        "font": {"size": 11},
    }
    where = {"xref": "paper", "x": 1 - 0.3 * (place % 3), "xanchor": "right", "yref": axis, "yanchor": "bottom"}
    return {
        "axis": axis,
        "value": reference.value,
        "name": reference.name,
        "row": QUANTITIES[field].name,
        "how": reference.how,
        "shape": {"type": "line", "layer": "below", "line": {"width": 1, "dash": "dash", "color": "#808080"}, **ends},
        "annotation": label | where,
    }


def kl_per_dim_figure(values: Sequence[float], line: Line) -> Figure:
    """KL of each latent dimension in nats, largest first; the axis names the dimension."""
    order = sorted(range(len(values)), key=lambda index: -values[index])
    bars = go.Bar(
        x=[f"z{index}" for index in order],
        y=[values[index] for index in order],
        marker={"color": line.colour},
        meta={"slot": line.slot},
        hovertemplate="%{x}: %{y:.3f} nats<extra></extra>",
    )
    layout = _layout() | {
        "xaxis": {"type": "category", "fixedrange": True, "tickfont": {"size": 11}},
        "yaxis": {
            "title": {"text": "KL, nats"},
            "rangemode": "tozero",
            "autorangeoptions": {"include": 0.1},  # so that a collapsed code looks collapsed
            "fixedrange": True,
        },
        "hovermode": "closest",
        "margin": {"l": 56, "r": 8, "t": 8, "b": 32},
        "bargap": 0.25,
        "showlegend": False,
    }
    return _plain(go.Figure([bars], layout))


def mean_variance_figure(values: Sequence[float | None], line: Line) -> Figure:
    """How many latent dimensions have a mean that varies so much over the images, on a log scale, with the threshold
    above which a dimension is called active.
    """
    powers = [log10(max(value, LEAST_VARIANCE)) for value in values if value is not None]
    low, high = floor(min([*powers, -2.5])), floor(max([*powers, -1.0])) + 1
    bars = go.Histogram(
        x=powers,
        xbins={"start": low, "end": high, "size": 0.25},
        autobinx=False,
        marker={"color": line.colour},
        meta={"slot": line.slot},
        hovertemplate="%{y} dimensions<extra></extra>",
    )
    threshold = {"x0": -2, "x1": -2, "y0": 0, "y1": 1, "yref": "paper", "line": {"color": "#808080", "dash": "dash"}}
    layout = _layout() | {
        "xaxis": {
            "title": {"text": "Var E[z|x]"},
            "zeroline": False,
            "range": [low, high],
            "tickvals": list(range(low, high + 1)),
            "ticktext": [f"{10.0**power:g}" for power in range(low, high + 1)],
            "fixedrange": True,
        },
        "yaxis": {"title": {"text": "dimensions"}, "rangemode": "tozero", "nticks": 5, "fixedrange": True},
        "hovermode": "closest",
        "margin": {"l": 56, "r": 8, "t": 8, "b": 40},
        "bargap": 0.05,
        "showlegend": False,
        "shapes": [{"type": "line", **threshold}],
    }
    return _plain(go.Figure([bars], layout))


def _rows(rows: Sequence[Row]) -> Figure:
    """Panels over one x axis, so that one crosshair and one hover box read them all."""
    traces: list[go.Scatter] = []
    layout = _layout() | {"xaxis": {"anchor": _axis_name(len(rows)), "showspikes": True, "zeroline": False} | _SPIKE}
    gap = 0.09
    height = (1 - gap * (len(rows) - 1)) / len(rows)
    for number, row in enumerate(rows, start=1):
        top = 1 - (number - 1) * (height + gap)
        layout["yaxis" + _suffix(number)] = _value_axis([max(0.0, top - height), top])
        layout["annotations"].append(_row_title(row.title, top))
        for line in row.lines:
            traces += _curve(line, row.field, _axis_name(number))
    layout["showlegend"] = False
    return _plain(go.Figure(traces, layout))


def _curve(line: Line, field: str, axis: str) -> list[go.Scatter]:
    """A term of a run: its min–max band where steps are bucketed, raw points faint under a smoothed line, held-out."""
    quantity = QUANTITIES[field]
    shared = {"xaxis": "x", "yaxis": axis, "connectgaps": False}

    def meta(role: str) -> dict[str, Any]:
        return {"run": line.run, "field": field, "role": role, "slot": line.slot}

    thin = {"color": line.colour, "width": 0}
    return [
        go.Scatter(meta=meta("low"), mode="lines", line=thin, hoverinfo="skip", **shared),
        go.Scatter(meta=meta("high"), mode="lines", line=thin, fill="tonexty", hoverinfo="skip", **shared),
        go.Scatter(
            meta=meta("raw"),
            mode="lines",
            line={"color": line.colour, "width": 1},
            opacity=0.3,
            hoverinfo="skip",
            **shared,
        ),
        go.Scatter(
            meta=meta("line"),
            name=f"{line.name} {quantity.name}".strip(),
            mode="lines",
            line={"color": line.colour, "width": 2, "dash": line.dash},
            hovertemplate="%{y:.2f}",
            **shared,
        ),
        go.Scatter(
            meta=meta("heldout"),
            name=f"{line.name} {quantity.name}, held out".strip(),
            mode="markers",
            marker={"color": line.colour, "size": 8, "symbol": "circle-open", "line": {"width": 2}},
            hovertemplate="%{y:.2f}",
            **shared,
        ),
    ]


def _with_beta(figure: Figure, line: Line) -> Figure:
    """β over the KL's row, on an axis of its own at the right."""
    trace = go.Scatter(
        meta={"run": line.run, "field": "beta", "role": "line", "slot": 0},
        name="β",
        mode="lines",
        line={"width": 1.5, "dash": "dot", "color": "#666"},
        xaxis="x",
        yaxis="y4",
        hovertemplate="%{y:.3g}",
    )
    figure["data"].append(trace.to_plotly_json())
    figure["layout"]["yaxis4"] = {
        "overlaying": "y3",
        "side": "right",
        "rangemode": "tozero",
        "showgrid": False,
        "zeroline": False,
        "tickmode": "auto",
        "nticks": 4,
        "tickformat": "~g",
        "fixedrange": True,
    }
    figure["layout"]["margin"]["r"] = 40
    return figure


_SPIKE: Axis = {"spikemode": "across", "spikesnap": "cursor", "spikethickness": 1, "spikedash": "solid"}


def _layout() -> dict[str, Any]:
    return {
        "margin": {"l": 48, "r": 12, "t": 24, "b": 40},
        "annotations": [],
        "hovermode": "x unified",
        "hoversubplots": "axis",
        "dragmode": "zoom",
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 12},
    }


def _value_axis(domain: list[float]) -> Axis:
    return {
        "domain": domain,
        "anchor": "x",
        "zeroline": True,
        "automargin": False,
        "tickformat": "~g",
        "nticks": 6,
    }


def _title(field: str, unit: str | None = None) -> str:
    """A row's quantity and its unit: two rows may share a quantity and not the unit."""
    quantity = QUANTITIES[field]
    return f"{quantity.name} — {unit or quantity.unit}"


def _row_title(text: str, top: float) -> dict[str, Any]:
    place = {"xref": "paper", "x": 0, "xanchor": "left", "yref": "paper", "y": top, "yanchor": "bottom"}
    return {"text": text, "showarrow": False, "align": "left", **place}


def _suffix(number: int) -> str:
    return "" if number == 1 else str(number)


def _axis_name(number: int) -> str:
    return "y" + _suffix(number)


def _plain(figure: go.Figure) -> Figure:
    """The figure as JSON values, without plotly's own theme: the page's style sheet decides the colours."""
    plain: Figure = figure.to_plotly_json()
    plain["layout"].pop("template", None)
    return plain
