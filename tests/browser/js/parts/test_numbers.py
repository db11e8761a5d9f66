"""A page's script writes numbers as the server does: by the same cases."""

from typing import Any

import pytest

from tests.app.text.number_cases import COLUMNS, COUNTS, GIVEN, LEFT, MEASURED, split
from tests.browser.js.conftest import Scripts

CASES: dict[str, list[Any]] = {
    "formatNumber": MEASURED,
    "formatSignificant": GIVEN,
    "formatCount": COUNTS,
    "formatColumn": COLUMNS,
    "formatTimeLeft": LEFT,
}


@pytest.mark.parametrize("name", CASES)
def test_numbers_are_those_of_the_server(scripts: Scripts, name: str) -> None:
    values, texts = split(CASES[name])
    code = f"({{ {name} }}, values) => values.map((value) => {name}(value))"
    assert scripts("parts/numbers.js", code, values) == texts


def test_a_line_of_equal_values_has_the_digits_that_it_needs(scripts: Scripts) -> None:
    code = "({ formatSignificant }, values) => values.map((value) => formatSignificant(value, 6))"
    assert scripts("parts/numbers.js", code, [102.5, 6e11, -0.00123456]) == ["102.5", "6×10¹¹", "−0.00123456"]


def test_time_left_never_grows_while_it_passes(scripts: Scripts) -> None:
    code = "({ formatTimeLeft }, seconds) => seconds.map(formatTimeLeft)"
    written = scripts("parts/numbers.js", code, list(range(20_000, 0, -7)))
    sizes = {"s": 1, "min": 60, "h": 3600}
    amounts = [float(text.split()[0]) * sizes[text.split()[1]] for text in written]
    assert amounts == sorted(amounts, reverse=True)
