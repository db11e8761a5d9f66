"""Figures without points: which run, field and role each trace says it will draw."""

import json

import plotly.graph_objects as go
import pytest

from app.plots.figure import Figure, Line
from app.plots.terms import Bundle, bundles_figure, compare_figure, stacked_figure, terms_figure, training_figure

A, B, C = Line(1, "A", 1, "solid"), Line(2, "B", 2, "dash"), Line(3, "C", 3, "dot")


def panels(figure: Figure) -> dict[str, set[tuple[int, str]]]:
    """The runs and fields on each y axis."""
    drawn: dict[str, set[tuple[int, str]]] = {}
    for trace in figure["data"]:
        drawn.setdefault(trace["yaxis"], set()).add((trace["meta"]["run"], trace["meta"]["field"]))
    return drawn


def test_a_vae_has_three_rows_and_only_them_while_beta_stays() -> None:
    figure = terms_figure(A, "nats/image", variational=True, beta_varies=False)
    rows = {"y": {(1, "negative_elbo")}, "y2": {(1, "reconstruction")}, "y3": {(1, "kl")}}
    assert panels(figure) == rows


def test_an_autoencoder_shows_its_reconstruction_only() -> None:
    assert panels(terms_figure(A, "nats/image", variational=False, beta_varies=False)) == {"y": {(1, "reconstruction")}}


def test_a_beta_that_varies_has_a_strip_of_its_own() -> None:
    figure = terms_figure(A, "nats/image", variational=True, beta_varies=True)
    assert panels(figure)["y4"] == {(1, "beta")}
    kl, strip = (figure["layout"][name]["domain"] for name in ("yaxis3", "yaxis4"))
    assert kl[0] > strip[1]
    assert 0 < strip[1] - strip[0] < 0.5 * (kl[1] - kl[0])
    assert strip[0] == pytest.approx(0)


def test_the_areas_are_kl_and_reconstruction_under_the_line_of_their_sum() -> None:
    figure = stacked_figure(A)
    assert panels(figure) == {"y": {(1, "kl"), (1, "reconstruction"), (1, "negative_elbo")}}
    stacked = {trace["meta"]["field"] for trace in figure["data"] if trace.get("stackgroup") == "terms"}
    assert stacked == {"kl", "reconstruction"}
    assert figure["layout"]["yaxis"]["rangemode"] == "tozero"


def test_training_shows_the_loss_and_the_speed_and_the_vitals_that_there_are() -> None:
    rows = {"y": {(1, "loss")}, "y2": {(1, "rate")}}
    assert panels(training_figure(A, None)) == rows
    figure = training_figure(A, 2000)
    vitals = {"y3": {(1, "grad_norm")}, "y4": {(1, "learning_rate")}, "y5": {(1, "memory")}}
    assert panels(figure) == rows | vitals
    assert [trace["yaxis"] for trace in figure["data"] if trace["meta"]["role"] == "sampled"] == list(vitals)
    assert figure["layout"]["yaxis3"]["type"] == "log"
    titles = [title["text"] for title in figure["layout"]["annotations"]]
    assert titles[2:] == ["gradient norm, every 2,000 steps", "learning rate", "memory — bytes"]
    assert training_figure(A, 1)["layout"]["annotations"][2]["text"] == "gradient norm"


def test_bce_and_mse_reconstructions_never_share_an_axis_but_kl_does() -> None:
    figure = compare_figure([A, B], ["nats/image, Bernoulli", "nats/image, Gaussian"], [True, True], ["MNIST"] * 2)
    assert panels(figure) == {"y": {(1, "kl"), (2, "kl")}, "y2": {(1, "reconstruction")}, "y3": {(2, "reconstruction")}}
    assert [title["text"] for title in figure["layout"]["annotations"]] == [
        "KL — nats/image",
        "A: reconstruction — nats/image, Bernoulli",
        "B: reconstruction — nats/image, Gaussian",
    ]


def test_runs_of_other_images_share_no_row() -> None:
    figure = compare_figure([A, B, C], ["u"] * 3, [True, True, False], ["MNIST", "Digits 8×8", "MNIST"])
    rows = [{(1, "kl")}, {(2, "kl")}, {(1, "reconstruction"), (3, "reconstruction")}, {(2, "reconstruction")}]
    assert list(panels(figure).values()) == rows
    titles = [title["text"] for title in figure["layout"]["annotations"]]
    assert titles[:3] == [
        "A: KL — nats/image, MNIST",
        "B: KL — nats/image, Digits 8×8",
        "A, C: reconstruction — u, MNIST",
    ]


def test_runs_of_one_unit_share_a_row_beside_another_unit() -> None:
    figure = compare_figure([A, B, C], ["density", "probability", "density"], [True] * 3, ["MNIST"] * 3)
    assert panels(figure)["y2"] == {(1, "reconstruction"), (3, "reconstruction")}
    assert panels(figure)["y3"] == {(2, "reconstruction")}
    assert figure["layout"]["annotations"][1]["text"] == "A, C: reconstruction — density"


def test_equal_units_share_every_row() -> None:
    figure = compare_figure([A, B], ["nats/image", "nats/image"], [True, True], ["MNIST"] * 2)
    fields = ("negative_elbo", "kl", "reconstruction")
    assert list(panels(figure).values()) == [{(1, field), (2, field)} for field in fields]


def test_an_autoencoder_is_left_out_of_the_kl_row() -> None:
    assert panels(compare_figure([A, B], ["u", "u"], [True, False], ["MNIST"] * 2))["y"] == {(1, "kl")}


@pytest.mark.parametrize(
    "figure",
    [terms_figure(A, "nats/image", variational=True, beta_varies=True), stacked_figure(A), training_figure(A, 20)],
)
def test_figures_are_plain_json_that_plotly_accepts(figure: Figure) -> None:
    assert "template" not in figure["layout"]
    assert len(go.Figure(json.loads(json.dumps(figure))).data) == len(figure["data"])


def test_a_bundle_is_a_band_a_mean_and_on_demand_every_run() -> None:
    bundle = Bundle(Line(1, "BCE", 1), [10, 20], [2.0, 1.0], [1.5, None], [2.5, None], [[2.5, 1.0], [1.5, 1.0]])
    rows = [("MSE", [bundle]), ("KL", [bundle])]
    low, high, mean = bundles_figure(rows, each=False)["data"][:3]
    assert (low["y"], high["y"], high["fill"], mean["y"]) == ([1.5, None], [2.5, None], "tonexty", [2.0, 1.0])
    figure = bundles_figure(rows, each=True)
    assert [trace["yaxis"] for trace in figure["data"]] == ["y"] * 5 + ["y2"] * 5
    assert [one["text"] for one in figure["layout"]["annotations"]] == ["MSE", "KL"]
