import plotly.graph_objects as go
import pytest

from app.plots.figure import Figure, Line
from app.plots.filled import filled, marked, reference_marks
from app.plots.terms import terms_figure, training_figure
from app.records import BucketedSteps, Numbers, Spread, Steps
from tests.app.builders import make_evaluation
from vae_core.theory.references import BOTH, BOUND, Reference

LINE = Line(1, "", 1, "solid")
RAW = Steps(
    step=[1, 2, 3], seconds=[0.5, 1.0, 2.0], reconstruction=[9.0, 8.0, None], kl=[1.0, 2.0, None],
    elbo=[-10.0, -10.0, None], loss=[10.0, 10.0, None], beta=[1.0, 1.0, 1.0], nonfinite=[3], nonfinite_count=1,
)  # fmt: skip
EVALUATIONS = [make_evaluation(0, reconstruction=9.5), make_evaluation(3, elbo=-9.0, kl=2.5)]


def trace(figure: Figure, field: str, role: str) -> tuple[list[int], Numbers]:
    (drawn,) = [one for one in figure["data"] if (one["meta"]["field"], one["meta"]["role"]) == (field, role)]
    return drawn["x"], drawn["y"]


@pytest.fixture
def terms() -> Figure:
    return terms_figure(LINE, "nats", variational=True, beta_varies=False)


def test_raw_steps_are_drawn_as_they_are_and_have_no_band(terms: Figure) -> None:
    figure = filled(terms, RAW, EVALUATIONS)
    assert trace(figure, "negative_elbo", "line") == ([1, 2, 3], [10.0, 10.0, None])
    assert trace(figure, "kl", "low") == trace(figure, "kl", "raw") == ([], [])
    assert trace(figure, "negative_elbo", "heldout") == ([3], [9.0])
    assert trace(figure, "reconstruction", "heldout") == ([0], [9.5])
    assert "x" not in terms["data"][0], "the live figure stays as it was"


def test_buckets_are_their_mean_in_a_band_mirrored_for_the_negative_elbo(terms: Figure) -> None:
    spread = Spread(min=[-12.0], mean=[-10.0], max=[-9.0])
    buckets = BucketedSteps(
        step=[4],
        reconstruction=spread,
        kl=spread,
        elbo=spread,
        nonfinite=[],
        nonfinite_count=0,
        bucket=4,
        partial=False,
    )
    figure = filled(terms, buckets, [])
    assert [trace(figure, "kl", role)[1] for role in ("low", "line", "high")] == [[-12.0], [-10.0], [-9.0]]
    assert [trace(figure, "negative_elbo", role)[1] for role in ("low", "line", "high")] == [[9.0], [10.0], [12.0]]


def test_speed_is_steps_over_the_time_between_them() -> None:
    assert trace(filled(training_figure(LINE, None), RAW, []), "rate", "line") == ([1, 2, 3], [None, 2.0, 1.0])


def test_only_lines_near_a_curve_are_drawn(terms: Figure) -> None:
    figure = filled(terms, RAW, [])
    near, far = (
        {"axis": "y2", "value": value, "shape": {"y0": value}, "annotation": {"text": "l"}} for value in (8.5, 99)
    )
    drawn = marked(figure, [near, far])["layout"]
    assert drawn["shapes"] == [{"y0": 8.5}]
    assert drawn["annotations"][-1] == {"text": "l", "y": 8.5}
    without_steps = filled(terms, Steps(step=[], nonfinite=[], nonfinite_count=0), [])
    assert marked(without_steps, [near])["layout"]["shapes"] == []


def panels(figure: Figure) -> dict[str, set[tuple[int, str]]]:
    """The runs and fields on each y axis."""
    drawn: dict[str, set[tuple[int, str]]] = {}
    for trace in figure["data"]:
        drawn.setdefault(trace["yaxis"], set()).add((trace["meta"]["run"], trace["meta"]["field"]))
    return drawn


REFERENCES = [Reference("collapsed", 205.65, BOTH, "how c"), Reference("published", 105.6, BOUND, "how p")]


def test_a_reference_is_drawn_on_the_rows_of_its_unit_alone() -> None:
    marks = reference_marks(REFERENCES, variational=True)
    assert {(mark["axis"], mark["name"]) for mark in marks} == {
        ("y", "collapsed"),
        ("y", "published"),
        ("y2", "collapsed"),
    }
    rows = panels(terms_figure(LINE, "nats/image", variational=True, beta_varies=False))
    fields = {"−ELBO": "negative_elbo", "reconstruction": "reconstruction"}
    assert all(rows[mark["axis"]] == {(1, fields[mark["row"]])} for mark in marks)
    assert [mark["axis"] for mark in reference_marks(REFERENCES, variational=False)] == ["y"]


def test_a_reference_says_what_it_is_and_how_it_is_computed() -> None:
    (mark, *_) = reference_marks([Reference("floor", -4347.3, BOUND, "−D log 256")], variational=True)
    assert mark["annotation"]["text"] == "floor −4,347.3"
    assert mark["annotation"]["hovertext"] == "−D log 256"
    assert (mark["shape"]["y0"], mark["shape"]["y1"], mark["shape"]["yref"]) == (-4347.3, -4347.3, "y")
    go.Layout(shapes=[mark["shape"]], annotations=[{**mark["annotation"], "y": mark["value"]}])


def test_names_stand_right_of_the_row_where_no_curve_is() -> None:
    (mark,) = reference_marks([Reference("published", 105.6, BOUND, "")], variational=True)
    assert (mark["annotation"]["x"], mark["annotation"]["xref"], mark["annotation"]["xanchor"]) == (1, "paper", "left")
    assert mark["annotation"]["ax"] > 0
