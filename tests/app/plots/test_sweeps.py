"""The pictures of a sweep's trials."""

import pytest

from app.plots.figure import Figure
from app.plots.sweeps import (
    BEST,
    GOOD,
    REST,
    Dot,
    Scale,
    dots_figure,
    frontier_figure,
    heat_figure,
    importance_figure,
    parallel_figure,
)

BETA = Scale("β", 0.1, 10, log=True)
ACTIVATION = Scale("Activation", 0, 1, choices=("ReLU", "Tanh"))
ERROR = Scale("MSE", 0.01, 0.03)
DOTS = [
    Dot((0.1, 0, 0.03), "Trial 1", 11, REST),
    Dot((1, 1, 0.01), "Trial 2", 12, BEST),
    Dot((10, None, 0.02), "Trial 3", None, GOOD),
]


def by_slot(figure: Figure) -> dict[int, dict[str, object]]:
    return {trace["meta"]["slot"]: trace for trace in figure["data"]}


def test_parallel_axes_have_their_own_scales_and_trials_leave_gaps() -> None:
    figure = parallel_figure([BETA, ACTIVATION, ERROR], DOTS)
    traces = by_slot(figure)
    assert traces[REST]["y"] == [0, 0, 1, None]
    assert traces[BEST]["y"] == [0.5, 1, 0, None]
    assert traces[GOOD]["y"] == pytest.approx([1, None, 0.5, None])
    assert traces[BEST]["customdata"] == [12] * 4
    assert figure["layout"]["xaxis"]["ticktext"] == ["β", "Activation", "MSE"]
    ends = [(note["x"], note["y"], note["text"]) for note in figure["layout"]["annotations"]]
    assert ends[:4] == [(0, 0.0, "0.1"), (0, 1.0, "10"), (1, 0.0, "ReLU"), (1, 1.0, "Tanh")]
    assert {trace["type"] for trace in figure["data"]} == {"scatter"}  # no WebGL, whose scripts the policy refuses


def test_dots_stand_over_their_field_and_pruned_ones_are_hollow() -> None:
    dots = [Dot((1.0, 5.0), "a", 1, REST), Dot((2.0, 6.0), "b", 2, REST, is_pruned=True), Dot((4.0, 4.0), "c", 3, BEST)]
    figure = dots_figure(BETA, ERROR, dots)
    drawn = {trace["hovertext"][0]: trace["marker"]["symbol"] for trace in figure["data"]}
    assert drawn == {"a": "circle", "b": "circle-open", "c": "circle"}
    assert figure["layout"]["xaxis"]["type"] == "log"
    assert figure["layout"]["xaxis"]["tickformat"] == "~g"  # without one, powers set a style
    assert figure["layout"]["yaxis"]["type"] == "linear"
    assert dots_figure(ACTIVATION, ERROR, dots)["layout"]["xaxis"]["ticktext"] == ["ReLU", "Tanh"]


def test_the_frontier_is_joined_in_order_and_lines_have_one_sum() -> None:
    dots = [Dot((20.0, 10.0), "b", 2, BEST), Dot((5.0, 40.0), "a", 1, BEST), Dot((25.0, 30.0), "c", 3, REST)]
    figure = frontier_figure(Scale("KL", 5, 25), Scale("reconstruction", 10, 40), dots, in_nats=True)
    joined = next(trace for trace in figure["data"] if trace.get("name") == "frontier")
    assert (joined["x"], joined["y"]) == ([5.0, 20.0], [40.0, 10.0])
    lines = [trace for trace in figure["data"] if trace["mode"] == "lines+text"]
    for line in lines:
        first, last = (x + y for x, y in zip(line["x"], line["y"], strict=True))
        assert first == pytest.approx(last)
        assert line["text"][1] == f"−ELBO {first:g}"
    assert [line["text"][1] for line in lines] == ["−ELBO 35", "−ELBO 40", "−ELBO 45", "−ELBO 50"]
    apart = frontier_figure(Scale("KL", 5, 25), ERROR, dots, in_nats=False)
    assert "lines+text" not in {trace["mode"] for trace in apart["data"]}


def test_a_heat_map_has_a_cell_for_each_pair_and_blanks() -> None:
    figure = heat_figure(
        ACTIVATION, Scale("Z", 0, 1, choices=("2", "4")), [[1.0, None], [2.0, 3.0]], [["a", ""], ["b", "c"]]
    )
    (heat,) = figure["data"]
    assert (heat["x"], heat["y"], heat["z"]) == (["ReLU", "Tanh"], ["2", "4"], [[1.0, None], [2.0, 3.0]])
    assert heat["showscale"] is False
    assert figure["layout"]["yaxis"]["type"] == "category"


def test_importance_is_in_percent_the_largest_on_top() -> None:
    figure = importance_figure([("KL", {"β": 0.2, "Z": 0.8}), ("MSE", {"Z": 0.5, "β": 0.5})])
    first, second = figure["data"]
    assert (first["y"], first["x"]) == (["β", "Z"], [20.0, 80.0])  # the axis runs upwards
    assert (second["y"], second["x"]) == (["β", "Z"], [50.0, 50.0])
