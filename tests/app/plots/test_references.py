"""Reference lines stand on the rows of their unit."""

import plotly.graph_objects as go

from app.plots.figure import Figure, Line
from app.plots.references import reference_marks
from app.plots.terms import terms_figure
from vae_core.theory.references import BOTH, BOUND, Reference

A = Line(1, "A", 1, "solid")


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
    rows = panels(terms_figure(A, "nats/image", variational=True, beta_varies=False))
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
