"""Statistics over seeds: equal to scipy's own, honest about n, and covering what they say."""

import numpy as np
import pytest
from scipy import stats

from app.comparison.seeds import contrast, holm, permutation_floor, spread

THREE = [0.0349, 0.0351, 0.0344]


def test_one_seed_has_no_spread() -> None:
    one = spread([0.5])
    assert (one.n, one.mean, one.sd, one.low, one.high, one.half_width) == (1, 0.5, None, None, None, None)


def test_the_interval_is_students() -> None:
    made = spread(THREE)
    known = stats.t.interval(0.95, 2, np.mean(THREE), stats.sem(THREE))
    assert (made.low, made.high) == pytest.approx(known, rel=1e-12)
    assert (made.mean, made.sd) == pytest.approx((np.mean(THREE), np.std(THREE, ddof=1)), rel=1e-12)


@pytest.mark.parametrize("n", [3, 5, 10])
def test_the_intervals_cover_what_they_say(n: int) -> None:
    sets = np.random.default_rng(n).normal(3.0, 0.7, (2000, n))
    means = [spread(values) for values in sets.tolist()]
    held = sum(each.low is not None and each.high is not None and each.low <= 3.0 <= each.high for each in means)
    assert 0.93 <= held / 2000 <= 0.97
    others = np.random.default_rng(100 + n).normal(2.0, 0.7, (2000, n))
    for first in (0, 100):  # the same seeds, and other ones
        pairs = zip(sets.tolist(), others.tolist(), strict=True)
        made = [contrast(0, 1, "mse", dict(enumerate(a)), dict(enumerate(b, first))) for a, b in pairs]
        held = sum(each.low is not None and each.high is not None and each.low <= 1.0 <= each.high for each in made)
        assert 0.93 <= held / 2000 <= 0.97


def test_the_same_seeds_are_compared_seed_by_seed() -> None:
    ours, theirs = {0: 1.0, 1: 1.2, 2: 0.9, 7: 5.0}, {0: 1.5, 1: 1.9, 2: 1.2, 8: 0.0}
    made = contrast(0, 1, "mse", ours, theirs)
    known = stats.ttest_rel([1.0, 1.2, 0.9], [1.5, 1.9, 1.2])
    interval = known.confidence_interval(0.95)
    assert (made.paired, made.n, made.same_way) == (True, 3, 3)
    assert (made.low, made.high, made.p) == pytest.approx((interval.low, interval.high, known.pvalue), rel=1e-9)
    assert made.difference == pytest.approx(-0.5)


def test_other_seeds_are_compared_by_welch() -> None:
    ours, theirs = {0: 1.0, 1: 1.2, 2: 0.9}, {10: 1.5, 11: 1.9, 12: 1.2, 13: 1.3}
    made = contrast(1, 0, "mse", ours, theirs)
    known = stats.ttest_ind(list(ours.values()), list(theirs.values()), equal_var=False)
    interval = known.confidence_interval(0.95)
    assert (made.paired, made.n, made.same_way) == (False, 3, None)
    assert (made.low, made.high, made.p) == pytest.approx((interval.low, interval.high, known.pvalue), rel=1e-9)


def test_a_seed_each_proves_nothing() -> None:
    made = contrast(0, 1, "mse", {0: 1.0}, {0: 2.0})
    assert (made.difference, made.low, made.p, made.detectable, made.needed, made.clear) == (
        -1.0, None, None, None, None, False,
    )  # fmt: skip
    assert contrast(0, 1, "mse", {0: 1.0, 1: 2.0}, {0: 3.0}).low is None


def test_seeds_that_change_nothing_leave_no_doubt() -> None:
    made = contrast(0, 1, "mse", {0: 1.0, 1: 1.0}, {0: 2.0, 1: 2.0})
    assert (made.difference, made.low, made.high, made.p, made.needed) == (-1.0, -1.0, -1.0, 0.0, None)
    assert contrast(0, 1, "mse", {0: 1.0, 1: 1.0}, {5: 2.0, 6: 2.0}).p == 0.0
    assert contrast(0, 1, "mse", {0: 1.0, 1: 1.0}, {0: 1.0, 1: 1.0}).p is None


def test_as_many_seeds_as_are_said_find_the_difference() -> None:
    """Of simulated sets with the difference and the deviation that were seen, four in five are significant."""
    apart = np.array([-0.2, 0.9, 0.3, -0.4])
    made = contrast(0, 1, "mse", dict(enumerate(apart.tolist())), dict.fromkeys(range(4), 0.0))
    assert made.needed is not None
    assert made.p is not None
    assert made.p > 0.05
    sets = np.random.default_rng(0).normal(made.difference, apart.std(ddof=1), (4000, made.needed))
    found = np.mean(stats.ttest_1samp(sets, 0, axis=1).pvalue < 0.05)
    assert 0.78 < found < 0.84
    with_these = contrast(
        0, 1, "mse", dict(enumerate((apart / apart.std(ddof=1)).tolist())), dict.fromkeys(range(4), 0.0)
    )
    assert with_these.detectable == pytest.approx((stats.t.ppf(0.975, 3) + stats.t.ppf(0.8, 3)) / 2)


def test_many_comparisons_are_paid_for() -> None:
    assert holm([0.01, None, 0.04, 0.03]) == pytest.approx([0.03, None, 0.06, 0.06])
    assert holm([]) == []
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_few_seeds_cannot_have_a_small_p_by_permutation() -> None:
    differences = (np.ones(5) * [1.0, 2.0, 3.0, 1.5, 2.5],)
    known = stats.permutation_test(differences, np.mean, permutation_type="samples", n_resamples=np.inf)
    assert permutation_floor(5) == known.pvalue == 0.0625
