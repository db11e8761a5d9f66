"""What the trials of a sweep came to: over their fields, over two of them, and against each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Any

import plotly.graph_objects as go

from app.plots.figure import Axis, Figure, layout, plain
from app.plots.palette import LIGHT

REST, GOOD, BEST = 0, 1, 2  # how trials are told apart, which is their colour's slot; 0 is the soft ink
LOOKS = {REST: (1.0, 0.35), GOOD: (1.5, 0.8), BEST: (2.5, 1.0)}  # a line's width and opacity
NAMES = {REST: "other trials", GOOD: "best quarter", BEST: "best"}
MARGIN = 0.06  # around the values on an axis, as a share of their span
MOST_DECADES = 2  # of a logarithmic axis with more than one mark in each
LEVELS = 6  # lines of equal −ELBO, about


@dataclass(frozen=True)
class Scale:
    """An axis for a field or a quantity: an interval, or choices that stand at 0, 1, 2 …"""

    title: str
    low: float
    high: float
    log: bool = False
    choices: tuple[str, ...] = ()

    def share(self, place: float) -> float:
        """How far up a place is, from 0 to 1."""
        low, high, place = (log10(one) if self.log else one for one in (self.low, self.high, place))
        return (place - low) / (high - low) if high > low else 0.5

    @property
    def drawn(self) -> Axis:
        """For plotly. The format keeps it from writing powers with a style, which the page's policy refuses."""
        axis: Axis = {"title": {"text": self.title}, "zeroline": False, "automargin": True}
        if self.choices:
            ticks = {"tickvals": list(range(len(self.choices))), "ticktext": list(self.choices)}
            return axis | ticks | {"range": [-0.5, len(self.choices) - 0.5]}
        if not self.log:
            return axis | {"tickformat": "~g", "type": "linear"}
        marks = "D2" if log10(self.high / self.low) <= MOST_DECADES else 1  # at 1, 2 and 5, or at 1 alone
        return axis | {"tickformat": "~g", "type": "log", "dtick": marks}


@dataclass(frozen=True)
class Dot:
    """A trial: where it is on some axes, None where it has no place, and what it says under the pointer."""

    places: tuple[float | None, ...]
    text: str
    run: int | None
    kind: int  # REST, GOOD or BEST
    is_pruned: bool = False


def parallel_figure(scales: Sequence[Scale], dots: Sequence[Dot]) -> Figure:
    """An axis for each field and, last, for what is minimised, and every trial as a line across them.

    Drawn as lines: plotly's own parallel coordinates need WebGL and a policy that lets scripts make scripts.
    """
    made = layout() | {
        "xaxis": {
            "tickvals": list(range(len(scales))),
            "ticktext": [scale.title for scale in scales],
            "range": [-0.1, len(scales) - 0.65],
            "side": "top",
            "fixedrange": True,
            "zeroline": False,
            "automargin": True,
        },
        "yaxis": {"visible": False, "range": [-0.05, 1.05], "fixedrange": True},
        "annotations": [
            _end(number, share, text) for number, scale in enumerate(scales) for share, text in _ends(scale)
        ],
        "margin": {"l": 12, "r": 28, "t": 36, "b": 12},
        "hovermode": "closest",
        "showlegend": False,
    }
    traces = []
    for kind, (width, opacity) in LOOKS.items():
        chosen = [dot for dot in dots if dot.kind == kind]
        heights = [
            [None if place is None else scale.share(place) for scale, place in zip(scales, dot.places, strict=True)]
            for dot in chosen
        ]
        gap = [None]  # between one trial's line and the next
        traces.append(
            go.Scatter(
                name=NAMES[kind],
                x=[x for _ in chosen for x in (*range(len(scales)), None)],
                y=[y for line in heights for y in (*line, *gap)],
                mode="lines+markers",
                line={"color": _colour(kind), "width": width},
                marker={"color": _colour(kind), "size": 2 * width + 3},
                opacity=opacity,
                connectgaps=False,
                hovertext=[dot.text for dot in chosen for _ in range(len(scales) + 1)],
                hovertemplate="%{hovertext}<extra></extra>",
                customdata=[dot.run for dot in chosen for _ in range(len(scales) + 1)],
                meta={"slot": kind},
            )
        )
    return plain(go.Figure(traces, made))


def dots_figure(across: Scale, up: Scale, dots: Sequence[Dot]) -> Figure:
    """Trials over a field, or over two quantities; those that were pruned are hollow."""
    made = layout() | {
        "xaxis": across.drawn,
        "yaxis": up.drawn,
        "hovermode": "closest",
        "showlegend": False,
        "margin": {"l": 64, "r": 16, "t": 12, "b": 48},
    }
    traces = []
    for kind in LOOKS:
        for pruned in (True, False):
            chosen = [dot for dot in dots if (dot.kind, dot.is_pruned) == (kind, pruned)]
            traces.append(
                _scatter(
                    chosen,
                    kind,
                    marker={
                        "color": _colour(kind),
                        "size": 13 if kind == BEST else 8,
                        "symbol": "circle-open" if pruned else "circle",
                    },
                )
            )
    return plain(go.Figure([trace for trace in traces if trace.x], made))


