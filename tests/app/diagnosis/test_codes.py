"""Codes far from the prior, in the report, and a log-variance on its way to its limit, live."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from app.diagnosis.codes import log_variance, prior
from app.diagnosis.course import Course
from vae_core.config.limits import LOG_VARIANCE_BOUNDS
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.model.vae import build_model

Make = Callable[..., Course]
GAUSS = {"likelihood": "gaussian", "sigma": 0.02}


def report(dimension_wise: float) -> dict[str, Any]:
    return {
        "surgery": {"dimension_wise_kl": dimension_wise},
        "latents": {"mean_variance": [4.0] * 10, "posterior_variance": [0.01] * 10},
    }


@pytest.mark.parametrize(
    ("changes", "said", "mended"),
    [
        ({"beta": 0.01}, "β = 0.01 hardly holds", {"beta": 1.0}),
        ({"beta": 0}, "β = 0 hardly holds", {"beta": 1.0}),
        ({"kl_reduction": "mean"}, "β = 0.1 hardly holds", {"kl_reduction": "sum"}),
        (GAUSS, "expects errors of 0.02 a pixel, and they are 0.1:", {"scale": "optimal"}),
        ({"objective": "mmd", "beta": 0}, "too weak, or had too little time", {}),
        ({}, "too weak, or had too little time", {}),
    ],
)
def test_codes_far_from_the_prior_are_found(course: Make, changes: dict[str, Any], said: str, mended: Any) -> None:
    run = course(changes, report=report(8.5), decoder_std=[0.02], mse_per_pixel=[0.01])
    (finding,) = prior(run) or []
    assert "0.85 nats a dimension" in finding.message
    assert said in finding.message
    assert finding.changes == mended
    assert finding.evidence.values == (4.01,) * 10


def test_codes_near_the_prior_are_left_alone(course: Make) -> None:
    """A healthy model has about a tenth of a nat a dimension at most (docs/diagnosis.md)."""
    run = course(report=report(1.1))
    assert prior(run) == log_variance(run) == []


@pytest.mark.parametrize("found", [{"surgery": None, "latents": {}}, None])
def test_only_a_report_tells_where_codes_lie(course: Make, found: Any) -> None:
    assert prior(course(report=found)) is None


@pytest.mark.parametrize(
    ("changes", "said", "mended"),
    [
        ({"learning_rate": 0.3}, "The steps are too long.", {"learning_rate": 0.001}),
        ({"learning_rate": 0.002}, "The steps are too long.", {"learning_rate": 0.0002}),
        ({"beta": 0}, "β = 0 hardly holds the codes.", {"beta": 1.0}),
    ],
)
def test_a_log_variance_at_its_limit_is_found_live(
    course: Make, changes: dict[str, Any], said: str, mended: Any
) -> None:
    run = course(changes, status="running", kl_per_dim=[[3.0, 2.5e8, None]], report=report(8.5))
    (finding,) = log_variance(run) or []
    assert prior(run) is None  # one alarm says it
    assert said in finding.message
    assert finding.evidence.values == (2.5e8, 3.0)
    assert finding.changes == pytest.approx(mended)


def test_the_limit_is_the_models() -> None:
    model = build_model(TrainConfig(latent_dim=3), FACTS["digits"], seed=0)
    with torch.no_grad():
        list(model.encoder.parameters())[-1].fill_(-1e9)
    assert model.posterior(torch.zeros(1, 64)).log_variance.unique().tolist() == [LOG_VARIANCE_BOUNDS[0]]


def test_an_autoencoder_has_no_prior(course: Make) -> None:
    run = course({"model": "ae"}, report={"surgery": None, "latents": {}})
    assert prior(run) is log_variance(run) is None
