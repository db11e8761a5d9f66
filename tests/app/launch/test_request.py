"""What one request launches."""

import shlex
from dataclasses import replace
from math import sqrt

import pytest
from pydantic import ValidationError

from app.errors import Refused
from app.launch.request import LaunchRequest, command_line, twin_of
from vae_core.config.train_config import RefusedConfig, TrainConfig
from vae_core.presets import PRESETS


def test_a_config_is_one_run_over_the_defaults() -> None:
    assert LaunchRequest(config={"latent_dim": 3}).configs() == [TrainConfig(latent_dim=3)]


def test_a_preset_takes_changes_on_top() -> None:
    (config,) = LaunchRequest(preset="pytorch-examples", config={"epochs": 1, "seed": 7}).configs()
    assert (config.dataset, config.epochs, config.seed, config.hidden) == ("mnist", 1, 7, (400,))


def test_bce_vs_mse_is_three_runs_that_differ_in_the_loss_only() -> None:
    request = LaunchRequest(preset="bce-vs-mse")
    bce, mse, fitted = configs = request.configs()
    assert (bce.likelihood, mse.likelihood, mse.scale, mse.sigma) == ("bernoulli", "gaussian", "fixed", sqrt(0.5))
    assert replace(mse, likelihood="bernoulli") == bce
    assert replace(mse, scale="optimal") == fitted
    assert request.names(configs, "owl") == ["owl BCE", "owl MSE σ=0.707", "owl MSE σ fitted"]


def test_a_twin_has_the_other_loss_and_the_same_seed() -> None:
    first, second = LaunchRequest(config={"seed": 5, "likelihood": "gaussian", "sigma": 0.1}, twin=True).configs()
    assert (second.likelihood, second.seed) == ("bernoulli", 5)
    assert twin_of(TrainConfig()).sigma == sqrt(0.5)
    assert first.sigma == 0.1


@pytest.mark.parametrize(
    "changes",
    [
        {"likelihood": "continuous_bernoulli", "dequantize": True},
        {"likelihood": "laplace", "scale": "per_pixel"},
        {"likelihood": "discretized_logistic", "scale": "shared"},
        {"likelihood": "bernoulli", "dequantize": True, "objective": "iwae", "scale": "shared"},
    ],
)
def test_a_twin_is_a_valid_configuration_of_the_same_pixels(changes: dict[str, object]) -> None:
    config = TrainConfig.parse(changes)
    twin = twin_of(config)
    assert twin == TrainConfig.parse(twin.to_dict())
    assert (twin.dequantize, twin.binarize, twin.objective) == (config.dequantize, config.binarize, config.objective)
    assert "bernoulli" in {twin.likelihood, config.likelihood} != {"bernoulli"}
    assert twin.likelihood == "bernoulli" or (twin.scale, twin.sigma) == ("fixed", sqrt(0.5))


def test_binary_pixels_have_no_twin() -> None:
    with pytest.raises(RefusedConfig) as refused:
        LaunchRequest(config={"binarize": "static"}, twin=True).configs()
    (error,) = refused.value.errors
    assert (error.field, error.bound) == ("binarize", "none")
    assert "binarize is static" in error.message


def test_seeds_multiply_and_repeat_nothing() -> None:
    configs = LaunchRequest(seeds=[1, 2, 1], twin=True).configs()
    assert [(config.seed, config.likelihood) for config in configs] == [
        (1, "bernoulli"), (1, "gaussian"), (2, "bernoulli"), (2, "gaussian"),
    ]  # fmt: skip


def test_names_tell_the_runs_of_one_launch_apart() -> None:
    request = LaunchRequest(seeds=[1, 2], twin=True)
    assert request.names(request.configs(), "calm-heron") == [
        "calm-heron BCE s1", "calm-heron MSE s1", "calm-heron BCE s2", "calm-heron MSE s2",
    ]  # fmt: skip
    widths = LaunchRequest(preset="sigma-vae", name="mine")
    assert widths.names(widths.configs(), "") == ["mine σ=1", "mine σ learned", "mine σ fitted", "mine σ per pixel"]
    assert LaunchRequest(name="mine").names([TrainConfig()], "calm-heron") == ["mine"]


