"""Curves, their legend and their table."""

import json

import numpy as np

from app.plots.curves import curve, curves_figure, curves_table, point

X = np.linspace(0, 1, 101)


def test_a_legend_names_the_curves_of_panels_that_have_several() -> None:
    traces = [curve("a", X, X, 1), curve("b", X, X, 2), curve("c", X, X, 3, "y2"), point(0.5, 0.5, 1)]
    figure = curves_figure(traces, ["first", "second"], {"title": {"text": "x"}}, [{}, {}])
    assert [trace["showlegend"] for trace in figure["data"]] == [True, True, False, False]
    assert json.dumps(figure)  # plain numbers
    alone = curves_figure([curve("a", X, X, 1)], ["first"], {"title": {"text": "x"}}, [{}])
    assert not alone["layout"]["showlegend"]


def test_nothing_in_it_can_be_zoomed() -> None:
    layout = curves_figure([curve("a", X, X, 1)], ["first"], {"title": {"text": "x"}}, [{"range": [0, 2]}])["layout"]
    assert layout["xaxis"]["fixedrange"]
    assert layout["yaxis"]["fixedrange"]
    assert list(layout["yaxis"]["range"]) == [0, 2]


def test_the_table_has_the_ends_and_every_named_curve() -> None:
    traces = [curve("a", X, X**2, 1), curve("b", X, 1 - X, 2), point(0.5, 0.5, 1)]
    table = curves_table(curves_figure(traces, ["first"], {"title": {"text": "x"}}, [{}]), rows=3)
    assert table == {"head": ["x", "a", "b"], "rows": [[0, 0, 1], [0.5, 0.25, 0.5], [1, 1, 0]]}
