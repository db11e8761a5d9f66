"""Figures without points: which run, field and role each trace says it will draw."""

import json

import plotly.graph_objects as go
import pytest

from app.plots import (
    Figure,
    Line,
    compare_figure,
    kl_per_dim_figure,
    mean_variance_figure,
    reference_marks,
    terms_figure,
)
from vae_core.references import BOTH, BOUND, Reference

A, B, C = Line(1, "A", 1, "solid"), Line(2, "B", 2, "dash"), Line(3, "C", 3, "dot")


def panels(figure: Figure) -> dict[str, set[tuple[int, str]]]:
    """The runs and fields on each y axis."""
    found: dict[str, set[tuple[int, str]]] = {}
    for trace in figure["data"]:
        found.setdefault(trace["yaxis"], set()).add((trace["meta"]["run"], trace["meta"]["field"]))
    return found


def test_a_vae_has_three_rows_on_one_x_axis_with_one_crosshair() -> None:
    figure = terms_figure(A, "nats/image", variational=True)
    rows = {"y": {(1, "negative_elbo")}, "y2": {(1, "reconstruction")}, "y3": {(1, "kl")}}
    assert panels(figure) == {**rows, "y4": {(1, "beta")}}
    assert {trace["xaxis"] for trace in figure["data"]} == {"x"}
    assert (figure["layout"]["hovermode"], figure["layout"]["hoversubplots"]) == ("x unified", "axis")


def test_rows_do_not_overlap() -> None:
    layout = terms_figure(A, "nats/image", variational=True)["layout"]
    top, middle, bottom = (layout[name]["domain"] for name in ("yaxis", "yaxis2", "yaxis3"))
    assert 1 == top[1] > top[0] > middle[1] > middle[0] > bottom[1] > bottom[0] == pytest.approx(0)


def test_an_autoencoder_shows_its_reconstruction_only() -> None:
    assert panels(terms_figure(A, "nats/image", variational=False)) == {"y": {(1, "reconstruction")}}


def test_beta_is_drawn_over_the_kl() -> None:
    figure = terms_figure(A, "nats/image", variational=True)
    assert panels(figure)["y4"] == {(1, "beta")}
    assert figure["layout"]["yaxis4"]["overlaying"] == "y3"


def test_bce_and_mse_reconstructions_never_share_an_axis_but_kl_does() -> None:
    figure = compare_figure([A, B], ["nats/image, Bernoulli", "nats/image, Gaussian"], [True, True])
    assert panels(figure) == {"y": {(1, "reconstruction")}, "y2": {(2, "reconstruction")}, "y3": {(1, "kl"), (2, "kl")}}
    assert [title["text"] for title in figure["layout"]["annotations"]] == [
        "A: reconstruction — nats/image, Bernoulli",
        "B: reconstruction — nats/image, Gaussian",
        "KL — nats/image",
    ]


def test_runs_of_one_unit_share_a_row_beside_another_unit() -> None:
    figure = compare_figure([A, B, C], ["density", "probability", "density"], [True] * 3)
    assert panels(figure)["y"] == {(1, "reconstruction"), (3, "reconstruction")}
    assert panels(figure)["y2"] == {(2, "reconstruction")}
    assert figure["layout"]["annotations"][0]["text"] == "A, C: reconstruction — density"


def test_equal_units_share_every_row() -> None:
    figure = compare_figure([A, B], ["nats/image", "nats/image"], [True, True])
    fields = ("negative_elbo", "reconstruction", "kl")
    assert list(panels(figure).values()) == [{(1, field), (2, field)} for field in fields]


def test_an_autoencoder_is_left_out_of_the_kl_row() -> None:
    assert panels(compare_figure([A, B], ["u", "u"], [True, False]))["y2"] == {(1, "kl")}


REFERENCES = [Reference("collapsed", 205.65, BOTH, "how c"), Reference("published", 105.6, BOUND, "how p")]


def test_a_reference_is_drawn_on_the_rows_of_its_unit_alone() -> None:
    marks = reference_marks(REFERENCES, variational=True)
    assert {(mark["axis"], mark["name"]) for mark in marks} == {
        ("y", "collapsed"),
        ("y", "published"),
        ("y2", "collapsed"),
    }
    rows = panels(terms_figure(A, "nats/image", variational=True))
    fields = {"−ELBO": "negative_elbo", "reconstruction": "reconstruction"}
    assert all(rows[mark["axis"]] == {(1, fields[mark["row"]])} for mark in marks)
    assert [mark["axis"] for mark in reference_marks(REFERENCES, variational=False)] == ["y"]


def test_a_reference_says_what_it_is_and_how_it_is_computed() -> None:
    (mark, *_) = reference_marks([Reference("floor", -4347.3, BOUND, "−D log 256")], variational=True)
    assert mark["annotation"]["text"] == "floor −4,347.3"
    assert mark["annotation"]["hovertext"] == "−D log 256"
    assert (mark["shape"]["y0"], mark["shape"]["y1"], mark["shape"]["yref"]) == (-4347.3, -4347.3, "y")
    go.Layout(shapes=[mark["shape"]], annotations=[{**mark["annotation"], "y": mark["value"]}])


def test_names_of_neighbouring_references_stand_side_by_side() -> None:
    many = [Reference(str(value), value, BOUND, "") for value in (3.0, 1.0, 2.0)]
    places = {mark["value"]: mark["annotation"]["x"] for mark in reference_marks(many, variational=True)}
    assert len({places[1.0], places[2.0], places[3.0]}) == 3


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


def test_figures_are_plain_json_that_plotly_accepts() -> None:
    figure = terms_figure(A, "nats/image", variational=True)
    assert "template" not in figure["layout"]
    assert len(go.Figure(json.loads(json.dumps(figure))).data) == len(figure["data"])
