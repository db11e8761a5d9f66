"""What a comparison comes to, in words."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from app.comparison.compare import Comparison, compare
from app.comparison.summary import of_readings, share_of_reading, unpaired
from app.records import Run
from tests.app.builders import make_run as run
from vae_core.report import Floats, Reading, Report, Scores

Compared = tuple[Comparison, dict[int, Report], dict[int, dict[str, Floats]]]
Pair = Callable[..., Compared]


@pytest.fixture
def pair(report: Report) -> Pair:
    """Two runs, what they scored and their reports."""

    def make(runs: list[Run], *scores: Scores, reading: Sequence[dict[str, float]] = ()) -> Compared:
        reports = {one.id: report for one in runs}
        scored: dict[int, dict[str, Floats]] = {
            one.id: {**each.values, "label": each.label.astype(float)} for one, each in zip(runs, scores, strict=True)
        }
        for one, shifts in zip(runs, reading, strict=False):
            for name, shift in shifts.items():
                scored[one.id][name] = scored[one.id][name] + shift
        return compare(runs, reports, scored), reports, scored

    return make


def test_without_a_shared_bound_the_errors_are_compared(pair: Pair, scores: Callable[..., Scores]) -> None:
    runs = [run(1), run(2, likelihood="gaussian")]
    comparison, _, _ = pair(runs, scores(mse=0.02), scores(mse=0.01))
    assert comparison.headline == (
        "On the same 10 held-out images, B (MSE) has the lower squared error, 50\u00a0±\u00a010\u00a0% below A (BCE); "
        "the cross-entropy of A (BCE) and B (MSE) does not clearly differ (0 nats apart)."
    )


def test_a_shared_bound_comes_first(pair: Pair, scores: Callable[..., Scores]) -> None:
    runs = [run(1), run(2, latent_dim=3), run(3, latent_dim=4)]
    comparison, _, _ = pair(runs, scores(mean=100), scores(mean=90), scores(mean=80))
    sentence = comparison.headline
    assert sentence.startswith(
        "On the same 10 held-out images, C has the lowest −ELBO, 11.1\u00a0±\u00a02.3\u00a0% below B; the squared"
    )


def test_densities_have_no_percentage(pair: Pair, scores: Callable[..., Scores]) -> None:
    runs = [run(1, likelihood="gaussian", sigma=1), run(2, likelihood="gaussian", sigma=0.5)]
    comparison, _, _ = pair(runs, scores(mean=100), scores(mean=90))
    assert "B has the lower −ELBO, 10.0\u00a0±\u00a02.1 nats below A" in comparison.headline


def test_nothing_is_said_of_other_images_or_without_scores(pair: Pair, scores: Callable[..., Scores]) -> None:
    runs = [run(1), run(2, dataset="mnist")]
    comparison, _, _ = pair(runs, scores(), scores())
    assert comparison.headline is None
    assert comparison.images is None
    assert compare(runs[:1] * 2).headline is None


def test_readings_agree_or_not(pair: Pair, scores: Callable[..., Scores]) -> None:
    runs = [run(1), run(2, likelihood="gaussian")]
    comparison, reports, _ = pair(runs, scores(mean=100), scores(mean=90))
    assert of_readings(comparison.readings, runs, reports, "AB") == "However the outputs are read, B is ahead."
    comparison, reports, _ = pair(runs, scores(), scores())
    assert "No run is clearly ahead" in of_readings(comparison.readings, runs, reports, "AB")
    comparison, reports, _ = pair(runs, scores(), scores(), reading=({"soft_bernoulli": 3.0}, {"gaussian_fitted": 3.0}))
    sentence = of_readings(comparison.readings, runs, reports, "AB")
    assert sentence.endswith("B (Bernoulli: BCE of the grey levels); A (Gaussian, σ fitted).")


def test_a_bce_and_a_cb_run_differ_by_a_share_of_the_reading(
    pair: Pair, scores: Callable[..., Scores], report: Report
) -> None:
    runs = [run(1), run(2, likelihood="continuous_bernoulli", dequantize=True)]
    comparison, reports, _ = pair(runs, scores(), scores())
    better = tuple(replace(one, elbo=one.elbo + 100) for one in report.xray)
    reports[2] = replace(report, xray=better)
    assert "make up for 35\u00a0% of that" in of_readings(comparison.readings, runs, reports, "AB")


def test_runs_that_cannot_be_paired_say_what_is_missing(pair: Pair, scores: Callable[..., Scores]) -> None:
    runs = [run(1), run(2), run(3, examine=False)]
    _, reports, scored = pair(runs, scores(), scores(), scores())
    assert unpaired(runs, reports, scored, "ABC") is None
    del scored[1], scored[3], reports[3]
    sentence = unpaired(runs, reports, scored, "ABC")
    assert "A: it ended before images were scored one by one, so rerun it to pair" in sentence
    assert "C: its configuration leaves the examination out" in sentence
    assert "B:" not in sentence


def with_elbos(report: Report, **elbos: float) -> list[Reading]:
    """The report's X-ray with other ELBOs in the named rows."""
    return [replace(one, elbo=elbos.get(one.name, one.elbo)) for one in report.xray]


def test_the_share_of_the_reading_is_the_papers(report: Report) -> None:
    """1470, 1139 and 1416 nats (Loaiza-Ganem and Cunningham 2019): 84 % of 331."""
    bce = with_elbos(report, continuous_bernoulli_raw=1139.0, continuous_bernoulli_mean=1416.0)
    cb = with_elbos(report, continuous_bernoulli_raw=1470.0)
    sentence = share_of_reading(bce, cb)
    assert "331 nats behind" in sentence
    assert "83.7\u00a0% of that" in sentence
    assert share_of_reading(cb, bce[:1]) is None
    worse = with_elbos(report, continuous_bernoulli_raw=1000.0)
    assert share_of_reading(bce, worse) is None
