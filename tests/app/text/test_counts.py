"""Counts of several runs, each number said once."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text.counts import grouped_counts, listed


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        ([3000], "3,000 steps"),
        ([1], "1 step"),
        ([3000, 3000], "3,000 steps each"),
        ([3000, 3000, 600], "3,000 steps each but 600 for C"),
        ([3000, 3000, 2300, 600, 3000], "3,000 steps each but 2,300 for C and 600 for D"),
        ([3000, 600], "3,000 steps for A and 600 for B"),
        ([1, 1, 2, 2], "1 step for A and B, 2 for C and D"),
    ],
)
def test_equal_counts_stand_together(counts: list[int], text: str) -> None:
    assert grouped_counts(counts, "ABCDEFGH", "step") == text


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=8))
def test_no_number_is_said_twice_and_every_one_is_said(counts: list[int]) -> None:
    numbers = re.findall(r"[\d,]*\d", grouped_counts(counts, "ABCDEFGH", "step"))
    assert sorted(int(number.replace(",", "")) for number in numbers) == sorted(set(counts))


def test_a_list_ends_with_and() -> None:
    assert [listed(list(names)) for names in ("", "A", "AB", "ABC")] == ["", "A", "A and B", "A, B and C"]
