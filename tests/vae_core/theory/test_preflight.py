"""Predictions against theory's identities, and warnings that their own fix ends."""

from dataclasses import replace
from typing import Any

import pytest

from vae_core.config.train_config import TrainConfig
from vae_core.presets import PRESETS
from vae_core.theory.cost import seconds
from vae_core.theory.pixel_statistics import Statistics, statistics
from vae_core.theory.preflight import Pace, predict

MEANS = {"reconstruction_reduction": "mean", "kl_reduction": "mean"}


@pytest.fixture(scope="module")
def grey(tmp_path_factory: pytest.TempPathFactory) -> Statistics:
    return statistics("digits", "none", cache=tmp_path_factory.mktemp("statistics"))


def test_a_gaussian_is_told_what_it_implies_and_can_reach(grey: Statistics) -> None:
    prediction = predict(TrainConfig.parse({"likelihood": "gaussian", "sigma": 0.3, "beta": 4, "latent_dim": 5}), grey)
    assert prediction.implied_sigma == pytest.approx(0.6)
    assert prediction.implied_beta == 4
    assert prediction.predicted_active_units == (grey.train.spectrum > 0.36).sum()
    assert prediction.floor_line < prediction.linear_optimum < prediction.collapse_line
    assert {line.name: line.value for line in prediction.references} == {
        "floor": prediction.floor_line,
        "linear optimum": prediction.linear_optimum,
        "collapsed": prediction.collapse_line,
    }


def test_the_weight_of_the_kl_moves_units_but_no_line(grey: Statistics) -> None:
    """What is plotted is never weighted, so neither are the lines beside it."""
    light, heavy = (predict(TrainConfig.parse({"beta": beta}), grey) for beta in (1, 3))
    assert light.predicted_active_units > heavy.predicted_active_units > 0
    assert (light.collapse_line, light.floor_line) == (heavy.collapse_line, heavy.floor_line)


def test_without_the_images_the_rest_is_told() -> None:
    prediction = predict(TrainConfig.parse({"dataset": "mnist", **MEANS}))
    assert prediction.implied_beta == pytest.approx(39.2)
    assert prediction.collapse_line is prediction.floor_line is prediction.predicted_active_units is None
    assert (prediction.references, prediction.steps) == ((), 4690)
    assert prediction.parameters == 652_824  # of pytorch/examples' VAE
    assert [warning.changes for warning in prediction.warnings] == [
        {"reconstruction_reduction": "sum", "kl_reduction": "sum"}
    ]


WARNED: list[tuple[dict[str, Any], str]] = [
    ({"reconstruction_reduction": "mean"}, "reconstruction_reduction"),
    ({"reconstruction_reduction": "mean", "beta": 500}, "beta"),
    ({"beta": 100}, "beta"),
    ({"beta": 0}, "beta"),
    ({"kl_reduction": "mean"}, "kl_reduction"),
    ({"likelihood": "gaussian", "sigma": 1}, "scale"),
    ({"likelihood": "gaussian", "sigma": 0.5}, "scale"),
    ({"likelihood": "gaussian", "sigma": 1, "objective": "iwae"}, "scale"),
    ({"likelihood": "gaussian", "sigma": 0.1, "beta": 1000}, "beta"),
    ({"likelihood": "gaussian", "sigma": 1, "beta": 7, **MEANS}, "scale"),
    ({"likelihood": "gaussian", "scale": "optimal", "beta": 1000}, "beta"),
    ({"likelihood": "laplace", "scale": "per_pixel"}, "dequantize"),
    ({"likelihood": "student_t", "scale": "per_pixel"}, "dequantize"),
    ({"beta_schedule": "linear", "warmup_steps": 500, "max_steps": 100}, "warmup_steps"),
    ({"beta_schedule": "cyclical", "warmup_steps": 10, "cycle_steps": 20, "max_steps": 1}, "warmup_steps"),
]


