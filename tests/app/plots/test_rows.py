"""Panels over one x axis."""

import pytest

from app.plots.figure import Line
from app.plots.rows import Row, rows_figure, title

A = Line(1, "A", 1, "solid")
FIELDS = ("negative_elbo", "reconstruction", "kl")


def test_panels_share_one_x_axis_and_one_crosshair() -> None:
    figure = rows_figure([Row(field, field, (A,)) for field in FIELDS])
    assert {trace["xaxis"] for trace in figure["data"]} == {"x"}
    assert [trace["yaxis"] for trace in figure["data"][::5]] == ["y", "y2", "y3"]
    assert (figure["layout"]["hovermode"], figure["layout"]["hoversubplots"]) == ("x unified", "axis")


@pytest.mark.parametrize("heights", [(1, 1, 1), (1, 1, 0.3), (2, 1, 0.5)])
def test_panels_fill_the_figure_from_the_top_and_do_not_overlap(heights: tuple[float, ...]) -> None:
    rows = [Row(field, field, (A,), height) for field, height in zip(FIELDS, heights, strict=True)]
    layout = rows_figure(rows)["layout"]
    top, middle, bottom = (layout[name]["domain"] for name in ("yaxis", "yaxis2", "yaxis3"))
    assert 1 == top[1] > top[0] > middle[1] > middle[0] > bottom[1] > bottom[0] == pytest.approx(0)
    shares = [high - low for low, high in (top, middle, bottom)]
    assert [share / shares[0] for share in shares] == pytest.approx([height / heights[0] for height in heights])


def test_every_role_of_a_curve_is_drawn_once() -> None:
    roles = [trace["meta"]["role"] for trace in rows_figure([Row("kl", "KL", (A,))])["data"]]
    assert roles == ["low", "high", "raw", "line", "heldout"]


def test_a_run_without_its_own_colour_says_so() -> None:
    notes = [
        {trace["meta"].get("note") for trace in rows_figure([Row("kl", "KL", (line,))])["data"]}
        for line in (Line(9, "A", 1, "solid"), Line(9, "A", 2, "solid"))
    ]
    assert notes == [{None}, {"Another colour than on its own page, which an older run here has"}]


def test_a_title_names_the_unit_where_there_is_one() -> None:
    assert title("kl") == "KL — nats/image"
    assert title("reconstruction", "nats/image, density") == "reconstruction — nats/image, density"
    assert title("beta") == "β"
