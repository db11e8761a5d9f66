import json
from dataclasses import FrozenInstanceError, fields
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_core.config.limits import MAX_TOTAL_STEPS
from vae_core.config.train_config import ConfigError, RefusedConfig, TrainConfig, json_schema

AT_LEAST = {
    "latent_dim": 1, "sigma": 1e-3, "beta": 0, "warmup_steps": 0, "mc_samples": 1, "batch_size": 1, "weight_decay": 0,
    "epochs": 1, "max_steps": 1, "seed": 0, "threads": 1, "evaluate_every": 1, "picture_every": 1,
    "checkpoint_every": 1, "cycle_steps": 0,
    "free_bits": 0, "importance_samples": 1, "elbo_weight": 0, "mmd_weight": 0,
}  # fmt: skip
ABOVE = {"learning_rate": 0, "grad_clip": 0, "nu": 2}
AT_MOST = {
    "latent_dim": 4096, "sigma": 100, "beta": 1e6, "warmup_steps": MAX_TOTAL_STEPS, "mc_samples": 1000,
    "batch_size": 65536, "learning_rate": 10, "weight_decay": 10, "grad_clip": 1e6, "epochs": 100_000,
    "max_steps": MAX_TOTAL_STEPS, "seed": 2**31 - 1, "threads": 256, "evaluate_every": MAX_TOTAL_STEPS,
    "picture_every": MAX_TOTAL_STEPS, "checkpoint_every": MAX_TOTAL_STEPS, "cycle_steps": MAX_TOTAL_STEPS,
    "free_bits": 1000, "importance_samples": 1000, "elbo_weight": 1, "mmd_weight": 1e6, "nu": 1e6,
}  # fmt: skip
WHOLE = {name for name in AT_MOST if isinstance(AT_MOST[name], int)} - {
    "sigma", "learning_rate", "weight_decay", "free_bits", "elbo_weight",
}  # fmt: skip
CHOICES = tuple(name for name, field in json_schema()["properties"].items() if "enum" in field)


def _refused(raw: dict[str, Any]) -> ConfigError:
    """The one error that `raw` is refused with."""
    with pytest.raises(RefusedConfig) as refused:
        TrainConfig.parse(raw)
    (error,) = refused.value.errors
    return error


@pytest.mark.parametrize(("name", "bound"), AT_LEAST.items())
def test_below_the_least_value_is_refused_with_field_value_and_bound(name: str, bound: Any) -> None:
    assert getattr(TrainConfig.parse({name: bound}), name) == bound
    value = bound - 1
    error = _refused({name: value})
    assert (error.field, error.bound) == (name, bound)
    assert error.message.startswith(f"{name} must be at least ")
    assert error.message.endswith(f", not {value}")


@pytest.mark.parametrize(("name", "bound"), ABOVE.items())
def test_an_open_bound_is_itself_refused(name: str, bound: Any) -> None:
    assert getattr(TrainConfig.parse({name: bound + 1e-9}), name) == bound + 1e-9
    error = _refused({name: bound})
    assert (error.field, error.bound) == (name, bound)
    assert error.message == f"{name} must be above {error.bound}, not {bound}"


@pytest.mark.parametrize(("name", "bound"), AT_MOST.items())
def test_above_the_greatest_value_is_refused_with_field_value_and_bound(name: str, bound: Any) -> None:
    assert getattr(TrainConfig.parse({name: bound}), name) == bound
    error = _refused({name: bound + 1})
    assert (error.field, error.bound) == (name, bound)
    assert error.message.startswith(f"{name} must be at most ")
    assert error.message.endswith(f", not {bound + 1}")


def test_every_number_has_both_bounds_in_the_tables_above() -> None:
    numbers = {
        name
        for name, field in json_schema()["properties"].items()
        if {"integer", "number"} & {field.get("type"), *(kind["type"] for kind in field.get("anyOf", ()))}
    }
    assert numbers == AT_LEAST.keys() | ABOVE.keys() == AT_MOST.keys()