def test_a_number_of_seeds_begins_with_the_runs_own() -> None:
    assert [config.seed for config in LaunchRequest(config={"seed": 4}, seeds=3).configs()] == [4, 5, 6]
    with pytest.raises(RefusedConfig) as refused:
        LaunchRequest(config={"seed": 2**31 - 2}, seeds=3).configs()
    assert [error.field for error in refused.value.errors] == ["seed"]


def test_varied_fields_are_crossed_and_what_trains_the_same_is_one_run() -> None:
    request = LaunchRequest(vary={"likelihood": ["bernoulli", "gaussian"], "sigma": [0.1, 0.5]}, seeds=[1, 2])
    configs = request.configs()
    assert [(config.likelihood, config.sigma, config.seed) for config in configs[:3]] == [
        ("bernoulli", 0.1, 1), ("gaussian", 0.1, 1), ("gaussian", 0.5, 1),
    ]  # fmt: skip
    assert len(configs) == 6  # σ is not at work beside BCE
    assert request.names(configs, "owl")[:3] == ["owl BCE s1", "owl MSE σ=0.1 s1", "owl MSE σ=0.5 s1"]
    (short, long) = LaunchRequest(preset="digits-demo", vary={"max_steps": [10, 3000]}).configs()
    assert (short.total_steps, long.total_steps) == (10, 3000)


@pytest.mark.parametrize(
    ("body", "field", "text"),
    [
        ({"vary": {"betta": [1]}}, "vary", "'betta'"),
        ({"vary": {"seed": [1, 2]}}, "seeds", "no seed"),
        ({"vary": {"latent_dim": list(range(1, 12)), "beta": [0.1 * i for i in range(1, 11)]}}, "vary", "110 runs"),
        ({"vary": {"beta": [1, 2]}, "seeds": 51}, "seeds", "102 runs"),
        ({"vary": {"beta": [1, -2]}}, None, "beta must be at least 0, not -2"),
    ],
)
def test_a_grid_that_cannot_be_is_refused(body: dict[str, object], field: str | None, text: str) -> None:
    with pytest.raises((Refused, RefusedConfig), match=text) as refused:
        LaunchRequest.model_validate(body).configs()
    assert getattr(refused.value, "field", None) == field


def test_nonsense_is_refused_with_its_field() -> None:
    with pytest.raises(Refused) as refused:
        LaunchRequest(preset="nope").configs()
    assert refused.value.field == "preset"
    assert "'nope'" in refused.value.message
    with pytest.raises(Refused) as many:
        LaunchRequest(seeds=list(range(60)), twin=True).configs()
    assert many.value.field == "seeds"
    with pytest.raises(RefusedConfig):
        LaunchRequest(config={"latent_dim": 0}).configs()
    with pytest.raises(ValidationError):
        LaunchRequest.model_validate({"surprise": 1})


@pytest.mark.parametrize("preset", PRESETS)
def test_the_command_line_means_the_same_configuration(preset: str) -> None:
    for config in PRESETS[preset].configs({"hidden": "300, 20", "grad_clip": "0.5"}):
        words = shlex.split(command_line(config))
        assert words[:2] == ["elboard", "train"]
        pairs = dict(word.split("=", 1) for word in words[3::2])
        assert set(words[2::2]) == {"--set"}
        assert TrainConfig.parse(pairs) == config


@pytest.mark.parametrize(
    "changes", [{"hidden": ()}, {"dequantize": True}, {"grad_clip": 0.5, "epochs": None, "max_steps": 3}]
)
def test_the_command_line_can_say_every_kind_of_value(changes: dict[str, object]) -> None:
    config = TrainConfig.parse(changes)
    pairs = dict(word.split("=", 1) for word in shlex.split(command_line(config))[3::2])
    assert TrainConfig.parse(pairs) == config
