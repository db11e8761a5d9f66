"""Numbers and times as people read them."""

import re
from math import inf

import hypothesis
import pytest
from hypothesis import strategies as st

from app.comparison.pairing import Gap
from app.text.numbers import (
    called,
    column,
    distinct,
    duration,
    format_number,
    gap,
    given,
    interval,
    moment,
    number,
    percent,
    remaining,
    rounded,
    share,
    signed,
    table,
    time_left,
    within,
)
from tests.app.builders import make_run
from tests.app.text.number_cases import COLUMNS, COUNTS, GIVEN, LEFT, MEASURED, S, split

FINITE = st.floats(-1e300, 1e300)
COMMON = st.floats(1e-9, 1e12) | st.floats(-1e12, -1e-9) | st.just(0.0)
WIDTHS = st.floats(1e-8, 1e8)
DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--")


def parse(text: str) -> float:
    """The value of a number as it is written."""
    size, _, power = text.replace(",", "").partition("×10")
    size, power = size.translate(DIGITS), power.translate(DIGITS)
    if size.startswith(("10-", "-10-")) or re.search("[⁰¹²³⁴⁵⁶⁷⁸⁹]", text.partition("×")[0]):  # a power alone
        sign, power = (-1.0, size.removeprefix("-10")) if size.startswith("-") else (1.0, size.removeprefix("10"))
        return sign * float(f"1e{power}")
    return float(f"{size}e{power or 0}")


def test_numbers_by_the_table_that_scripts_are_tested_by() -> None:
    for write, cases in ((number, MEASURED + COUNTS), (format_number, GIVEN), (column, COLUMNS), (remaining, LEFT)):
        values, texts = split(cases)
        assert [write(value) for value in values] == texts


@hypothesis.given(FINITE)
def test_a_number_means_what_it_says_to_three_digits(value: float) -> None:
    for text in (number(value), format_number(value)):
        assert parse(text) == pytest.approx(value, rel=0.00501, abs=3e-324)
        assert "-" not in text
        assert "e" not in text
        assert not re.fullmatch(r"−[0.,]*", text)


