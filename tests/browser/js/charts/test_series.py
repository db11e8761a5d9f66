"""Where steps stand on an axis, and what follows from a run's columns."""

import pytest

from tests.browser.js.conftest import Scripts

STEPS = [4, 8, 12, 16, 18]  # each its point's last one
SECONDS = [0.4, 0.8, 2.0, 2.4, 2.6]


def test_a_steady_run_has_one_rate(scripts: Scripts) -> None:
    seconds = [step / 50 for step in STEPS]
    rates = scripts("charts/series.js", "({ rates }, [steps, seconds]) => rates(steps, seconds, 2)", [STEPS, seconds])
    assert rates[:2] == [None, None]
    assert rates[2:] == pytest.approx([50, 50, 50])


def test_a_clock_that_stands_has_no_rate(scripts: Scripts) -> None:
    rates = scripts("charts/series.js", "({ rates }) => rates([1, 2, 3], [5, 5, 6], 1)")
    assert rates == [None, None, 1]


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ((0.5, 1.0), [5, 12]),  # a point's steps begin after the point before it, and reach to its own
        ((0, 0.5), [1, 8]),
        ((0.8, 0.8), [5, 12]),
        ((2.1, 9), [13, None]),  # the run goes on inside
        ((9, 10), [17, None]),  # those of the last point, where all are before it
        ((-2, -1), [1, 4]),
    ],
)
def test_a_window_has_the_steps_of_all_points_that_reach_into_it(
    scripts: Scripts, window: tuple[float, float], expected: list[int | None]
) -> None:
    code = """({ stepsWithin }, [steps, places, window]) => {
      const [from, to] = stepsWithin(steps, places, window);
      return [from, to === Infinity ? null : to];
    }"""
    assert scripts("charts/series.js", code, [STEPS, SECONDS, window]) == expected


def test_a_steps_place_is_on_the_line_between_its_neighbours(scripts: Scripts) -> None:
    code = "({ placesOf }, [sorted, steps, places]) => placesOf(sorted, steps, places)"
    assert scripts("charts/series.js", code, [STEPS, STEPS, SECONDS]) == SECONDS
    between = scripts("charts/series.js", code, [[2, 6, 10, 17, 19, 99], STEPS, SECONDS])
    assert between == pytest.approx([0.2, 0.6, 1.4, 2.5])  # those after the last point are left out
    every = scripts("charts/series.js", code, [list(range(1, 19)), STEPS, SECONDS])
    assert every == sorted(every)
    assert scripts("charts/series.js", code, [[1, 2], [], []]) == []


def test_a_negated_series_keeps_its_order_of_values(scripts: Scripts) -> None:
    series = {"mean": [-2, None, 3], "low": [-3, None, 1], "high": [-1, None, 4], "smoothed": None}
    turned = scripts("charts/series.js", "({ negated }, series) => negated(series)", series)
    assert turned == {"mean": [2, None, -3], "low": [1, None, -4], "high": [3, None, -1], "smoothed": None}
    assert scripts("charts/series.js", "({ negated }, series) => negated(series)", turned) == series


def test_an_extent_and_an_order(scripts: Scripts) -> None:
    code = "({ ascending, extent }, values) => [ascending(values), extent(values)]"
    assert scripts("charts/series.js", code, [10, 9, 2, 9, -1]) == [[-1, 2, 9, 10], [-1, 10]]


def test_of_many_values_some_are_kept_and_the_last(scripts: Scripts) -> None:
    code = "({ thinned }, [all, most]) => thinned(all, most)"
    assert scripts("charts/series.js", code, [[1, 2, 3], 3]) == [1, 2, 3]
    kept = scripts("charts/series.js", code, [list(range(90)), 40])
    assert len(kept) == len(set(kept)) == 40
    assert kept == sorted(kept)
    assert kept[-1] == 89
