"""Numbers and times as people read them."""

import pytest

from app.web.words import duration, moment, number, signed, time_left


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (105.571, "105.57"),
        (4690, "4,690"),
        (0.013249, "0.0132"),
        (0.0, "0.00"),
        (None, "—"),
        (-3.0, "−3.00"),
        (12345.678, "12,345.68"),
    ],
)
def test_numbers(value: float | None, said: str) -> None:
    assert number(value) == said


def test_differences_have_a_sign() -> None:
    assert [signed(value) for value in (1.5, -1.5, 0.0, None)] == ["+1.50", "−1.50", "±0.00", "—"]


@pytest.mark.parametrize(
    ("seconds", "said"), [(4.21, "4.2 s"), (200, "3 min 20 s"), (3900, "1 h 5 min"), (None, "—"), (59.99, "60.0 s")]
)
def test_durations(seconds: float | None, said: str) -> None:
    assert duration(seconds) == said


def test_moments_are_utc() -> None:
    assert moment("2026-11-22T10:00:00.000Z") == "2026-11-22 10:00 UTC"


def test_time_left_is_the_pace_so_far_and_no_early_guess() -> None:
    run = {"status": "running", "step": 100, "total_steps": 400, "seconds": 10.0}
    assert time_left(run) == 30.0
    assert time_left(run | {"step": 1}) is None
    assert time_left(run | {"status": "finished"}) is None
