from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.database.engine import Database
from app.database.tables import RunRow
from app.records import Run
from app.store import steps, summaries
from app.store.summaries import EMPTY, POINTS
from vae_core.events import StepTerms


def test_the_first_last_least_and_greatest_of_each_term(
    database: Database, running: RunRow, block: Callable[..., StepTerms]
) -> None:
    whole = block(1, 300)
    whole.kl[6] = np.nan
    with database.write() as session:
        for block_ in whole.split(50):
            steps.append(session, running.id, block_)
        extremes = summaries.extremes(session, [running.id])[running.id]
    low, high = int(np.nanargmin(whole.kl)), int(np.nanargmax(whole.kl))
    assert extremes["kl"].model_dump() == {
        "first": (1, whole.kl[0]),
        "last": (300, whole.kl[-1]),
        "min": (low + 1, whole.kl[low]),
        "max": (high + 1, whole.kl[high]),
    }
    assert set(extremes) == {"reconstruction", "kl", "elbo", "loss", "beta"}
    assert extremes["beta"].min == (1, 1.0), "of equal values the earliest"


def test_a_term_that_was_never_finite_has_none(
    database: Database, running: RunRow, block: Callable[..., StepTerms]
) -> None:
    with database.write() as session:
        steps.append(session, running.id, replace(block(1, 3, kl=False), loss=np.full(3, np.inf)))
        assert set(summaries.extremes(session, [running.id])[running.id]) == {"reconstruction"}


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 90), min_size=1, max_size=12))
def test_a_sparkline_is_the_means_of_equal_parts_however_it_grew(sizes: list[int]) -> None:
    step = np.arange(1, sum(sizes) + 1)
    value = np.sin(step * 1.0)
    spark = EMPTY
    for end, size in zip(np.cumsum(sizes), sizes, strict=True):
        spark = spark.grown(step[end - size : end], value[end - size : end])
    assert POINTS / 2 < len(spark.means) <= POINTS or spark.width == 1
    expected = [value[start : start + spark.width].mean() for start in range(0, len(step), spark.width)]
    assert spark.means == pytest.approx(expected)


def test_a_gap_in_a_sparkline_is_none() -> None:
    spark = EMPTY.grown(np.arange(1, 4), np.array([1.0, np.nan, 3.0]))
    assert spark.means == [1.0, None, 3.0]


def test_sparklines_show_the_negative_elbo_or_an_autoencoders_reconstruction(
    database: Database, running: RunRow, new_run: Callable[..., Run], block: Callable[..., StepTerms]
) -> None:
    auto, empty = new_run().id, new_run().id
    with database.write() as session:
        steps.append(session, running.id, block(1, 40))
        steps.append(session, auto, block(1, 40, kl=False))
        sparks = summaries.sparks(session, [running.id, auto, empty])
    assert sparks == {
        running.id: pytest.approx((-block(1, 40).elbo).tolist()),
        auto: pytest.approx(block(1, 40).reconstruction.tolist()),
    }


def test_the_summary_goes_when_its_transaction_does(
    database: Database, running: RunRow, block: Callable[..., StepTerms]
) -> None:
    def fail() -> None:
        with database.write() as session:
            steps.append(session, running.id, block(1, 600))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.read() as session:
        assert summaries.extremes(session, [running.id]) == {}
        assert steps.window(session, running.id).step == []
