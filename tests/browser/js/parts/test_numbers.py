"""A page's script writes numbers as its template does."""

import pytest

from app.templating import environment
from tests.browser.js.conftest import Scripts

VALUES = [
    0.0, 1.0, 0.5, 105.567, 4690.26, -4690.26, 1234567.891, 9999999.99, 1e7, 4.91e18, 1e18, -2.5e7, 1e100,
    0.01321, 0.1, 0.999, 0.9999, -0.0132, 0.001, 1.23e-4, 0.00009999, 1.2e-5, 5e-324, 99.996, 0.0999951,
]  # fmt: skip


def test_numbers_are_those_of_the_server(scripts: Scripts) -> None:
    number = environment().filters["number"]
    code = "({ formatNumber }, values) => values.map((value) => formatNumber(value))"
    assert scripts("parts/numbers.js", code, VALUES) == [number(value) for value in VALUES]
    one_digit = "({ formatNumber }, values) => values.map((value) => formatNumber(value, 1))"
    assert scripts("parts/numbers.js", one_digit, VALUES) == [number(value, 1) for value in VALUES]
    assert scripts("parts/numbers.js", "({ formatNumber }) => formatNumber(null)") == number(None)


def test_counts_are_those_of_the_server(scripts: Scripts) -> None:
    number = environment().filters["number"]
    counts = [0, 7, 999, 1000, 123456, 100_000_000, -1234]
    code = "({ formatCount }, counts) => counts.map(formatCount)"
    assert scripts("parts/numbers.js", code, counts) == [number(count) for count in counts]


def test_significant_digits(scripts: Scripts) -> None:
    code = "({ formatSignificant }, [values, digits]) => values.map((value) => formatSignificant(value, digits))"
    written = scripts("parts/numbers.js", code, [[1234.5678, -0.00123456, 1e6, 20, 0], 5])
    assert written == ["1,234.6", "−0.0012346", "1,000,000", "20", "0"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s"), (7.4, "7 s"), (47, "45 s"), (89, "90 s"), (90, "2 min"), (5399, "90 min"), (5400, "1.5 h")],
)
def test_time_left(scripts: Scripts, seconds: float, text: str) -> None:
    assert scripts("parts/numbers.js", "({ formatTimeLeft }, seconds) => formatTimeLeft(seconds)", seconds) == text


def test_time_left_never_grows_while_it_passes(scripts: Scripts) -> None:
    code = "({ formatTimeLeft }, seconds) => seconds.map(formatTimeLeft)"
    written = scripts("parts/numbers.js", code, list(range(20_000, 0, -7)))
    sizes = {"s": 1, "min": 60, "h": 3600}
    amounts = [float(text.split()[0]) * sizes[text.split()[1]] for text in written]
    assert amounts == sorted(amounts, reverse=True)
