"""Numbers and times as people read them."""

import pytest

from app.comparison.pairing import Gap
from app.text.numbers import (
    called,
    duration,
    format_number,
    gap,
    interval,
    moment,
    number,
    percent,
    rounded,
    signed,
    time_left,
    within,
)
from tests.app.builders import make_run


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (105.571, "105.57"),
        (4690, "4,690"),
        (0.013249, "0.0132"),
        (0.0, "0.00"),
        (None, "—"),
        (-3.0, "−3.00"),
        (12345.678, "12,345.68"),
        (-4.9109e18, "−4.91e+18"),
    ],
)
def test_numbers(value: float | None, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "half_width", "text"),
    [
        (12.04, 1.13, "12.0 ± 1.1"),
        (-0.00213, 0.00012, "−0.00213 ± 0.00012"),
        (1234.5, 99.0, "1,234 ± 99"),
        (-4.0, None, "−4.00"),
        (0.0, 0.0, "0.00"),
        (None, 1.0, "—"),
    ],
)
def test_an_interval_has_two_digits_of_its_width(value: float | None, half_width: float | None, text: str) -> None:
    assert interval(value, half_width) == text


def test_a_gap_has_its_sign_its_interval_and_its_share() -> None:
    assert gap(Gap(-0.5, 0.11, 40, -0.042)) == "−0.50 ± 0.11 (−4.2 %)"
    assert gap(Gap(3.0)) == "+3.00"
    assert gap(None) == ""


def test_quantities_and_readings_are_called_by_their_names() -> None:
    assert called("mse_per_pixel") == "MSE per pixel"
    assert called("gaussian_fitted") == "−ELBO as Gaussian, σ fitted"


def test_differences_have_a_sign() -> None:
    assert [signed(value) for value in (1.5, -1.5, 0.0, None)] == ["+1.50", "−1.50", "±0.00", "—"]


@pytest.mark.parametrize(
    ("value", "se", "text"),
    [
        (24.58277, 0.158, "24.58 ± 0.16"),
        (6.82101, 0.00848, "6.821 ± 0.008"),
        (-1234.5, 12.0, "−1,234.50 ± 12.00"),
        (0.5, 0.0, "0.50 ± 0.00"),
        (105.571, None, "105.57"),
        (None, 0.1, "—"),
    ],
)
def test_a_number_has_the_digits_that_its_error_leaves(value: float | None, se: float | None, text: str) -> None:
    assert within(value, se) == text


def test_shares_are_percent() -> None:
    texts = [percent(share) for share in (0.70208, 0.90833, 1.0, 0.0, None)]
    assert texts == ["70.2 %", "90.8 %", "100 %", "0 %", "—"]


def test_estimates_are_rounded_to_hundredths() -> None:
    assert [rounded(value) for value in (5.8031, -4.67e-7, -0.31, None)] == ["5.80", "0.00", "−0.310", "—"]


@pytest.mark.parametrize(
    ("seconds", "text"), [(4.21, "4.2 s"), (200, "3 min 20 s"), (3900, "1 h 5 min"), (None, "—"), (59.99, "60.0 s")]
)
def test_durations(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


def test_moments_are_utc() -> None:
    assert moment("2026-11-22T10:00:00.000Z") == "2026-11-22 10:00 UTC"


def test_time_left_is_the_pace_so_far_and_no_early_guess() -> None:
    run = make_run(max_steps=400).model_copy(update={"status": "running", "step": 100, "seconds": 10.0})
    assert time_left(run) == 30.0
    assert time_left(run.model_copy(update={"step": 1})) is None
    assert time_left(run.model_copy(update={"status": "finished"})) is None


def test_numbers_in_a_sentence_have_the_digits_that_matter() -> None:
    assert [format_number(value) for value in (784.0, 0.70710678, 150_528.2, 1 / 784, 2.5e12)] == [
        "784",
        "0.7071",
        "150,528",
        "0.001276",
        "2.5e+12",
    ]
