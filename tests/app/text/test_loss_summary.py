"""The sentence fits the loss, and what is written explicitly is the same loss."""

from typing import Any

import pytest

from app.text.loss_summary import describe_loss, explicit_equivalent
from vae_core.config.train_config import TrainConfig
from vae_core.theory.convention import implied

MEANS = {"reconstruction_reduction": "mean", "kl_reduction": "mean"}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "This loss is the −ELBO of a Bernoulli decoder, up to a factor: β = 1."),
        (MEANS, "This loss trains a β-VAE with a Bernoulli decoder and β = 3.2; β = 1 would be the ELBO."),
        (
            {"likelihood": "gaussian", "beta": 4},
            "This loss is the −ELBO of a Gaussian decoder with σ = 1.41, up to a factor.",
        ),
        ({"likelihood": "gaussian", "scale": "shared", "beta": 4}, "a Gaussian decoder that learns its σ and β = 4;"),
        ({"likelihood": "laplace", "sigma": 0.5}, "the −ELBO of a Laplace decoder with b = 0.5, up to a factor."),
        (
            {"likelihood": "student_t", "sigma": 0.1, "beta": 4},
            "a β-VAE with a Student-t decoder with s = 0.1 and β = 4;",
        ),
        ({"likelihood": "discretized_logistic", "sigma": 0.1}, "of a discretised logistic decoder with s = 0.1, up"),
        ({"beta": 0}, "This loss has no KL: it trains an autoencoder with a Bernoulli decoder, β = 0."),
        ({"free_bits": 0.25}, "β = 1. Free bits put a floor of 0.25 nats under each unit's KL."),
        ({"model": "ae"}, "An autoencoder: −log p(x|z) of a Bernoulli decoder alone, with no KL and no ELBO."),
        ({"objective": "iwae"}, "The objective is the importance-weighted bound (IWAE) with K = 5. The decoder is"),
        ({"objective": "mmd"}, "a penalty of 100 times the squared distance (MMD)"),
    ],
)
def test_a_configuration_says_what_it_trains(changes: dict[str, Any], sentence: str) -> None:
    assert sentence in describe_loss(TrainConfig.parse(changes))


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        (MEANS, {"reconstruction_reduction", "kl_reduction", "beta"}),
        ({**MEANS, "likelihood": "gaussian"}, {"reconstruction_reduction", "kl_reduction", "sigma"}),
        ({"likelihood": "laplace", "beta": 3}, {"beta", "sigma"}),
        ({"likelihood": "gaussian", "scale": "optimal", "kl_reduction": "mean"}, {"kl_reduction", "beta"}),
        ({"likelihood": "gaussian", "beta": 1e6}, set()),  # σ = 707 is beyond the form
        ({"reconstruction_reduction": "mean", "beta": 1e6}, set()),  # and so is β = 64 million
        ({"likelihood": "gaussian", "beta": 4, "beta_schedule": "linear", "warmup_steps": 5}, set()),
        ({"likelihood": "gaussian"}, set()),  # σ = √½ as it stands, however many digits of it are written
        ({"beta": 4}, set()),
        ({"model": "ae", "reconstruction_reduction": "mean"}, set()),
        ({"objective": "mmd"}, set()),
    ],
)
def test_what_is_written_explicitly_is_the_same_loss(changes: dict[str, Any], fields: set[str]) -> None:
    config = TrainConfig.parse(changes)
    changes = explicit_equivalent(config)
    open_config = TrainConfig.parse({**config.to_dict(), **changes})
    assert changes.keys() == fields
    assert explicit_equivalent(open_config) == {}
    assert describe_loss(open_config) == describe_loss(config)
    if fields:
        before, after = implied(config), implied(open_config)
        assert after.beta == pytest.approx(1 if "sigma" in fields else before.beta)
        assert after.sigma == (before.sigma and pytest.approx(before.sigma))
