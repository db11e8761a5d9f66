"""The names of reference lines: near their lines, none on another."""

from itertools import pairwise

import pytest

from tests.browser.js.conftest import Scripts

CALL = "({ apart }, [places, gap, bounds]) => apart(places, gap, bounds)"


@pytest.mark.parametrize(
    ("places", "stand"),
    [
        ([], []),
        ([40], [40]),
        ([10, 50, 90], [10, 50, 90]),
        ([50, 50], [42.5, 57.5]),  # neighbours share the way
        ([50, 52, 54], [37, 52, 67]),
        ([0, 1], [0, 15]),  # inside the row
        ([99, 100], [85, 100]),
        ([10, 20, 30, 90], [5, 20, 35, 90]),
    ],
)
def test_names_are_moved_apart_as_little_as_can_be(scripts: Scripts, places: list[float], stand: list[float]) -> None:
    assert scripts("charts/references.js", CALL, [places, 15, [0, 100]]) == pytest.approx(stand)


def test_many_names_keep_their_order_and_their_gap(scripts: Scripts) -> None:
    places = sorted((7 * i) % 100 for i in range(6))
    stand = scripts("charts/references.js", CALL, [places, 15, [0, 100]])
    assert stand == sorted(stand)
    assert min(after - before for before, after in pairwise(stand)) >= 15 - 1e-9