@pytest.mark.parametrize("name", sorted(WHOLE))
@pytest.mark.parametrize("value", [2.5, "two", "1e3", [1], {"a": "{b}"}])
def test_a_whole_number_is_asked_for_in_words(name: Any, value: Any) -> None:
    error = _refused({name: value})
    assert error.field == name
    assert error.message.startswith(f"{name} must be a whole number, not ")
    assert str(value) in error.message


@pytest.mark.parametrize("name", sorted(AT_MOST.keys() - WHOLE))
@pytest.mark.parametrize("value", [nan, inf, -inf, "nan", "inf"])
def test_only_finite_numbers_pass(name: Any, value: float | str) -> None:
    assert _refused({name: value}).message == f"{name} must be a finite number, not {value!r}"


@pytest.mark.parametrize("name", CHOICES)
def test_a_choice_lists_what_there_is(name: Any) -> None:
    error = _refused({name: "<script>"})
    assert error.field == name
    assert "not '<script>'" in error.message
    assert all(repr(choice) in error.message for choice in json_schema()["properties"][name]["enum"])


@pytest.mark.parametrize(
    "widths", ["500, 300", "500 300", "500x300", "[500, 300]", "(500,300)", [500, 300], (500, 300)]
)
def test_widths_can_be_said_in_many_ways(widths: list[int] | str | tuple[int, ...]) -> None:
    assert TrainConfig.parse({"hidden": widths}).hidden == (500, 300)


@pytest.mark.parametrize(
    ("widths", "message"),
    [
        ("500, 0", "hidden must be at least 1, not '0'"),
        ([8193], "hidden must be at most 8192, not 8193"),
        ("wide, high", "hidden must be a whole number, not 'wide'"),
        ([4] * 17, "hidden takes at most 16 entries"),
        (5, "hidden must be a list of whole numbers, not 5"),
    ],
)
def test_wrong_widths_are_refused_in_words(widths: Any, message: str) -> None:
    assert _refused({"hidden": widths}).message == message


@pytest.mark.parametrize("widths", ["none", "[]", [], ()])
def test_no_hidden_layer_can_be_said(widths: list[int] | str | tuple[int, ...]) -> None:
    assert TrainConfig.parse({"hidden": widths}).hidden == ()


def test_strings_from_a_form_are_read_as_numbers() -> None:
    config = TrainConfig.parse({"latent_dim": "10", "learning_rate": "1e-4", "grad_clip": "", "beta": " 4 "})
    assert (config.latent_dim, config.learning_rate, config.grad_clip, config.beta) == (10, 1e-4, None, 4)


def test_an_emptied_field_is_its_default_or_nothing() -> None:
    config = TrainConfig.parse({"latent_dim": "", "threads": "", "epochs": "", "max_steps": "50"})
    assert (config.latent_dim, config.threads, config.epochs, config.max_steps) == (20, None, None, 50)


def test_nothing_said_about_the_length_means_ten_epochs() -> None:
    assert TrainConfig().epochs == 10


def test_every_wrong_field_is_reported() -> None:
    with pytest.raises(RefusedConfig) as refused:
        TrainConfig.parse({"latent_dim": 0, "beta": -1, "colour": "red"})
    assert {error.field for error in refused.value.errors} == {"latent_dim", "beta", "colour"}
    assert "latent_dim must be at least 1, not 0" in str(refused.value)


def test_an_unknown_field_is_refused() -> None:
    assert _refused({"latent_dims": 3}).message == "latent_dims is not a field of the configuration"


CB = {"likelihood": "continuous_bernoulli"}
LOGISTIC = {"likelihood": "discretized_logistic"}
IWAE = {"objective": "iwae"}


