"""Codes far from the prior, in the report, and a log-variance on its way to its limit, live."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch

from app.diagnosis.codes import log_variance, prior
from app.diagnosis.history import RunHistory
from vae_core.config.limits import LOG_VARIANCE_BOUNDS
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.model.vae import build_model
from vae_core.report import Latents, Report

Make = Callable[..., RunHistory]
Examined = Callable[[float | None], Report]
GAUSS = {"likelihood": "gaussian", "sigma": 0.02}


@pytest.fixture
def examined(report: Report) -> Callable[[float | None], Report]:
    """A report of ten latent dimensions with this dimension-wise KL; None is an autoencoder's, which has no KL."""

    def make(dimension_wise: float | None) -> Report:
        surgery = None if dimension_wise is None else replace(report.surgery, dimension_wise_kl=dimension_wise)
        return replace(report, surgery=surgery, latents=Latents((4.0,) * 10, (0.01,) * 10, accuracy=None))

    return make


@pytest.mark.parametrize(
    ("changes", "text", "changed"),
    [
        ({"beta": 0.01}, "β = 0.01 hardly holds", {"beta": 1.0}),
        ({"beta": 0}, "β = 0 hardly holds", {"beta": 1.0}),
        ({"kl_reduction": "mean"}, "β = 0.1 hardly holds", {"kl_reduction": "sum"}),
        (GAUSS, "expects errors of 0.02 a pixel, and they are 0.1:", {"scale": "optimal"}),
        ({"objective": "mmd", "beta": 0}, "too weak, or had too little time", {}),
        ({}, "too weak, or had too little time", {}),
    ],
)
def test_codes_far_from_the_prior_are_found(
    history: Make, examined: Examined, changes: dict[str, Any], text: str, changed: Any
) -> None:
    run = history(changes, report=examined(8.5), decoder_std=[0.02], mse_per_pixel=[0.01])
    (finding,) = prior(run) or []
    assert "0.85 nats a dimension" in finding.message
    assert text in finding.message
    assert finding.changes == changed
    assert finding.evidence.values == (4.01,) * 10


def test_codes_near_the_prior_are_left_alone(history: Make, examined: Examined) -> None:
    """A healthy model has about a tenth of a nat a dimension at most (docs/diagnosis.md)."""
    run = history(report=examined(1.1))
    assert prior(run) == log_variance(run) == []


def test_only_a_report_with_a_kl_shows_where_codes_lie(history: Make, examined: Examined) -> None:
    assert prior(history()) is prior(history(report=examined(None))) is None


@pytest.mark.parametrize(
    ("changes", "text", "changed"),
    [
        ({"learning_rate": 0.3}, "The steps are too long.", {"learning_rate": 0.001}),
        ({"learning_rate": 0.002}, "The steps are too long.", {"learning_rate": 0.0002}),
        ({"beta": 0}, "β = 0 hardly holds the codes.", {"beta": 1.0}),
    ],
)
def test_a_log_variance_at_its_limit_is_found_live(
    history: Make, examined: Examined, changes: dict[str, Any], text: str, changed: Any
) -> None:
    run = history(changes, status="running", kl_per_dim=[[3.0, 2.5e8, None]], report=examined(8.5))
    (finding,) = log_variance(run) or []
    assert prior(run) is None  # one alarm says it
    assert text in finding.message
    assert finding.evidence.values == (2.5e8, 3.0)
    assert finding.changes == pytest.approx(changed)


def test_the_limit_is_the_models() -> None:
    model = build_model(TrainConfig(latent_dim=3), FACTS["digits"], seed=0)
    with torch.no_grad():
        list(model.encoder.parameters())[-1].fill_(-1e9)
    assert model.posterior(torch.zeros(1, 64)).log_variance.unique().tolist() == [LOG_VARIANCE_BOUNDS[0]]


def test_an_autoencoder_has_no_prior(history: Make, examined: Examined) -> None:
    run = history({"model": "ae"}, report=examined(None))
    assert prior(run) is log_variance(run) is None
