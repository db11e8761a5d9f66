"""Figures over latent dimensions: what is sorted, what is left out, and what stays in view."""

import json
from itertools import pairwise

import pytest

from app.plots.figure import Line
from app.plots.latents import MOST_COLUMNS, kl_history_figure, kl_per_dim_figure, mean_variance_figure
from app.records import EvaluationRecord
from tests.app.builders import make_evaluation

A = Line(1, "A", 1, "solid")


def test_kl_bars_are_sorted_and_keep_their_names() -> None:
    (bars,) = kl_per_dim_figure([0.1, 3.0, 1.5], A)["data"]
    assert list(zip(bars["x"], bars["y"], strict=True)) == [("z1", 3.0), ("z2", 1.5), ("z0", 0.1)]


def test_mean_variances_are_on_a_log_scale_with_the_threshold_in_view() -> None:
    figure = mean_variance_figure([1.0, None, 0.1, 0.0], A)
    (bars,) = figure["data"]
    assert list(bars["x"]) == pytest.approx([0, -1, -6])
    low, high = figure["layout"]["xaxis"]["range"]
    assert low <= min(bars["x"]) <= max(bars["x"]) < high
    (alike,) = mean_variance_figure([0.5, 0.5], A)["data"]
    assert alike["xbins"]["start"] <= -2 < alike["x"][0] < alike["xbins"]["end"]
    assert (bars["xbins"]["start"], bars["xbins"]["end"]) == (low, high)
    (threshold,) = figure["layout"]["shapes"]
    assert 10 ** threshold["x0"] == 10 ** threshold["x1"] == 0.01
    assert low < threshold["x0"] < high
    assert json.dumps(figure)


def history(*rows: list[float] | None) -> list[EvaluationRecord]:
    return [make_evaluation(10 * number, kl_per_dim=row) for number, row in enumerate(rows)]


def test_the_history_has_a_row_for_each_dimension_in_the_order_of_the_bars() -> None:
    figure = kl_history_figure(history([0.0, 0.5, 0.1], [0.2, 3.0, 1.5]), A)
    assert figure is not None
    (heat,) = figure["data"]
    assert (list(heat["x"]), list(heat["y"])) == ([0, 10], ["z1", "z2", "z0"])
    assert [list(row) for row in heat["z"]] == [[0.5, 3.0], [0.1, 1.5], [0.0, 0.2]]
    assert (heat["zmin"], heat["zmax"]) == (0, 3.0)
    (bars,) = kl_per_dim_figure([0.2, 3.0, 1.5], A)["data"]
    assert list(bars["x"]) == list(heat["y"])
    assert json.dumps(figure)


def test_there_is_no_history_before_two_evaluations() -> None:
    assert kl_history_figure(history([1.0]), A) is None
    assert kl_history_figure(history(None, None), A) is None


def test_of_many_evaluations_every_so_many_are_shown_and_the_last_always() -> None:
    figure = kl_history_figure(history(*([1.0] for _ in range(1000))), A)
    assert figure is not None
    steps = list(figure["data"][0]["x"])
    assert steps[-1] == 9990
    assert MOST_COLUMNS / 2 < len(steps) <= MOST_COLUMNS
    assert len({after - before for before, after in pairwise(steps)}) == 1


def test_a_collapsed_code_is_dark_all_over() -> None:
    figure = kl_history_figure(history([0.0], [0.0]), A)
    assert figure is not None
    assert figure["data"][0]["zmax"] == 1.0