@pytest.mark.parametrize(
    ("raw", "field", "bound", "message"),
    [
        ({"beta_schedule": "linear"}, "warmup_steps", 1, "must be at least 1 for a linear schedule, not 0"),
        ({"beta_schedule": "cyclical"}, "warmup_steps", 1, "must be at least 1 for a cyclical schedule, not 0"),
        (
            {"beta_schedule": "cyclical", "warmup_steps": 9, "cycle_steps": 8}, "cycle_steps", 9,
            "must be at least 9, the warmup_steps of every cycle, not 8",
        ),
        ({"binarize": "static", "likelihood": "gaussian"}, "binarize", "none", "choose none"),
        ({"binarize": "dynamic", **CB, "dequantize": True}, "binarize", "none", "only likelihood=bernoulli"),
        ({"binarize": "threshold", "dequantize": True}, "dequantize", False, "choose false, or binarize=none"),
        (CB, "dequantize", True, "must be true for the continuous Bernoulli"),
        ({**LOGISTIC, "dequantize": True}, "dequantize", False, "must be false for the discretised logistic"),
        ({**LOGISTIC, "scale": "optimal"}, "scale", "shared", "choose shared or per_pixel"),
        ({"model": "ae", **IWAE}, "objective", "elbo", "choose model=vae or objective=elbo"),
        ({**IWAE, "beta": 2}, "beta", 1, "must be 1 with objective=iwae, not 2.0; or choose objective=elbo"),
        ({"objective": "dreg", "beta_schedule": "linear", "warmup_steps": 5}, "beta_schedule", "constant", "must be c"),
        ({"objective": "ciwae", "free_bits": 0.5}, "free_bits", 0, "must be 0 with objective=ciwae, not 0.5"),
        ({"objective": "mmd", "kl_reduction": "mean"}, "kl_reduction", "sum", "must be sum with objective=mmd"),
        ({**IWAE, "reconstruction_reduction": "mean"}, "reconstruction_reduction", "sum", "not mean; or choose"),
        ({**IWAE, "likelihood": "gaussian", "scale": "optimal"}, "scale", "shared", "choose shared or per_pixel"),
        ({"objective": "beta_tcvae", "batch_size": 65536}, "batch_size", 2**27, "is 65536, too large for objective="),
        ({"objective": "beta_tcvae", "batch_size": 1}, "batch_size", 2, "must be at least 2 with objective=beta_tcvae"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused_with_what_to_choose(
    raw: Any, field: str, bound: bool | int | str, message: str
) -> None:
    error = _refused(raw)
    assert (error.field, error.bound) == (field, bound)
    assert error.message.startswith(f"{field} ")
    assert message in error.message
    assert "{value}" not in error.message


def test_a_stored_configuration_keeps_what_is_refused_today() -> None:
    assert TrainConfig.parse(CB, stored=True).likelihood == "continuous_bernoulli"
    with pytest.raises(RefusedConfig):
        TrainConfig.parse({"latent_dim": 0}, stored=True)


def test_only_importance_weighting_multiplies_the_samples() -> None:
    assert TrainConfig(mc_samples=3).samples == 3
    assert TrainConfig(mc_samples=3, importance_samples=4, objective="dreg").samples == 12


def test_too_long_a_run_is_refused() -> None:
    error = _refused({"dataset": "mnist", "batch_size": 1, "epochs": 100_000})
    assert (error.field, error.bound) == ("epochs", MAX_TOTAL_STEPS)
    assert "makes 6000000000 steps" in error.message
    assert TrainConfig.parse({"dataset": "mnist", "batch_size": 1, "epochs": 100_000, "max_steps": 9}).total_steps == 9


@pytest.mark.parametrize("hostile", ["9" * 5000, "x" * 100_000, "{0}", "%s", "\0", "²", "\u202e12", [[]], {"": 1}])
@pytest.mark.parametrize("name", ["latent_dim", "hidden", "learning_rate", "likelihood"])
def test_a_hostile_value_gets_one_short_sentence(name: str, hostile: Any) -> None:
    error = _refused({name: hostile})
    assert error.field == name
    assert len(error.message) < 200


@given(st.dictionaries(st.text(max_size=80), st.none() | st.text() | st.integers() | st.floats(), min_size=1))
def test_no_input_makes_parse_raise_anything_else(raw: dict[str, Any]) -> None:
    with pytest.raises(RefusedConfig):
        TrainConfig.parse({**raw, "{}": 1})


configs = st.fixed_dictionaries(
    {"hidden": st.lists(st.integers(1, 8192), max_size=16), "max_steps": st.integers(1, MAX_TOTAL_STEPS)},
    optional={
        "beta": st.floats(0, 1e6),
        "sigma": st.floats(1e-3, 100),
        "learning_rate": st.floats(0, 10, exclude_min=True),
        "grad_clip": st.none() | st.floats(1e-9, 1e6),
        "likelihood": st.sampled_from(["bernoulli", "gaussian"]),
        "seed": st.integers(0, 2**31 - 1),
    },
)


@given(configs)
def test_a_configuration_survives_json(raw: dict[str, Any]) -> None:
    config = TrainConfig.parse(raw)
    assert TrainConfig.parse(json.loads(json.dumps(config.to_dict(), allow_nan=False))) == config


@pytest.mark.parametrize(
    ("changes", "per_epoch", "total"),
    [
        ({"dataset": "mnist", "batch_size": 128, "epochs": 10}, 469, 4690),
        ({"dataset": "mnist", "batch_size": 128, "epochs": 10, "max_steps": 100}, 469, 100),
        ({"dataset": "digits", "batch_size": 1437, "epochs": 3}, 1, 3),
        ({"dataset": "digits", "batch_size": 1436, "max_steps": 7}, 2, 7),
    ],
)
def test_steps_are_counted_with_the_last_smaller_batch(changes: dict[str, Any], per_epoch: int, total: int) -> None:
    config = TrainConfig(**changes)
    assert (config.steps_per_epoch, config.total_steps) == (per_epoch, total)


@pytest.mark.parametrize(("steps", "evaluation", "picture"), [(1000, 100, 50), (3, 1, 1), (4690, 469, 235)])
def test_intervals_follow_the_length_of_the_run(steps: int, evaluation: int, picture: int) -> None:
    config = TrainConfig(max_steps=steps)
    assert (config.evaluation_interval, config.picture_interval) == (evaluation, picture)
    named = TrainConfig(max_steps=steps, evaluate_every=7, picture_every=9)
    assert (named.evaluation_interval, named.picture_interval) == (7, 9)


def test_a_configuration_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        TrainConfig().beta = 2  # type: ignore[misc]


def test_every_field_has_help_a_group_and_a_place_in_the_schema() -> None:
    properties = json_schema()["properties"]
    assert list(properties) == [field.name for field in fields(TrainConfig)]
    assert all(field["description"].endswith(".") and field["group"] for field in properties.values())


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"epochs": 99, "threads": 2, "evaluate_every": 7, "examine": False, "checkpoint_every": 5}, True),
        ({"seed": 1}, False),
        ({"beta": 2}, False),
        ({"latent_dim": 3}, False),
        ({"binarize": "static"}, False),
    ],
)
def test_checkpoints_fit_configurations_whose_steps_have_the_same_numbers(changes: dict[str, Any], same: bool) -> None:
    assert (TrainConfig(**changes).identity == TrainConfig().identity) == same


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"seed": 7}, True),
        ({"sigma": 0.1}, True),  # BCE has none
        ({"threads": 1, "max_steps": 100}, True),
        ({"beta": 2.0}, False),
        ({"likelihood": "gaussian"}, False),
    ],
)
def test_runs_that_differ_in_the_seed_alone_share_a_configuration(changes: dict[str, Any], same: bool) -> None:
    assert (TrainConfig(**changes).seedless == TrainConfig().seedless) == same


def test_checkpoints_come_with_evaluations_unless_said_otherwise() -> None:
    assert TrainConfig(max_steps=1000).checkpoint_interval == 100
    assert TrainConfig(max_steps=1000, evaluate_every=70).checkpoint_interval == 70
    assert TrainConfig(max_steps=1000, checkpoint_every=9).checkpoint_interval == 9


@pytest.mark.parametrize(("steps", "interval"), [(1, 1), (500, 1), (501, 2), (1000, 2), (1001, 3), (10**6, 2000)])
def test_vitals_are_of_at_most_five_hundred_steps_and_the_last(steps: int, interval: int) -> None:
    assert TrainConfig(epochs=None, max_steps=steps).vitals_interval == interval