@pytest.mark.parametrize(("changes", "field"), WARNED)
def test_a_warnings_fix_is_accepted_and_ends_it(changes: dict[str, Any], field: str, grey: Statistics) -> None:
    config = TrainConfig.parse(changes)
    (warning,) = predict(config, grey).warnings
    assert warning.field == field
    fixed = TrainConfig.parse({**config.to_dict(), **warning.changes})
    assert fixed != config
    assert [left for left in predict(fixed, grey).warnings if left.field == field] == []


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"likelihood": "gaussian", "scale": "optimal"},
        {"likelihood": "gaussian", "sigma": 0.1},
        {"likelihood": "gaussian", "scale": "per_pixel", "dequantize": True},
        {"model": "ae", "reconstruction_reduction": "mean"},
        {"objective": "mmd", "beta": 0},
        {"free_bits": 0.5, "beta": 100},
        {"beta_schedule": "linear", "warmup_steps": 100, "max_steps": 100},
    ],
)
def test_what_is_sound_is_not_warned_of(changes: dict[str, Any], grey: Statistics) -> None:
    assert predict(TrainConfig.parse(changes), grey).warnings == ()


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_can_be_predicted(preset: str) -> None:
    for config in PRESETS[preset].configs():
        prediction = predict(config)
        assert prediction.parameters > 0
        assert prediction.memory > 0
        assert prediction.seconds > 0


def test_runs_of_the_same_kind_decide_the_time_and_others_only_without_them() -> None:
    config = TrainConfig.parse({"max_steps": 1000, "epochs": None})
    other = TrainConfig.parse({"max_steps": 1000, "dataset": "mnist"})
    slow = Pace(other, 3 * seconds(other) / other.total_steps)
    alike = [Pace(config, pace) for pace in (0.02, 0.01, 0.5)]
    assert predict(config).seconds == seconds(config)
    assert predict(config, earlier=[slow]).seconds == pytest.approx(3 * seconds(config))
    assert predict(config, earlier=[slow, *alike]).seconds == pytest.approx(20)
    bases = {predict(config, earlier=runs).seconds_from for runs in ([], [slow], alike)}
    assert len(bases) == 3


def test_the_time_besides_training_is_that_of_runs_that_were_examined_as_this_one_will_be() -> None:
    examined, bare = TrainConfig.parse({}), TrainConfig.parse({"examine": False})
    earlier = [Pace(examined, 0.01, took) for took in (20.0, 30.0, 90.0)] + [
        Pace(bare, 0.01, 5.0),
        Pace(examined, 0.01),
    ]
    assert predict(examined, earlier=earlier).overhead == 30
    assert predict(bare, earlier=earlier).overhead == 5
    assert 0 < predict(bare).overhead < 60


def test_a_wide_scale_is_told_by_what_it_costs_and_never_against_the_live_units(grey: Statistics) -> None:
    """Every unit lives in theory, so nothing may say that little is worth encoding."""
    wide = replace(grey, train=replace(grey.train, spectrum=grey.train.spectrum * 2))
    prediction = predict(TrainConfig.parse({"likelihood": "gaussian", "latent_dim": 2}), wide)
    assert prediction.predicted_active_units == 2
    (warning,) = prediction.warnings
    assert "little is worth" not in warning.message
    assert "By linear theory the KL ends at 0.975 nats" in warning.message
    assert warning.changes == {"scale": "optimal"}
    (unknown,) = predict(TrainConfig.parse({"likelihood": "gaussian", "free_bits": 0.1}), grey).warnings
    assert "linear theory" not in unknown.message
    assert unknown.message.endswith("Let σ fit the errors.")
    (weighed,) = predict(TrainConfig.parse({"likelihood": "gaussian", "beta": 0.9}), grey).warnings
    assert weighed.message.endswith("Let σ fit the errors, with β = 1.")
    assert weighed.changes == {"scale": "optimal", "beta": 1.0}
