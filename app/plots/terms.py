"""A run's terms over its steps, several runs' side by side, and configurations' as the means of their seeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from app.plots.figure import Axis, Figure, Line, plain
from app.plots.rows import Row, axis_name, empty_rows, main_line, meta, rows_figure, title
from app.text.quantities import QUANTITIES

STRIP = 0.3  # the height of β's panel beside the others
WIDE: Axis = {"rangemode": "tozero", "automargin": True}  # zoomed in, its labels may need more than the margin
VITALS: dict[str, tuple[Axis, str]] = {  # how each is drawn: its axis, and its words in the hover box
    "grad_norm": ({"type": "log"}, "%{y:.3~g}"),
    "learning_rate": (WIDE | {"tickformat": "", "exponentformat": "e"}, "%{y:.3~g}"),
    "memory": (WIDE | {"tickformat": "~s", "ticksuffix": "B"}, "%{y:.3~s}B"),
}


def terms_figure(line: Line, unit: str, *, variational: bool, beta_varies: bool) -> Figure:
    """−ELBO, reconstruction and KL in three rows, and a strip of β where it varies.

    A plain autoencoder has the reconstruction only.
    """
    reconstruction = Row("reconstruction", title("reconstruction", unit), (line,))
    if not variational:
        return rows_figure([reconstruction])
    rows = [Row("negative_elbo", title("negative_elbo"), (line,)), reconstruction, Row("kl", title("kl"), (line,))]
    if not beta_varies:
        return rows_figure(rows)
    figure = rows_figure([*rows, Row("beta", "β, the KL's weight in the loss", (), STRIP)])
    beta = main_line(line, "beta", "y4").update(hovertemplate="%{y:.3g}")
    figure["data"].append(beta.to_plotly_json())
    figure["layout"]["yaxis4"] |= {"rangemode": "tozero", "fixedrange": True}
    return figure


def stacked_figure(line: Line) -> Figure:
    """KL and reconstruction as areas that add up to −ELBO, which is their upper edge."""
    layout = empty_rows([1], [f"{title('negative_elbo')}: KL and, above it, the reconstruction term"])
    areas = [
        go.Scatter(
            meta={**meta(line, field, "area"), "fill": fill},
            name=QUANTITIES[field].name,
            mode="lines",
            line={"color": line.colour, "width": 0},
            stackgroup="terms",
            stackgaps="interpolate",
            fill=to,
            hovertemplate="%{y:.2f}",
            xaxis="x",
            yaxis="y",
        )
        for field, fill, to in (("kl", 0.75, "tozeroy"), ("reconstruction", 0.3, "tonexty"))
    ]
    layout |= {"showlegend": True, "legend": {"orientation": "h", "x": 1, "xanchor": "right", "y": 1, "yanchor": "top"}}
    layout["yaxis"]["rangemode"] = "tozero"
    return plain(go.Figure([*areas, main_line(line, "negative_elbo", "y")], layout))


def training_figure(line: Line, vitals_interval: int | None) -> Figure:
    """What the optimiser minimised, and how fast; below it the vitals, where they are taken every so many steps."""
    often = f", every {vitals_interval:,} steps" if (vitals_interval or 1) > 1 else ""
    vitals = VITALS if vitals_interval else {}
    rows = [Row("loss", "loss, as minimised — nats/image", (line,)), Row("rate", title("rate"), ())]
    rows += [Row(field, title(field) + often * (field == "grad_norm"), ()) for field in vitals]
    figure = rows_figure(rows)
    drawn = [main_line(line, "rate", "y2").update(hovertemplate="%{y:.3~s}")]
    figure["layout"]["yaxis2"]["rangemode"] = "tozero"
    for number, (field, (axis, hover)) in enumerate(vitals.items(), start=3):
        drawn.append(main_line(line, field, axis_name(number), "sampled").update(hovertemplate=hover))
        figure["layout"][f"yaxis{number}"] |= axis
    figure["data"] += [trace.to_plotly_json() for trace in drawn]
    return figure


def compare_figure(
    lines: Sequence[Line], units: Sequence[str], variational: Sequence[bool], images: Sequence[str]
) -> Figure:
    """KL overlaid, since all runs share its unit; the reconstruction terms in a row for each unit that they have.

    Runs of other `images`, the data sets by name, share no row.
    """
    rows = []
    apart = [f", {name}" if len(set(images)) > 1 else "" for name in images]
    if len(set(zip(units, images, strict=True))) == 1 and all(variational):
        rows.append(Row("negative_elbo", title("negative_elbo", units[0]), tuple(lines)))
    with_kl = [place for place, has in enumerate(variational) if has]
    for image in dict.fromkeys(apart[place] for place in with_kl):
        sharing = tuple(lines[place] for place in with_kl if apart[place] == image)
        names = f"{_names(sharing)}: " if image else ""
        rows.append(Row("kl", names + title("kl") + image, sharing))
    kinds = [unit + image for unit, image in zip(units, apart, strict=True)]
    for kind in dict.fromkeys(kinds):
        sharing = tuple(line for line, its_kind in zip(lines, kinds, strict=True) if its_kind == kind)
        rows.append(Row("reconstruction", f"{_names(sharing)}: {title('reconstruction', kind)}", sharing))
    return rows_figure(rows)


def _names(lines: Sequence[Line]) -> str:
    return ", ".join(line.name for line in lines)


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
