"""What a VAE weighs against each other: the KL, the decoder's width, the noise of a gradient."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
import plotly.graph_objects as go

from app.plots.curves import Array, curve, curves_figure, point
from app.plots.figure import Figure, layout, plain
from app.plots.palette import LIGHT
from app.text.markdown_tables import Grid
from vae_core.theory.convention import Weights

MOST_UNITS = 40  # of a spectrum, in the figure
RAISED = str.maketrans("-012345", "⁻⁰¹²³⁴⁵")
WEIGHTS = np.logspace(-5, 2, 57)  # of the KL


def kl_figure(mean: float, sd: float) -> Figure:
    """The code of one image beside the prior: one dimension of z."""
    z = np.linspace(-4, 4, 321)
    traces = [
        curve("q(z|x)", z, _normal(z, mean, sd), 1),
        curve("prior p(z)", z, _normal(z, 0, 1), 0, dash="dash"),
    ]
    return curves_figure(traces, ["density"], {"title": {"text": "z"}, "range": [-4, 4]}, [{"range": [0, 2.1]}])


def balance_figure(error: float, kl: float) -> Figure:
    """One bar: what of the loss is the error's part, and what the KL's, both in nats."""
    bars = [
        go.Bar(
            name=name,
            x=[100 * part / (error + kl)],
            y=[""],
            orientation="h",
            text=[f"{name}: {part:,.1f}"],
            textposition="inside",
            insidetextanchor="middle",
            marker={"color": LIGHT[slot - 1]},
            meta={"slot": slot},
            hovertemplate="%{text} nats<extra></extra>",
        )
        for name, part, slot in (("error", error, 1), ("KL", kl, 2))
    ]
    made = layout() | {
        "barmode": "stack",
        "xaxis": {"title": {"text": "% of error and KL"}, "range": [0, 100], "fixedrange": True},
        "yaxis": {"fixedrange": True, "showticklabels": False},
        "margin": {"l": 8, "r": 12, "t": 8, "b": 40},
        "hovermode": "closest",
        "showlegend": False,
    }
    return plain(go.Figure(bars, made))


def implied_figure(dimensions: int, weight: float) -> Figure:
    """The σ that a squared error and `weight` · KL imply, summed and averaged over D pixels."""
    lines = {"sum of squares": 1.0, f"mean over {dimensions} pixels": 1 / dimensions}
    traces = [
        trace
        for slot, (name, share) in enumerate(lines.items(), start=1)
        for trace in (
            curve(name, WEIGHTS, np.array([Weights(share, one).gaussian_sigma for one in WEIGHTS]), slot),
            point(weight, Weights(share, weight).gaussian_sigma, slot),
        )
    ]
    powers = range(-5, 3)
    labels = ["10" + str(power).translate(RAISED) for power in powers]  # plotly's own set a style, which is refused
    axis = {"title": {"text": "weight of the KL"}, "type": "log", "tickvals": [10.0**power for power in powers]}
    return curves_figure(
        traces, ["σ that the loss implies"], axis | {"ticktext": labels}, [{"type": "log", "dtick": 1}]
    )


def spectrum_figure(spectrum: Array, threshold: float) -> Figure:
    """The variances of the images' directions, largest first, and the βσ² that they must pass."""
    shown = spectrum[:MOST_UNITS]
    order = np.arange(1.0, len(shown) + 1)
    traces = [
        curve("eigenvalue of Cov x", order, shown, 1),
        curve("βσ²", order, np.full_like(order, threshold), 2, dash="dash"),
    ]
    traces[0].mode = "lines+markers"
    traces[0].marker = {"color": LIGHT[0], "size": 6}
    axis = {"title": {"text": "direction of the images"}, "range": [0.5, len(shown) + 0.5]}
    return curves_figure(traces, ["variance"], axis, [{"type": "log", "tickformat": "~g"}])


def noise_figure(grids: Sequence[Grid]) -> Figure:
    """The signal-to-noise ratio of a gradient over L, a line for each M and a panel for each of `grids`."""
    samples = np.array([float(head.removeprefix("L = ")) for head in grids[0].head[1:]])
    traces = [
        curve(row[0] if panel == 0 else "", samples, np.array(values), slot, "y2" if panel else "y")
        for panel, grid in enumerate(grids)
        for slot, (row, values) in enumerate(zip(grid.rows, grid.numbers(), strict=True), start=1)
    ]
    ticks = {"tickvals": samples.tolist(), "ticktext": [f"{number:g}" for number in samples]}
    axis = {"title": {"text": "L, samples of z for an image"}, "type": "log", **ticks}
    return curves_figure(traces, [grid.title for grid in grids], axis, [{"rangemode": "tozero"} for _ in grids])


def _normal(z: Array, mean: float, sd: float) -> Array:
    return np.exp(-0.5 * ((z - mean) / sd) ** 2) / (sd * sqrt(2 * np.pi))
