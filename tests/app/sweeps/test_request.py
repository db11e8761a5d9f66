"""A request for a sweep, and what it means."""

from typing import Any

import pytest
from pydantic import ValidationError

from app.errors import Refused
from app.records import Interval
from app.sweeps.request import SweepRequest
from vae_core.config.train_config import RefusedConfig, TrainConfig


def request(**body: Any) -> SweepRequest:
    return SweepRequest.model_validate({"space": {"beta": [0.5, 1, 2]}, "trials": 3} | body)


def test_what_is_left_out_has_its_usual_value() -> None:
    made = request(config={"latent_dim": 3}).specification()
    assert made.config == TrainConfig(latent_dim=3).to_dict()
    assert made.space == {"beta": [0.5, 1.0, 2.0]}
    assert (made.sampler, made.minimise, made.seed, made.prune) == ("tpe", ["negative_elbo"], 0, "none")


def test_an_interval_and_a_preset() -> None:
    space = {"beta": {"low": 0.1, "high": 10, "log": True}}
    made = request(preset="bce", config={"max_steps": 50}, space=space).specification()
    assert made.space == {"beta": Interval(low=0.1, high=10, log=True)}
    assert (made.config["likelihood"], made.config["max_steps"]) == ("bernoulli", 50)


def test_what_is_varied_may_make_the_configuration_whole() -> None:
    space = {"warmup_steps": {"low": 10, "high": 20}}
    assert request(config={"beta_schedule": "linear"}, space=space).specification().config["warmup_steps"] == 0


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"trials": None}, "trials", "trials or minutes must say"),
        ({"preset": "bcs"}, "preset", "preset must be one of digits-demo, bce"),
        ({"preset": "bce-vs-mse"}, "preset", "preset must make one run, not 3 as 'bce-vs-mse'"),
        ({"minimise": ["kl", "mse_per_pixel"], "prune": "median"}, "prune", "prune must be none with two"),
    ],
)
def test_refused(body: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(Refused, match=words) as refused:
        request(**body).specification()
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"config": {"latent_dim": 0}}, "latent_dim", "must be at least 1, not 0"),
        ({"space": {"beta": [-1]}}, "space.beta", "must be at least 0, not -1"),
        ({"space": {"likelihood": ["bernoulli", "gaussian"]}}, "minimise", "These would do: mse_per_pixel"),
        (
            {"config": {"objective": "mmd", "batch_size": 1}, "space": {"beta": [1, 2]}},
            "batch_size",
            "must be at least 2",
        ),
    ],
)
def test_refused_configurations(body: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(RefusedConfig, match=words) as refused:
        request(**body).specification()
    assert refused.value.errors[0].field == field


@pytest.mark.parametrize(
    "body",
    [
        {"trials": 0},
        {"trials": 1001},
        {"minutes": 0},
        {"minutes": float("nan")},
        {"sampler": "grid"},
        {"space": {"beta": {"low": 1}}},
        {"space": {"beta": {"low": 1, "high": float("inf")}}},
        {"space": {"beta": "1"}},
        {"name": "x" * 120},
    ],
)
def test_what_is_no_request(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        request(**body)