@hypothesis.given(FINITE, FINITE)
def test_a_larger_number_is_never_written_smaller(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert parse(number(low)) <= parse(number(high))
    assert parse(format_number(low)) <= parse(format_number(high))


@hypothesis.given(st.lists(FINITE | COMMON | st.none(), max_size=8))
def test_a_column_is_all_decimals_or_none(values: list[float | None]) -> None:
    sizes = [abs(value) for value in values if value]
    far = 9.995e9 if min(sizes, default=0) < 9.995e6 else inf  # a far larger number has a power of its own
    texts = {text for text, value in zip(column(values), values, strict=True) if value and abs(value) < far}
    assert len({"×10" in text for text in texts}) <= 1
    alone = {text for text, value in zip(column(values), values, strict=True) if value and abs(value) >= far}
    assert all("×10" in text for text in alone)
    for text, value in zip(column(values), values, strict=True):
        if value is None:
            assert text == "—"
        else:
            assert parse(text) == pytest.approx(value, rel=0.00501, abs=3e-324)
            assert "-" not in text


@hypothesis.given(COMMON, WIDTHS)
def test_an_interval_has_two_digits_of_its_width_and_no_line_ends_inside(value: float, width: float) -> None:
    for text in (within(value, width), interval(value, width, "+"), gap(Gap(value, width, 40, 0.1))):
        assert " " not in text.partition(" (")[0]
        assert "-" not in text
        assert not re.search(r"[−+][0.,]*(?:$|[^\d.,])", text)
    if "±" not in within(value, width):
        assert width < 1e-6 * abs(value)
        return
    plain, _, power = within(value, width).partition(")×10")
    mean, _, half = plain.removeprefix("(").partition(f"{S}±{S}")
    scale = float(f"1e{power.translate(DIGITS) or 0}")
    assert parse(half) * scale == pytest.approx(width, rel=0.0501)
    assert abs(parse(mean) * scale - value) <= 0.51 * width
    assert mean.partition(".")[2].__len__() == half.partition(".")[2].__len__()


def test_the_numbers_of_a_formula_have_one_notation() -> None:
    assert given([8.14e-5, 0.00025]) == ["0.0000814", "0.000250"]
    assert given([1.0, 2e-5]) == ["1", "2×10⁻⁵"]
    assert given([0.5, 10.0]) == ["0.5", "10"]


def test_a_table_has_one_notation_a_column_and_keeps_its_texts() -> None:
    rows: list[list[str | float | None]] = [["A", 0.000109, 3], ["B", 9.45e-5, None]]
    assert table(rows) == [["A", "0.000109", "3"], ["B", "0.0000945", "—"]]


@pytest.mark.parametrize(
    ("value", "half_width", "text"),
    [
        (12.04, 1.13, f"12.0{S}±{S}1.1"),
        (-0.00213, 0.00012, f"−0.00213{S}±{S}0.00012"),
        (1234.5, 99.0, f"1,235{S}±{S}99"),
        (9_084_670.37, 8294.0, f"9,084,700{S}±{S}8,300"),
        (-0.3, 12.0, f"0{S}±{S}12"),
        (9.45e-5, 1.2e-6, f"(9.45{S}±{S}0.12)×10⁻⁵"),
        (24.5, 1e-9, "24.5"),
        (-4.0, None, "−4.00"),
        (0.0, 0.0, "0"),
        (None, 1.0, "—"),
    ],
)
def test_an_interval_has_two_digits_of_its_width(value: float | None, half_width: float | None, text: str) -> None:
    assert interval(value, half_width) == text


def test_a_gap_has_its_sign_its_interval_and_its_share() -> None:
    assert gap(Gap(-0.5, 0.11, 40, -0.042)) == f"−0.50{S}±{S}0.11 (−4.2{S}%)"
    assert gap(Gap(-0.5, 0.21, 40, -0.042)) == f"−0.50{S}±{S}0.21 (−4{S}%)"
    assert gap(Gap(-0.000491, 0.0012, 40, -0.001)) == f"−0.0005{S}±{S}0.0012"  # nothing but noise
    assert gap(Gap(3.0)) == "+3.00"
    assert gap(None) == ""


def test_quantities_and_readings_are_called_by_their_names() -> None:
    assert called("mse_per_pixel") == "MSE per pixel"
    assert called("gaussian_fitted") == "−ELBO as Gaussian, σ fitted"


def test_differences_have_a_sign() -> None:
    assert [signed(value) for value in (1.5, -1.5, 0.0, None)] == ["+1.50", "−1.50", "±0", "—"]


@pytest.mark.parametrize(
    ("value", "se", "text"),
    [
        (24.58277, 0.158, f"24.58{S}±{S}0.16"),
        (6.82101, 0.00848, f"6.8210{S}±{S}0.0085"),
        (-1234.5, 12.0, f"−1,235{S}±{S}12"),
        (0.5, 0.0, "0.500"),
        (105.571, None, "106"),
        (None, 0.1, "—"),
    ],
)
def test_a_number_has_the_digits_that_its_error_leaves(value: float | None, se: float | None, text: str) -> None:
    assert within(value, se) == text


def test_shares_are_percent() -> None:
    texts = [percent(share) for share in (0.70208, 0.90833, 1.0, 0.0, None)]
    assert texts == [f"70.2{S}%", f"90.8{S}%", f"100{S}%", f"0{S}%", "—"]
    assert [share(part) for part in (0.634, 0.001)] == [f"63{S}%", f"0{S}%"]


def test_estimates_are_rounded_to_hundredths() -> None:
    assert [rounded(value) for value in (5.8031, -4.67e-7, -0.31, None)] == ["5.80", "0.00", "−0.31", "—"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(4.21, "4.2 s"), (12.34, "12 s"), (200, "3 min 20 s"), (3900, "1 h 5 min"), (None, "—"), (59.99, "1 min")],
)
def test_durations(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text.replace(" ", S)


def test_moments_are_utc() -> None:
    assert moment("2026-11-22T10:00:00.000Z") == "2026-11-22 10:00 UTC"


def test_time_left_is_the_pace_so_far_and_no_early_guess() -> None:
    run = make_run(max_steps=400).model_copy(update={"status": "running", "step": 100, "seconds": 10.0})
    assert time_left(run) == 30.0
    assert time_left(run.model_copy(update={"step": 1})) is None
    assert time_left(run.model_copy(update={"status": "finished"})) is None


def test_close_values_get_the_digits_that_keep_them_apart() -> None:
    assert distinct([0.0224, 0.0349, 0.0667]) == ["0.0224", "0.0349", "0.0667"]
    assert distinct([0.022401, 0.022404]) == ["0.022401", "0.022404"]
    assert distinct([105.571, 105.574]) == ["105.571", "105.574"]
    assert distinct([0.5, 0.5]) == ["0.500", "0.500"]
    assert distinct([0.00999999977, 0.02]) == ["0.0100", "0.0200"]  # as a float32 stores 0.01
    assert distinct([-3.5, 9.45e-5, 0.0]) == ["−3.50", "0.0000945", "0"]
