"""Sentences that follow from numbers."""

from dataclasses import replace
from typing import Any

import pytest

from app.run_page.notes import best_reading, errors_expected, loss_remarks, misread, reproduction
from tests.app.builders import make_evaluation
from vae_core.config.train_config import TrainConfig
from vae_core.presets import Published
from vae_core.report import Reading, Report

BCE = TrainConfig()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ()),
        ({"likelihood": "gaussian", "beta": 4}, ("up to a factor it is the −ELBO of a Gaussian with σ = 1.41. ",)),
        ({"likelihood": "laplace", "sigma": 0.5, "beta": 4}, ("of a Laplace with b = 2",)),
        ({"kl_reduction": "mean", "latent_dim": 4}, ("as β = 0.25 would. ",)),
        ({"kl_reduction": "mean", "latent_dim": 4, "beta": 2}, ("as β = 0.5 would. ",)),
        ({"beta": 4}, ()),  # what was typed is not repeated
        ({"likelihood": "gaussian", "scale": "shared", "beta": 4}, ()),
        ({"objective": "iwae", "importance_samples": 7}, ("(IWAE) with K = 7", "What is plotted is the ELBO")),
        ({"objective": "dreg"}, ("DReG",)),
        ({"objective": "ciwae", "elbo_weight": 0.25}, ("0.25 of the ELBO and 0.75 of",)),
        ({"objective": "beta_tcvae", "beta": 6}, ("total correlation alone, not the whole KL, has the weight 6",)),
        ({"objective": "mmd", "beta": 0}, ("the KL times 0, and a penalty of 100 times",)),
        ({"free_bits": 0.25}, ("Below 0.25 nats a dimension",)),
    ],
)
def test_a_loss_says_what_it_trains(changes: dict[str, Any], words: tuple[str, ...]) -> None:
    remarks = " ".join(loss_remarks(TrainConfig.parse(changes))) + " "
    assert all(part in remarks for part in words)
    assert bool(words) is bool(remarks.strip())


def test_errors_expected_and_made_stand_side_by_side() -> None:
    measured = make_evaluation(decoder_std=0.7071, mse_per_pixel=0.01)
    learned = TrainConfig.parse({"likelihood": "gaussian", "scale": "shared"})
    assert errors_expected(learned, measured) == (
        "The decoder expects errors of 0.707 a pixel; on held-out images they are 0.100."
    )
    for beta, aside in (
        (1, ""),
        (0.5, " (0.500 by the weights in its loss)"),
        (0.02, " (0.100 by the weights in its loss)"),
    ):
        told = TrainConfig.parse({"likelihood": "gaussian", "sigma": 0.5**0.5, "beta": beta})
        assert errors_expected(told, measured) == (
            f"The decoder is told to expect errors of 0.707 a pixel{aside}; on held-out images they are 0.100."
        )
    assert errors_expected(BCE, make_evaluation(mse_per_pixel=0.01)) is None  # a row of an older version
    assert errors_expected(BCE, make_evaluation()) is None


def readings(report: Report, **reconstructions: float | None) -> list[Reading]:
    """The report's X-ray with other reconstruction terms in the named rows."""
    return [replace(one, reconstruction=reconstructions.get(one.name, one.reconstruction)) for one in report.xray]


def test_a_misread_decoder_loses_so_many_nats(report: Report) -> None:
    sentence = misread(BCE, report.xray)
    assert sentence is not None
    assert "35.0 nats more" in sentence


def test_nothing_is_said_where_the_readings_agree_or_are_not_there(report: Report) -> None:
    equal = readings(report, continuous_bernoulli_raw=3.0, continuous_bernoulli_mean=0.0)
    assert misread(BCE, equal) is None  # both have an error of 1 and more
    assert misread(BCE, report.xray[:1]) is None
    assert misread(TrainConfig(likelihood="laplace"), report.xray) is None
    assert misread(BCE, readings(report, continuous_bernoulli_raw=None)) is None


def test_the_share_of_the_distribution_is_counted_in_bits(report: Report) -> None:
    _, raw, mean, gaussian = report.xray
    own = replace(raw, name="own", bits_per_dim=8.0)
    sentence = best_reading([own, raw, mean, gaussian])
    assert sentence is not None
    assert "8.00 as trained and 6.20 as Gaussian, σ fitted: 22.5\u00a0% of the cost" in sentence
    assert "No other reading" in (best_reading([replace(own, bits_per_dim=6.27), gaussian]) or "")
    assert best_reading([raw, mean]) is None
    assert best_reading([replace(own, bits_per_dim=None), raw]) is None


PUBLISHED = Published(105.6, 0.5, "a paper", "a protocol")


@pytest.mark.parametrize(
    ("ours", "passed", "words"),
    [
        (105.9, True, "0.30\u00a0±\u00a00.25 nats above it, within the tolerance"),
        (105.2, True, "0.40\u00a0±\u00a00.25 nats below it, within the tolerance"),
        (101.6, False, "4.00\u00a0±\u00a00.25 nats below it, outside the tolerance"),
        (110.6, False, "5.00\u00a0±\u00a00.25 nats above it, outside the tolerance"),
    ],
)
def test_a_finished_run_is_held_against_the_published_number(ours: float, passed: bool, words: str) -> None:
    verdict = reproduction(PUBLISHED, "finished", make_evaluation(elbo=-ours, elbo_se=0.25))
    assert verdict is not None
    assert verdict.passed is passed
    assert f"{ours:.2f}\u00a0±\u00a00.25" in verdict.sentence
    assert words in verdict.sentence


def test_only_a_finished_run_is_judged() -> None:
    assert reproduction(PUBLISHED, "running", make_evaluation(elbo=-105.6)) is None
    assert reproduction(PUBLISHED, "finished", None) is None
    assert reproduction(PUBLISHED, "finished", make_evaluation()) is None
