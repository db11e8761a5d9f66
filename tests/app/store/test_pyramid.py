import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from app.store.pyramid import ROWS, TERMS, Buckets, packed, unpacked
from vae_core.report import Floats

VALUES = st.one_of(st.floats(-1e6, 1e6, width=32), st.just(np.nan))


def some_steps(n: int) -> st.SearchStrategy[Floats]:
    """Steps [5, n], whose times rise."""
    return arrays(float, (5, n), elements=VALUES).map(lambda rows: np.vstack([np.arange(1.0, n + 1), rows[1:]]))


STEPS = st.integers(1, 70).flatmap(some_steps)


def same(one: Buckets, other: Buckets) -> bool:
    return np.array_equal(one.rows, other.rows, equal_nan=True)


@settings(deadline=None, max_examples=30)
@given(STEPS, st.sampled_from([1, 2, 4, 8, 16]))
def test_a_bucket_has_the_count_least_sum_and_greatest_of_its_finite_values(steps: Floats, width: int) -> None:
    buckets = Buckets.of_steps(steps).merged(width)
    reconstruction, kl = steps[1], steps[2]
    for name, values in (("reconstruction", reconstruction), ("kl", kl), ("elbo", -(reconstruction + kl))):
        term = TERMS.index(name)
        groups = [values[start : start + width] for start in range(0, len(values), width)]
        for bucket, group in enumerate(groups):
            finite = group[np.isfinite(group)]
            assert buckets.count[term, bucket] == len(finite)
            if len(finite):
                assert (buckets.low[term, bucket], buckets.high[term, bucket]) == (finite.min(), finite.max())
                assert buckets.mean[term, bucket] == pytest.approx(finite.mean(), rel=1e-9, abs=1e-6)
            else:
                spread = [buckets.low[term, bucket], buckets.mean[term, bucket], buckets.high[term, bucket]]
                assert np.isnan(spread).all()
    assert buckets.seconds.tolist() == [min(end, len(kl)) for end in range(width, len(kl) + width, width)]


@settings(deadline=None, max_examples=30)
@given(STEPS, st.sampled_from([2, 4, 8]), st.sampled_from([2, 4, 8]))
def test_merging_twice_is_merging_once_bit_for_bit(steps: Floats, first: int, second: int) -> None:
    buckets = Buckets.of_steps(steps)
    assert same(buckets.merged(first).merged(second), buckets.merged(first * second))


@settings(deadline=None, max_examples=30)
@given(some_steps(64), st.sampled_from([16, 32, 48]))
def test_merging_parts_is_merging_the_whole_bit_for_bit(steps: Floats, cut: int) -> None:
    parts = [Buckets.of_steps(part).merged(16).rows for part in (steps[:, :cut], steps[:, cut:])]
    assert same(Buckets.of_rows(np.concatenate(parts, axis=1)), Buckets.of_steps(steps).merged(16))


def test_bytes_are_little_endian_doubles() -> None:
    rows = np.arange(2.0 * ROWS).reshape(ROWS, 2)
    assert packed(rows) == np.array(rows, dtype="<f8").tobytes()
    assert np.array_equal(unpacked(packed(rows), ROWS), rows)
