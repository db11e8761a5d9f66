"""Lines to see a run's curves against: a collapsed model, a floor, the linear optimum, a published value."""

from collections.abc import Sequence
from typing import Any

from app.text.quantities import QUANTITIES
from vae_core.theory.references import Reference

LEADER = 10  # pixels from a row's right edge to a line's name


def reference_marks(references: Sequence[Reference], variational: bool) -> list[dict[str, Any]]:
    """Each reference on each row of `terms_figure` that has its unit: its axis, and how it is drawn if it is near.

    Only the page knows which range a row shows, so only there can be decided which lines lie in it.
    """
    axes = {"negative_elbo": "y", "reconstruction": "y2"} if variational else {"reconstruction": "y"}
    marks: list[dict[str, Any]] = []
    for field, axis in axes.items():
        marks += [_reference_mark(one, field, axis) for one in references if field in one.fields]
    return marks


def _reference_mark(reference: Reference, field: str, axis: str) -> dict[str, Any]:
    """A dashed line with its name to the right of the row; the page moves neighbours apart and leads to their lines."""
    ends = {"xref": "paper", "x0": 0, "x1": 1, "yref": axis, "y0": reference.value, "y1": reference.value}
    label = {
        "text": f"{reference.name} {reference.value:,.1f}".replace("-", "−"),
        "hovertext": reference.how,
        "captureevents": True,
        "showarrow": True,
        "arrowhead": 0,
        "arrowwidth": 1,
        "arrowcolor": "#808080",
        "ax": LEADER,
        "ay": 0,
        "align": "left",
        "font": {"size": 11},
    }
    where = {"xref": "paper", "x": 1, "xanchor": "left", "yref": axis, "yanchor": "middle"}
    return {
        "axis": axis,
        "value": reference.value,
        "name": reference.name,
        "row": QUANTITIES[field].name,
        "how": reference.how,
        "shape": {"type": "line", "layer": "below", "line": {"width": 1, "dash": "dash", "color": "#808080"}, **ends},
        "annotation": label | where,
    }