def frontier_figure(across: Scale, up: Scale, dots: Sequence[Dot], *, in_nats: bool) -> Figure:
    """Trials in the plane of two quantities, those joined that no other beats in both.

    `in_nats` says that the two add up to −ELBO: lines of equal −ELBO are drawn.
    """
    figure = dots_figure(across, up, dots)
    best = sorted((dot for dot in dots if dot.kind == BEST), key=lambda dot: dot.places[0] or 0.0)
    joined = _scatter(best, BEST, mode="lines", line={"color": _colour(BEST), "width": 1.5, "dash": "dot"})
    joined.update(name="frontier", hoverinfo="skip", hovertemplate=None)
    known = [(x, y) for x, y in (dot.places for dot in dots) if x is not None and y is not None]
    lines = _levels(known) if in_nats and len(known) > 1 else []
    figure["data"] = [*(trace.to_plotly_json() for trace in (*lines, joined)), *figure["data"]]
    return figure


def heat_figure(
    across: Scale, up: Scale, cells: Sequence[Sequence[float | None]], texts: Sequence[Sequence[str]]
) -> Figure:
    """A cell for each pair of two fields' choices, coloured by a number: bright is less. None leaves it blank."""
    heat = go.Heatmap(
        x=list(across.choices),
        y=list(up.choices),
        z=[list(row) for row in cells],
        text=[list(row) for row in texts],
        colorscale="Viridis_r",
        showscale=False,
        xgap=1,
        ygap=1,
        hoverongaps=False,
        hovertemplate="%{text}<extra></extra>",
        meta={},
    )
    axis = {"type": "category", "showgrid": False, "zeroline": False, "automargin": True, "fixedrange": True}
    made = layout() | {
        "xaxis": axis | {"title": {"text": across.title}},
        "yaxis": axis | {"title": {"text": up.title}},
        "hovermode": "closest",
        "margin": {"l": 64, "r": 16, "t": 12, "b": 48},
    }
    return plain(go.Figure([heat], made))


def importance_figure(shares: Sequence[tuple[str, dict[str, float]]]) -> Figure:
    """For each quantity a bar for each field, as a percentage; the first quantity's largest on top."""
    order = sorted(shares[0][1], key=lambda name: shares[0][1][name])
    bars = [
        go.Bar(
            name=quantity,
            x=[100 * parts[name] for name in order],
            y=order,
            orientation="h",
            marker={"color": LIGHT[slot - 1]},
            meta={"slot": slot},
            hovertemplate=f"%{{y}}: %{{x:.3~g}} % of {quantity}<extra></extra>",
        )
        for slot, (quantity, parts) in enumerate(shares, start=1)
    ]
    made = layout() | {
        "xaxis": {"title": {"text": "importance, %"}, "rangemode": "tozero", "fixedrange": True, "zeroline": False},
        "yaxis": {"type": "category", "automargin": True, "fixedrange": True},
        "hovermode": "closest",
        "showlegend": len(shares) > 1,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "margin": {"l": 12, "r": 16, "t": 24, "b": 48},
        "bargap": 0.35,
    }
    return plain(go.Figure(bars, made))


def _colour(kind: int) -> str:
    return LIGHT[kind - 1] if kind else "#808080"


def _scatter(dots: Sequence[Dot], kind: int, **looks: Any) -> go.Scatter:
    drawn: dict[str, Any] = {
        "mode": "markers",
        "x": [dot.places[0] for dot in dots],
        "y": [dot.places[1] for dot in dots],
        "hovertext": [dot.text for dot in dots],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "customdata": [dot.run for dot in dots],
        "meta": {"slot": kind},
    }
    return go.Scatter(**drawn | looks)


def _ends(scale: Scale) -> list[tuple[float, str]]:
    """What stands beside an axis, and how far up."""
    if scale.choices:
        return [(scale.share(number), text) for number, text in enumerate(scale.choices)]
    return [(0.0, f"{scale.low:.4g}"), (1.0, f"{scale.high:.4g}")]


def _end(number: int, share: float, text: str) -> dict[str, Any]:
    where = {"x": number, "xanchor": "left", "xshift": 6, "y": share, "yanchor": "middle"}
    return {"text": text.replace("-", "−"), "showarrow": False, "font": {"size": 11}, **where}


def _levels(known: Sequence[tuple[float, float]]) -> list[go.Scatter]:
    """Lines of equal sums through where the points are, each with its sum at its lower end."""
    (left, right), (bottom, top) = (_around([point[place] for point in known]) for place in (0, 1))
    sums = [x + y for x, y in known]
    step = _round_step((max(sums) - min(sums)) / LEVELS)
    made = []
    level = step * (floor(min(sums) / step) + 1)
    while level < max(sums):
        ends = max(left, level - top), min(right, level - bottom)
        if ends[0] < ends[1]:
            text = f"−ELBO {level:.6g}".replace("-", "−")
            made.append(
                go.Scatter(
                    x=list(ends),
                    y=[level - x for x in ends],
                    mode="lines+text",
                    text=["", text],
                    textposition="top left",
                    textfont={"size": 11},
                    line={"color": _colour(REST), "width": 1},
                    opacity=0.6,
                    hoverinfo="skip",
                    meta={},
                )
            )
        level += step
    return made


def _around(values: Sequence[float]) -> tuple[float, float]:
    """Their range with a margin."""
    low, high = min(values), max(values)
    margin = MARGIN * ((high - low) or 1.0)
    return low - margin, high + margin


def _round_step(step: float) -> float:
    """1, 2 or 5 times a power of ten: the nearest that is no smaller."""
    power = 10.0 ** floor(log10(step)) if step > 0 else 1.0
    return next(times * power for times in (1, 2, 5, 10) if times * power >= step * (1 - 1e-9))
