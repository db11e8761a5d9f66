"""The rate–distortion plane without its points."""

import json

import plotly.graph_objects as go

from app.plots.figure import Line
from app.plots.plane import plane_figure

A, B = Line(1, "A", 1, "solid"), Line(2, "B", 2, "dash")


def test_every_run_has_its_course_and_its_end_in_its_colour() -> None:
    figure = plane_figure([A, B], frontier=False)
    roles = [(trace["meta"]["runs"], trace["meta"]["role"], trace["meta"]["slot"]) for trace in figure["data"]]
    assert roles == [([1], "training", 1), ([1], "held out", 1), ([2], "training", 2), ([2], "held out", 2)]
    assert [trace["line"]["dash"] for trace in figure["data"][::2]] == ["solid", "dash"]


def test_a_frontier_lies_under_all_and_joins_every_run() -> None:
    first = plane_figure([A, B], frontier=True)["data"][0]
    assert (first["meta"], first["mode"]) == ({"role": "frontier", "runs": [1, 2]}, "lines")


def test_it_is_plain_json_that_plotly_accepts_with_units_on_both_axes() -> None:
    figure = plane_figure([A, B], frontier=True)
    assert len(go.Figure(json.loads(json.dumps(figure))).data) == 5
    assert [figure["layout"][axis]["title"]["text"] for axis in ("xaxis", "yaxis")] == [
        "KL — nats/image",
        "reconstruction — nats/image",
    ]
