"""A sketch's points keep their order, in the box, above or below the line as the values are."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.plots.sketch import HEIGHT, MOST_DOTS, WIDTH, sketch

NUMBERS = st.floats(-1e9, 1e9)


@example([2e-311], 0.0)  # so close that a scale would be infinite
@given(st.lists(NUMBERS, min_size=1, max_size=50), NUMBERS)
def test_points_lie_in_the_box_and_on_their_side_of_the_line(values: list[float], line: float) -> None:
    drawn = sketch(values, line)
    xs = [x for x, _ in drawn.points]
    assert xs == sorted(xs)
    assert len(drawn.dots) == (len(values) if len(values) <= MOST_DOTS else 0)
    for (x, y), value in zip(drawn.points, values, strict=True):
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT
        assert (y - drawn.line) * (value - line) <= 0  # y runs downwards


@pytest.mark.parametrize(
    ("values", "line", "logarithmic"), [([3.0, 0.01], 50, True), ([3.0, 0.0], 50, False), ([1.0, 2.0], 3, False)]
)
def test_values_far_apart_are_drawn_by_their_logarithms(values: list[float], line: float, logarithmic: bool) -> None:
    assert sketch(values, line).logarithmic is logarithmic
