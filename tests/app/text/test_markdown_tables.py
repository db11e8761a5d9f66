"""Tables out of Markdown, and what was measured against the formula that stands beside it."""

from pathlib import Path

import pytest

from app.text.markdown_tables import Grid, grids

ESTIMATOR = grids((Path(__file__).parents[3] / "docs" / "estimator.md").read_text())


def test_a_table_is_read_as_it_was_written() -> None:
    text = "# Title\n\n## Words\n\nnone here\n\n## Shares\n\n| | L = 1 |\n|---|---|\n| **M = 10** | 73% |\n\n## End\n"
    assert grids(text) == [Grid("Shares", ("", "L = 1"), (("M = 10", "73%"),))]
    assert grids(text)[0].numbers() == [[0.73]]


def test_the_estimators_tables_are_all_there() -> None:
    assert len(ESTIMATOR) == 8
    assert {(len(grid.rows), len(grid.head)) for grid in ESTIMATOR} == {(4, 6)}


@pytest.mark.parametrize("number", [0, 2, 4, 6])
def test_what_was_measured_follows_the_formula(number: int) -> None:
    """From one cell, M = 100 and L = 1, (V_x + V_z/L)/M foretells every other ratio to a tenth."""
    ratios, shares = ESTIMATOR[number].numbers(), ESTIMATOR[number + 1].numbers()
    snr, share = ratios[2][0], shares[2][0]
    for row, M in zip(ratios, (10, 32, 100, 500), strict=True):
        for ratio, L in zip(row, (1, 2, 5, 10, 50), strict=True):
            assert ratio == pytest.approx(snr * ((M / 100) / (1 - share + share / L)) ** 0.5, rel=0.1)
