"""Configurations over steps: the mean of their seeds, and Student's interval around it as a band."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from app.plots.figure import Figure, Line, plain
from app.plots.rows import axis_name, empty_rows


@dataclass(frozen=True)
class Bundle:
    """A configuration in a panel: its mean over seeds at some steps, the band, and every run's values there."""

    line: Line
    steps: Sequence[int]
    mean: Sequence[float]
    low: Sequence[float | None]  # None where there is one seed
    high: Sequence[float | None]
    runs: Sequence[Sequence[float]]


def bundles_figure(rows: Sequence[tuple[str, Sequence[Bundle]]], *, each: bool) -> Figure:
    """A panel for each title; with `each`, every run as a thin line, too."""
    made = empty_rows([1.0] * len(rows), [title for title, _ in rows])
    made["xaxis"]["title"] = {"text": "step, held out"}
    traces = [
        trace
        for number, (_, bundles) in enumerate(rows, start=1)
        for bundle in bundles
        for trace in _drawn(bundle, axis_name(number), each=each)
    ]
    return plain(go.Figure(traces, made))


def _drawn(bundle: Bundle, axis: str, *, each: bool) -> list[go.Scatter]:
    line, shared = bundle.line, {"xaxis": "x", "yaxis": axis, "x": list(bundle.steps)}
    looks: dict[str, Any] = {"meta": {"slot": line.slot, "fill": 0.2}}
    thin = {"color": line.colour, "width": 0}
    skip = {"mode": "lines", "hoverinfo": "skip", "line": thin}
    made = [
        go.Scatter(y=list(bundle.low), **skip, **looks, **shared),
        go.Scatter(y=list(bundle.high), fill="tonexty", **skip, **looks, **shared),
    ]
    if each:
        made += [
            go.Scatter(y=list(run), mode="lines", hoverinfo="skip", opacity=0.4).update(
                line={"color": line.colour, "width": 1}, **looks, **shared
            )
            for run in bundle.runs
        ]
    drawn = {"color": line.colour, "width": 2, "dash": line.dash}
    marker = {"color": line.colour, "size": 6}
    hover = f"%{{y:.4~g}}<extra>{line.name}</extra>"
    mean = {"y": list(bundle.mean), "name": line.name, "mode": "lines+markers", "line": drawn, "marker": marker}
    return [*made, go.Scatter(**mean, hovertemplate=hover, **looks, **shared)]
