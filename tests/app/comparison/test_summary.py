"""What a comparison comes to, in words."""

from dataclasses import asdict, replace
from typing import Any

import pytest

from app.comparison.compare import compare
from app.comparison.summary import headline, labels, of_readings, unpaired
from app.records import Run
from vae_core.config.train_config import TrainConfig


def run(id: int, **changes: Any) -> Run:
    config = TrainConfig.parse(changes)
    return Run(id=id, name=f"run-{id}", config=config.to_dict(), status="finished", total_steps=40)


@pytest.fixture
def pair(report):
    """Two runs, what they scored and what was found."""

    def make(runs, *found, reading=()):
        told = {one.id: {**asdict(report), "step": 40} for one in runs}
        scored = {one.id: {**each.values, "label": each.label} for one, each in zip(runs, found, strict=True)}
        for one, shifts in zip(runs, reading, strict=False):
            for name, shift in shifts.items():
                scored[one.id][name] = scored[one.id][name] + shift
        return compare(runs, {}, told, scored), told, scored

    return make


def test_without_a_shared_bound_the_errors_are_told(pair, scores):
    runs = [run(1), run(2, likelihood="gaussian")]
    told, _, _ = pair(runs, scores(mse=0.02), scores(mse=0.01))
    assert headline(told, labels(runs)) == (
        "On the same 10 held-out images, B (MSE) has the lower squared error, 50 ± 10 % below A (BCE); "
        "the cross-entropy of A (BCE) and B (MSE) cannot be told apart (0.00 nats apart)."
    )


def test_a_shared_bound_comes_first(pair, scores):
    runs = [run(1), run(2, latent_dim=3), run(3, latent_dim=4)]
    told, _, _ = pair(runs, scores(mean=100), scores(mean=90), scores(mean=80))
    said = headline(told, labels(runs))
    assert said.startswith("On the same 10 held-out images, C has the lowest −ELBO, 11.1 ± 2.3 % below B; the squared")


def test_densities_have_no_percentage(pair, scores):
    runs = [run(1, likelihood="gaussian", sigma=1), run(2, likelihood="gaussian", sigma=0.5)]
    told, _, _ = pair(runs, scores(mean=100), scores(mean=90))
    assert "B has the lower −ELBO, 10.0 ± 2.1 nats below A" in headline(told, labels(runs))


def test_nothing_is_said_of_other_images_or_without_scores(pair, scores):
    runs = [run(1), run(2, dataset="mnist")]
    told, _, _ = pair(runs, scores(), scores())
    assert headline(told, labels(runs)) is None
    assert told.images is None
    assert headline(compare(runs[:1] * 2, {}), labels(runs)) is None


def test_readings_agree_or_not(pair, scores):
    runs = [run(1), run(2, likelihood="gaussian")]
    told, reports, _ = pair(runs, scores(mean=100), scores(mean=90))
    assert of_readings(told, runs, reports, "AB") == "However the outputs are read, B is ahead."
    told, reports, _ = pair(runs, scores(), scores())
    assert "no run is clearly ahead" in of_readings(told, runs, reports, "AB")
    told, reports, _ = pair(runs, scores(), scores(), reading=({"soft_bernoulli": 3.0}, {"gaussian_fitted": 3.0}))
    said = of_readings(told, runs, reports, "AB")
    assert said.endswith("B (Bernoulli: BCE of the grey levels); A (Gaussian, σ fitted).")


def test_a_bce_and_a_cb_run_are_told_the_share_of_the_reading(pair, scores, report):
    runs = [run(1), run(2, likelihood="continuous_bernoulli", dequantize=True)]
    told, reports, _ = pair(runs, scores(), scores())
    better = tuple(replace(one, elbo=one.elbo + 100) for one in report.xray)
    reports[2] = asdict(replace(report, xray=better))
    assert "make up 35 % of that" in of_readings(told, runs, reports, "AB")


def test_runs_that_cannot_be_paired_say_what_is_missing(pair, scores):
    runs = [run(1), run(2), run(3, examine=False)]
    _, reports, scored = pair(runs, scores(), scores(), scores())
    assert unpaired(runs, reports, scored, "ABC") is None
    del scored[1], scored[3], reports[3]
    said = unpaired(runs, reports, scored, "ABC")
    assert "A: it ended before images were scored one by one, so rerun it to pair" in said
    assert "C: its configuration leaves the examination out" in said
    assert "B:" not in said
