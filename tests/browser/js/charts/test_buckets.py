"""Streamed steps fall into the same buckets as the store's."""

import pytest

from tests.browser.js.conftest import Scripts
from tests.browser.js.steps import TERMS, Columns, bucketed, near, streamed

WIDTHS = (1, 2, 4, 16)
LAST = 75
READ = """
function read(buckets) {
  const { width, length, last, step, epoch, seconds, nonfinite, nonfiniteCount } = buckets;
  const own = { width, length, last, step, epoch, seconds, nonfinite, nonfiniteCount };
  return { ...own, starts: step.map((_, i) => buckets.start(i)), ...Object.fromEntries(buckets.terms) };
}
"""
APPEND = (
    "({ Buckets }, [stored, batches]) => {"
    + READ
    + """
  const buckets = new Buckets(stored ?? undefined);
  for (const batch of batches) buckets.append(batch);
  return read(buckets);
}"""
)


def close(read: Columns, to: Columns) -> None:
    """Equal but for the last digits of means."""
    assert read.keys() == to.keys()
    for name, value in to.items():
        if name in TERMS:
            for way in ("min", "mean", "max"):
                assert read[name][way] == near(value[way]), (name, way)
        else:
            assert read[name] == value, name


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("stored", [5, 16, 31, 74])
@pytest.mark.parametrize("batch", [1, 7, 100])
def test_streamed_steps_make_what_the_store_would_answer(scripts: Scripts, width: int, stored: int, batch: int) -> None:
    batches = [streamed(first, min(first + batch - 1, LAST)) for first in range(stored + 1, LAST + 1, batch)]
    grown = scripts("charts/buckets.js", APPEND, [bucketed(streamed(1, stored), width), batches])
    whole = scripts("charts/buckets.js", APPEND, [bucketed(streamed(1, LAST), width), []])
    close(grown, whole)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_full_bucket_never_changes_and_every_boundary_stays(scripts: Scripts, width: int) -> None:
    full = LAST // width
    before = scripts("charts/buckets.js", APPEND, [bucketed(streamed(1, LAST), width), []])
    after = scripts("charts/buckets.js", APPEND, [bucketed(streamed(1, LAST), width), [streamed(LAST + 1, 3 * LAST)]])
    assert after["starts"] == [k * width + 1 for k in range(after["length"])]
    assert after["step"] == [min((k + 1) * width, 3 * LAST) for k in range(after["length"])]
    for name in ("step", "epoch", "seconds", "starts"):
        assert after[name][:full] == before[name][:full]
    for name in TERMS:
        for way in ("min", "mean", "max"):
            assert after[name][way][:full] == before[name][way][:full]


@pytest.mark.parametrize("width", WIDTHS)
def test_means_weighed_by_their_steps_add_up_to_the_sum(scripts: Scripts, width: int) -> None:
    stored, rest = bucketed(streamed(1, 30), width), streamed(31, LAST)
    buckets = scripts("charts/buckets.js", APPEND, [stored, [rest]])
    steps = streamed(1, LAST)
    for name in TERMS:
        finite = [value is not None for value in steps[name]]
        counts = [sum(finite[start - 1 : end]) for start, end in zip(buckets["starts"], buckets["step"], strict=True)]
        weighed = sum(n * mean for n, mean in zip(counts, buckets[name]["mean"], strict=True) if mean is not None)
        assert weighed == pytest.approx(sum(value for value in steps[name] if value is not None), rel=1e-12)


def test_the_range_holds_the_mean(scripts: Scripts) -> None:
    buckets = scripts("charts/buckets.js", APPEND, [bucketed(streamed(1, 30), 4), [streamed(31, LAST)]])
    for name in TERMS:
        low, mean, high = (buckets[name][way] for way in ("min", "mean", "max"))
        assert all(a is b is c is None or a <= b <= c for a, b, c in zip(low, mean, high, strict=True))


def test_steps_that_are_there_are_left_out(scripts: Scripts) -> None:
    twice = [streamed(20, 40), streamed(20, 40), streamed(35, 60), streamed(1, 10)]
    grown = scripts("charts/buckets.js", APPEND, [bucketed(streamed(1, 25), 4), twice])
    close(grown, scripts("charts/buckets.js", APPEND, [bucketed(streamed(1, 60), 4), []]))
    assert len(set(grown["nonfinite"])) == grown["nonfiniteCount"]


def test_a_run_whose_first_steps_are_streamed_has_one_point_a_step(scripts: Scripts) -> None:
    steps = streamed(1, LAST)
    grown = scripts("charts/buckets.js", APPEND, [None, [streamed(1, 40), streamed(41, LAST)]])
    assert (grown["width"], grown["length"], grown["last"]) == (1, LAST, LAST)
    for name in TERMS:
        assert grown[name]["min"] == grown[name]["mean"] == grown[name]["max"] == steps[name]


def test_no_steps_are_no_points(scripts: Scripts) -> None:
    empty = scripts("charts/buckets.js", APPEND, [None, []])
    assert (empty["length"], empty["last"], empty["nonfiniteCount"]) == (0, 0, 0)
