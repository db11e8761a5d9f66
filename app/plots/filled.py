"""What a script puts into live figures: lines to see a run's curves against, and, on a page that no script fills, the
numbers, too.

On a served page static/js/charts/chart.js, curves.js and references.js fill them while steps arrive.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from app.plots.figure import Figure
from app.records import BucketedSteps, EvaluationRecord, Numbers, Spread, Steps
from app.text.quantities import QUANTITIES
from vae_core.theory.references import Reference

LETTER_PX = 6  # of a reference line's name, about,
EDGE_PX = 18  # and what is around it, right of the rows
LEADER = 10  # pixels from a row's right edge to a line's name
RATES = 100  # steps a second are counted over a hundredth of the points

Window = Steps | BucketedSteps


def filled(figure: Figure, window: Window, evaluations: Sequence[EvaluationRecord]) -> Figure:
    """A copy of a figure of one run over its steps, with these steps and evaluations in it."""
    made = deepcopy(figure)
    for trace in made["data"]:
        field, role = trace["meta"]["field"], trace["meta"]["role"]
        if role == "heldout":
            known = [(row.step, held) for row in evaluations if (held := _held_out(row, field)) is not None]
            trace["x"], trace["y"] = [step for step, _ in known], [value for _, value in known]
        else:
            trace["y"] = _values(window, field, role)
            trace["x"] = window.step if trace["y"] else []
    made["layout"]["xaxis"]["title"] = {"text": "step"}
    return made


def marked(figure: Figure, references: Sequence[Mapping[str, Any]]) -> Figure:
    """A copy of a filled figure with those of the `reference_marks` that lie between a row's values."""
    made = deepcopy(figure)
    made["layout"].setdefault("shapes", [])
    for one in references:
        points = [y for trace in made["data"] if trace["yaxis"] == one["axis"] for y in trace["y"] if y is not None]
        if points and min(points) < one["value"] < max(points):
            room = EDGE_PX + LETTER_PX * len(one["annotation"]["text"])
            made["layout"]["margin"]["r"] = max(made["layout"]["margin"]["r"], room)
            made["layout"]["shapes"].append(one["shape"])
            made["layout"]["annotations"].append({**one["annotation"], "y": one["value"]})
    return made


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


def _values(window: Window, field: str, role: str) -> Numbers:
    """What a trace draws: the raw steps, or the mean, least and greatest values of buckets."""
    if field == "rate":
        return _rates(window)
    if field == "negative_elbo":
        mirrored = {"low": "high", "high": "low"}.get(role, role)
        return [None if value is None else -value for value in _values(window, "elbo", mirrored)]
    values: Numbers | Spread = getattr(window, field)
    if isinstance(values, Spread):
        return {"line": values.mean, "area": values.mean, "low": values.min, "high": values.max}.get(role, [])
    return values if role in {"line", "area"} else []


def _rates(window: Window) -> Numbers:
    steps, seconds = window.step, window.seconds
    span = max(1, len(steps) // RATES)
    passed = [0 if i < span else seconds[i] - seconds[i - span] for i in range(len(steps))]
    return [(steps[i] - steps[i - span]) / took if took > 0 else None for i, took in enumerate(passed)]


def _held_out(row: EvaluationRecord, field: str) -> float | None:
    if field != "negative_elbo":
        return getattr(row, field, None)
    return None if row.elbo is None else -row.elbo
