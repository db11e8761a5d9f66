"""Figures over a run's latent dimensions."""

from collections.abc import Sequence
from math import floor, log10

import plotly.graph_objects as go

from app.plots.figure import Figure, Line, layout, plain
from app.records import EvaluationRecord, Numbers

LEAST_VARIANCE = 1e-6  # shown as this: a dimension whose mean hardly moves, or not at all
MOST_COLUMNS, MOST_ROWS = 120, 128  # of a heat map: evaluations and dimensions


def kl_per_dim_figure(values: Numbers, line: Line) -> Figure:
    """KL of each latent dimension in nats, largest first; the axis names the dimension."""
    order = _by_size(values)
    bars = go.Bar(
        name="KL, nats",
        x=[f"z{index}" for index in order],
        y=[values[index] for index in order],
        marker={"color": line.colour},
        meta={"slot": line.slot},
        hovertemplate="%{x}: %{y:.3r} nats<extra></extra>",
    )
    made = layout() | {
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
    return plain(go.Figure([bars], made))


def kl_history_figure(evaluations: Sequence[EvaluationRecord], line: Line) -> Figure | None:
    """KL of each latent dimension at each evaluation, the largest at the end on top; None before there are two.

    Of many evaluations every so many are shown, the last among them; of many dimensions the largest.
    """
    known = [(row.step, row.kl_per_dim) for row in evaluations if row.kl_per_dim]
    if len(known) < 2:
        return None
    shown = [known[i] for i in _evenly(len(known), MOST_COLUMNS)]
    order = _by_size(shown[-1][1])[:MOST_ROWS]
    heat = go.Heatmap(
        x=[step for step, _ in shown],
        y=[f"z{index}" for index in order],
        z=[[values[index] for _, values in shown] for index in order],
        colorscale="Viridis",
        zmin=0,
        zmax=max((value for _, values in shown for value in values if value), default=1.0),
        showscale=False,  # plotly's scale sets a style attribute, which the page's policy refuses: the page has its own
        ygap=1,  # and so does a picture without gaps
        meta={"slot": line.slot},
        hovertemplate="%{y} at step %{x}: %{z:.3r} nats<extra></extra>",
    )
    made = layout() | {
        "xaxis": {"title": {"text": "step"}, "fixedrange": True, "showgrid": False, "zeroline": False},
        "yaxis": {"type": "category", "autorange": "reversed", "fixedrange": True, "tickfont": {"size": 11}},
        "hovermode": "closest",
        "margin": {"l": 56, "r": 8, "t": 8, "b": 40},
    }
    return plain(go.Figure([heat], made))


def mean_variance_figure(values: Sequence[float | None], line: Line) -> Figure:
    """A histogram of how much each latent dimension's mean varies over the images, on a log scale, with the threshold
    above which a dimension is called active.
    """
    powers = [log10(max(value, LEAST_VARIANCE)) for value in values if value is not None]
    low, high = floor(min([*powers, -2.5])), floor(max([*powers, -1.0])) + 1
    bars = go.Histogram(
        name="dimensions",
        x=powers,
        xbins={"start": low, "end": high, "size": 0.25},
        autobinx=False,
        marker={"color": line.colour},
        meta={"slot": line.slot},
        hovertemplate="%{y} dimensions<extra></extra>",
    )
    threshold = {"x0": -2, "x1": -2, "y0": 0, "y1": 1, "yref": "paper", "line": {"color": "#808080", "dash": "dash"}}
    made = layout() | {
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
    return plain(go.Figure([bars], made))


def _by_size(values: Numbers) -> list[int]:
    """The dimensions with the largest first; one whose value was not finite is last."""
    return sorted(range(len(values)), key=lambda index: -(values[index] or 0.0))


def _evenly(count: int, most: int) -> list[int]:
    """At most so many of 0 … count − 1, the last always among them."""
    stride = -(-count // most)
    return list(range((count - 1) % stride, count, stride))
