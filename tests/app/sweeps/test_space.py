"""What may be varied, and what is said of what may not."""

from typing import Any

import pytest

from app.records import Interval
from app.sweeps.space import Space, check_space, combinations, kind, ordered
from vae_core.config.train_config import RefusedConfig, TrainConfig, json_schema


def refusals(space: dict[str, Any], **config: Any) -> dict[str, str]:
    with pytest.raises(RefusedConfig) as refused:
        check_space(TrainConfig.parse(config, stored=True), space)
    return {error.field: error.message for error in refused.value.errors}


def test_values_are_those_that_a_configuration_holds() -> None:
    space: Space = {"hidden": ["200, 100", [50]], "beta": ["0.5", 2], "latent_dim": Interval(low=2, high=8)}
    checked = check_space(TrainConfig(), space)
    assert checked == {"hidden": [[200, 100], [50]], "beta": [0.5, 2.0], "latent_dim": Interval(low=2, high=8)}


@pytest.mark.parametrize(
    ("name", "dimension", "message"),
    [
        ("bta", [1], "is not a field of the configuration"),
        ("seed", [1, 2], "cannot be varied"),
        ("threads", [1, 2], "cannot be varied"),
        ("max_steps", Interval(low=1, high=9), "cannot be varied"),
        ("activation", [], "must have 2 to 100 values, not 0"),
        ("activation", ["relu", "swish"], "must be one of 'relu', 'tanh', 'softplus' or 'gelu', not 'swish'"),
        ("activation", Interval(low=0, high=1), "is not a number: give a list"),
        ("hidden", ["400", [400]], "must have each value once, not [400] again"),
        ("beta", [""], "must have values, not ''"),
        ("beta", Interval(low=2, high=2), "must have low below high, 2, not 2"),
        ("beta", Interval(low=0, high=2, log=True), "must have low above 0 where log is true, not 0"),
        ("beta", Interval(low=-1, high=2), "must be at least 0, not -1"),
        ("latent_dim", Interval(low=1, high=5000), "must be at most 4096, not 5000"),
        ("latent_dim", Interval(low=1.5, high=5), "must be a whole number, not 1.5"),
        ("beta", [1], "must have 2 to 100 values, not 1"),
        ("hidden", [[32, 64]], "must have 2 to 100 values, not 1: semicolons stand between lists"),
        ("nu", [3, 5], "never counts in these trials: it needs likelihood=student_t"),
    ],
)
def test_a_refusal_names_the_field_the_value_and_the_bound(name: str, dimension: Any, message: str) -> None:
    refused = refusals({name: dimension})
    assert list(refused) == [f"space.{name}"]
    assert refused[f"space.{name}"].startswith(f"space.{name} {message}")


def test_every_wrong_field_is_named_and_an_empty_space_too() -> None:
    assert list(refusals({"bta": [1, 2], "beta": [1, 2], "nu": [3, 4]})) == ["space.bta", "space.nu"]
    assert refusals({}) == {"space": "space must vary at least one field, not 0"}


def test_a_field_counts_where_another_that_is_varied_lets_it() -> None:
    space: Space = {"nu": Interval(low=3, high=9), "likelihood": ["gaussian", "student_t"]}
    assert check_space(TrainConfig(), space) == space


def test_fields_come_after_those_that_decide_whether_they_count() -> None:
    space: Space = {"sigma": [1], "scale": ["fixed"], "beta": [1], "likelihood": ["gaussian"]}
    order = ordered(space)
    assert order.index("likelihood") < order.index("scale") < order.index("sigma")
    assert sorted(order) == sorted(space)


def test_combinations_of_what_is_listed() -> None:
    likelihoods = ["bernoulli", "gaussian"]
    space: Space = {"likelihood": likelihoods, "dequantize": [True, False], "beta": [1, 2, 3]}
    made = list(combinations(TrainConfig(latent_dim=7), space, ("dataset", "likelihood", "dequantize")))
    assert {(config.likelihood, config.dequantize, config.latent_dim, config.beta) for config in made} == {
        (likelihood, dequantize, 7, 1.0) for likelihood in likelihoods for dequantize in (True, False)
    }
    assert list(combinations(TrainConfig(), {"beta": [1, 2]}, ("dataset",))) == [TrainConfig()]


def test_the_kinds_of_fields() -> None:
    kinds = {name: kind(name) for name in json_schema()["properties"]}
    assert (kinds["beta"], kinds["grad_clip"], kinds["latent_dim"], kinds["max_steps"]) == (
        *("number", "number"),
        *("integer", "integer"),
    )
    assert {kinds[name] for name in ("likelihood", "hidden", "dequantize", "model")} == {None}
