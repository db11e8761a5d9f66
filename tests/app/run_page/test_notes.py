"""Sentences that follow from numbers."""

from dataclasses import asdict
from typing import Any

import pytest

from app.comparison.summary import share_of_reading
from app.run_page.notes import belief, best_reading, loss_remarks, misread, reproduction
from app.run_rules import unexamined
from vae_core.config.train_config import TrainConfig
from vae_core.presets import Published
from vae_core.report import Report

BCE = TrainConfig()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ()),
        ({"likelihood": "gaussian", "beta": 4}, ("as β = 4.00 would", "a Gaussian with σ = 1.41")),
        ({"likelihood": "laplace", "sigma": 0.5, "beta": 4}, ("as β = 4.00 would", "a Laplace with b = 2.00")),
        ({"likelihood": "gaussian", "scale": "shared", "beta": 4}, ("as β = 4.00 would. ",)),
        ({"objective": "iwae", "importance_samples": 7}, ("(IWAE) with K = 7", "Plotted is the ELBO")),
        ({"objective": "dreg"}, ("DReG",)),
        ({"objective": "ciwae", "elbo_weight": 0.25}, ("0.25 of the ELBO and 0.75 of",)),
        ({"objective": "beta_tcvae", "beta": 6}, ("total correlation alone, not the whole KL, has the weight 6",)),
        ({"objective": "mmd", "beta": 0}, ("the KL times 0, and a penalty of 100 times",)),
        ({"free_bits": 0.25}, ("Below 0.25 nats a dimension",)),
    ],
)
def test_a_loss_says_what_it_trains(changes: dict[str, Any], said: tuple[str, ...]) -> None:
    remarks = " ".join(loss_remarks(TrainConfig.parse(changes))) + " "
    assert all(part in remarks for part in said)
    assert bool(said) is bool(remarks.strip())


def test_belief_and_truth_stand_side_by_side() -> None:
    said = belief({"decoder_std": 0.7071, "mse_per_pixel": 0.01})
    assert said == "The decoder expects errors of 0.707 a pixel; on held-out images they are 0.100."
    assert belief({"decoder_std": None, "mse_per_pixel": 0.01}) is None  # a row of an older version
    assert belief({}) is None


def test_every_state_has_its_reason() -> None:
    states = ("queued", "running", "finished", "stopped", "failed", "diverged", "interrupted")
    config = TrainConfig()
    assert len({unexamined(state, config) for state in states}) == len(states) - 1  # queued and running will have one
    assert unexamined("diverged", config).startswith("it is diverged")
    assert "leaves the examination out" in unexamined("finished", TrainConfig(examine=False))


def readings(report: Report, **elbos: float) -> list[dict[str, Any]]:
    """The report's X-ray with other values of the named rows; the KL stays as it is."""
    rows = [asdict(reading) for reading in report.xray]
    for row in rows:
        if row["name"] in elbos:
            kl = -row["elbo"] - row["reconstruction"]
            row |= {"elbo": elbos[row["name"]], "reconstruction": -elbos[row["name"]] - kl}
    return rows


def test_a_misread_decoder_is_told_by_how_many_nats(report: Report) -> None:
    said = misread(BCE, [asdict(reading) for reading in report.xray])
    assert said is not None
    assert "35.00 nats more" in said


def test_nothing_is_said_where_the_readings_agree_or_are_not_there(report: Report) -> None:
    equal = readings(report, continuous_bernoulli_raw=0.0, continuous_bernoulli_mean=3.0)
    assert misread(BCE, equal) is None  # both have an error of 1 and more
    assert misread(BCE, [asdict(report.xray[0])]) is None
    assert misread(TrainConfig(likelihood="laplace"), [asdict(reading) for reading in report.xray]) is None
    assert misread(BCE, [{**asdict(reading), "reconstruction": None} for reading in report.xray]) is None


def test_the_share_of_the_reading_is_the_papers(report: Report) -> None:
    """1470, 1139 and 1416 nats (Loaiza-Ganem and Cunningham 2019): 84 % of 331."""
    bce = readings(report, continuous_bernoulli_raw=1139.0, continuous_bernoulli_mean=1416.0)
    cb = readings(report, continuous_bernoulli_raw=1470.0)
    said = share_of_reading(bce, cb)
    assert said is not None
    assert "331.00 nats behind" in said
    assert "83.7 % of that" in said
    assert share_of_reading(cb, bce[:1]) is None
    worse = readings(report, continuous_bernoulli_raw=1000.0)
    assert share_of_reading(bce, worse) is None


def test_the_share_of_the_distribution_is_said_in_bits(report: Report) -> None:
    raw, mean = (asdict(report.xray[place]) for place in (1, 2))
    own = {**raw, "name": "own", "bits_per_dim": 8.0}
    said = best_reading([own, raw, mean, asdict(report.xray[3])])
    assert said is not None
    assert "8.00 as trained and 6.20 as Gaussian, σ fitted: 22.5 % of the cost" in said
    assert "No other reading" in (best_reading([{**own, "bits_per_dim": 6.27}, asdict(report.xray[3])]) or "")
    assert best_reading([raw, mean]) is None
    assert best_reading([{**own, "bits_per_dim": None}, raw]) is None


PUBLISHED = Published(105.6, 0.5, "a paper", "a protocol")


@pytest.mark.parametrize(
    ("ours", "passed", "said"),
    [
        (105.9, True, "0.300 nats above it, within the tolerance"),
        (105.2, True, "0.400 nats below it, within the tolerance"),
        (101.6, False, "4.00 nats below it, outside the tolerance"),
        (110.6, False, "5.00 nats above it, outside the tolerance"),
    ],
)
def test_a_finished_run_is_held_against_the_published_number(ours: float, passed: bool, said: str) -> None:
    verdict = reproduction(PUBLISHED, "finished", {"elbo": -ours, "elbo_se": 0.25})
    assert verdict.passed is passed
    assert f"{ours:.2f} ± 0.25" in verdict.sentence
    assert said in verdict.sentence


def test_only_a_finished_run_is_judged() -> None:
    assert reproduction(PUBLISHED, "running", {"elbo": -105.6}) is None
    assert reproduction(PUBLISHED, "finished", None) is None
    assert reproduction(PUBLISHED, "finished", {"elbo": None}) is None
