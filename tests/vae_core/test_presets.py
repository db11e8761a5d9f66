from math import sqrt

import pytest

from vae_core.config.train_config import RefusedConfig, TrainConfig
from vae_core.presets import PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_a_valid_configuration(name: str) -> None:
    preset = PRESETS[name]
    assert preset.name == name
    assert preset.configs()
    assert all(isinstance(config, TrainConfig) for config in preset.configs())


def test_the_three_differ_in_the_likelihood_and_its_scale_alone() -> None:
    bce, mse, fitted = (config.to_dict() for config in PRESETS["bce-vs-mse"].configs())
    assert {name for name in bce if bce[name] != mse[name]} == {"likelihood"}
    assert {name for name in mse if mse[name] != fitted[name]} == {"scale"}
    assert (bce["likelihood"], mse["likelihood"], mse["sigma"]) == ("bernoulli", "gaussian", sqrt(0.5))
    assert fitted["scale"] == "optimal"


def test_the_first_two_are_the_single_presets() -> None:
    assert PRESETS["bce-vs-mse"].configs()[:2] == PRESETS["bce"].configs() + PRESETS["mse"].configs()


def test_the_published_script_is_matched_field_by_field() -> None:
    (config,) = PRESETS["pytorch-examples"].configs()
    assert (config.dataset, config.hidden, config.latent_dim, config.activation) == ("mnist", (400,), 20, "relu")
    assert (config.likelihood, config.optimizer, config.learning_rate, config.beta) == ("bernoulli", "adam", 1e-3, 1)
    assert (config.batch_size, config.steps_per_epoch, config.total_steps) == (128, 469, 4690)


def test_changes_go_on_top_of_every_run() -> None:
    assert [config.seed for config in PRESETS["bce-vs-mse"].configs({"seed": 7})] == [7, 7, 7]


def test_a_refused_change_is_named() -> None:
    with pytest.raises(RefusedConfig, match="beta must be at least 0, not -1"):
        PRESETS["bce"].configs({"beta": -1})
