"""Lines to see a run's curves against: a collapsed model, a floor, the linear optimum, a published value."""

from collections.abc import Sequence
from typing import Any

from app.text.quantities import QUANTITIES
from vae_core.theory.references import Reference


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
