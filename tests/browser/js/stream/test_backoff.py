"""How long a page waits before it tries to connect again."""

import pytest

from tests.browser.js.conftest import Scripts

FAILURES = list(range(1, 40))
WAITS = "({ backoff }, [failures, random]) => failures.map((count) => backoff(count, random))"


def test_waits_double_up_to_half_a_minute(scripts: Scripts) -> None:
    waits = scripts("stream/backoff.js", WAITS, [FAILURES, 0.5])
    assert waits[:7] == [500, 1000, 2000, 4000, 8000, 16000, 30000]
    assert set(waits[6:]) == {30000}


@pytest.mark.parametrize("random", [0, 0.3, 0.999])
def test_each_wait_is_at_least_the_one_before(scripts: Scripts, random: float) -> None:
    waits = scripts("stream/backoff.js", WAITS, [FAILURES, random])
    assert waits == sorted(waits)


def test_the_jitter_is_a_quarter_to_either_side(scripts: Scripts) -> None:
    low, middle, high = (scripts("stream/backoff.js", WAITS, [FAILURES, random]) for random in (0, 0.5, 1))
    assert low == pytest.approx([0.75 * wait for wait in middle])
    assert high == pytest.approx([1.25 * wait for wait in middle])


def test_by_itself_it_is_random_within_these(scripts: Scripts) -> None:
    code = "({ backoff }) => Array.from({ length: 200 }, () => backoff(4))"
    waits = scripts("stream/backoff.js", code)
    assert 3000 <= min(waits) < 3500
    assert 4500 < max(waits) <= 5000
