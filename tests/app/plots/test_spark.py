import re

import pytest

from app.plots.spark import HEIGHT, MARGIN, WIDTH, Trend, sparkline, trend
from app.records import Extremes


def points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", path)]


def test_a_line_fills_its_box_with_the_greatest_on_top_and_ends_in_the_last() -> None:
    line = sparkline([530, 200, 104])
    left, top, right, bottom = MARGIN, MARGIN, WIDTH - MARGIN, HEIGHT - MARGIN
    assert points(line.path)[0] == (left, top)
    assert points(line.path)[-1] == line.end == (right, bottom)
    assert line.path.count("M") == 1


def test_a_gap_breaks_the_line_and_what_is_alone_stays_a_dot() -> None:
    assert sparkline([None, 1, None, 2, 3, None]).path.count("M") == 2
    assert sparkline([1]).path == f"M{MARGIN} {HEIGHT / 2:g}h0"
    assert sparkline([]) is sparkline([None, None]) is None


def test_the_trend_is_that_of_the_bound_or_of_an_autoencoders_reconstruction() -> None:
    entry = Extremes(first=(1, -30.0), last=(9, -12.0), min=(1, -30.0), max=(8, -11.0))
    assert trend({"elbo": entry}, variational=True) == Trend(first=30, best=11, latest=12)
    assert trend({"elbo": entry}, variational=True, diverged=True) == Trend(first=30, best=11, latest=None)
    assert trend({"elbo": entry}, variational=False) is None
    assert trend({"reconstruction": entry}, variational=False) == Trend(first=-30, best=-30, latest=-12)


@pytest.mark.parametrize("value", [0.0, -3.5, 3e38])
def test_equal_values_run_through_the_middle(value: float) -> None:
    assert {y for _, y in points(sparkline([value] * 3).path)} == {HEIGHT / 2}
