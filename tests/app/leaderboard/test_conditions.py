"""Conditions as people type them."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Refused
from app.launch.labels import label
from app.leaderboard.columns import COLUMNS
from app.leaderboard.conditions import NUMBERS, choosable, conditions
from vae_core.config.train_config import TrainConfig, json_schema


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("   ", []),
        ("beta > 1", [("beta", ">", 1.0)]),
        ("beta>1,latent_dim<=8", [("beta", ">", 1.0), ("latent_dim", "<=", 8)]),
        ("beta == 1 AND latent_dim ≥ 8,", [("beta", "=", 1.0), ("latent_dim", ">=", 8)]),
        ("likelihood = gaussian and beta != 1", [("likelihood", "=", "gaussian"), ("beta", "!=", 1.0)]),
        ("likelihood = MSE", [("likelihood", "=", "gaussian")]),
        ("Loss = gaussian (mse)", [("likelihood", "=", "gaussian")]),
        ("hidden = 200,200", [("hidden", "=", (200, 200))]),
        ("hidden = 200, 200, beta > 1", [("hidden", "=", (200, 200)), ("beta", ">", 1.0)]),
        ("hidden != none and β < 2", [("hidden", "!=", ()), ("beta", "<", 2.0)]),
        ("hidden = 200,200, σ, the scale >= 0.1", [("hidden", "=", (200, 200)), ("sigma", ">=", 0.1)]),
        ("beta => 1, latent_dim =< 8", [("beta", ">=", 1.0), ("latent_dim", "<=", 8)]),
        ("dequantize = yes", [("dequantize", "=", True)]),
        ("grad_clip = none, threads != automatic", [("grad_clip", "=", None), ("threads", "!=", None)]),
        ("−ELBO < −3", [("negative_elbo", "<", -3.0)]),
        ("MSE, held out, per pixel < 2e-2", [("mse_per_pixel", "<", 0.02)]),
        ("Batch size (M) = 64", [("batch_size", "=", 64)]),
    ],
)
def test_what_is_typed_is_read(text: str, expected: list[Any]) -> None:
    read = [(one.field, one.operator, one.value) for one in conditions(text)]
    assert read == expected
    assert [type(value) for *_, value in read] == [type(value) for *_, value in expected]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("beta", "'beta' is no condition: write a field, one of =, !=, <, <=, > and >=, and a value"),
        ("> 1", "a field must stand before "),
        ("status = finished", "'status' is no field: the status has a filter of its own"),
        ("elbo > -100", "'elbo' is no field: negative_elbo, which is −elbo, is the field"),
        ("betta > 1", "'betta' is no field: choose one of dataset, binarize"),
        ("beta >", "beta needs a value to be compared with"),
        ("beta > x", "beta must be a number, not 'x'"),
        ("beta > -1", "beta must be at least 0, not '-1'"),
        ("beta > nan", "beta must be a finite number, not 'nan'"),
        ("latent_dim <= 8.5", "latent_dim must be a whole number, not '8.5'"),
        ("likelihood = cauchy", "likelihood must be one of 'bernoulli', 'continuous_bernoulli'"),
        ("likelihood > gaussian", "likelihood takes = or !=, not >, since it has no order"),
        ("hidden < 200", "hidden takes = or !=, not <, since it has no order"),
        ("grad_clip < none", "grad_clip takes = or !=, not <, since it has no order"),
        ("kl < low", "kl must be compared with a number, not 'low'"),
        ("kl < inf", "kl must be compared with a number, not 'inf'"),
        ("beta > 1 latent_dim < 8", "a comma or 'and' must stand between conditions, which all must hold, not '1 lat"),
        ("beta > 1 or beta < 8", "'and' must stand between conditions, which all must hold, not '1 or beta'"),
        ("beta > 1, nope < 8", "'nope' is no field"),
    ],
)
def test_what_cannot_be_read_is_refused_with_field_value_and_bound(text: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        conditions(text)
    assert sentence in refused.value.message
    assert refused.value.field == "where"


@pytest.mark.parametrize("name", json_schema()["properties"])
def test_a_field_is_called_by_its_name_or_its_label(name: str) -> None:
    value = TrainConfig(max_steps=5).to_dict()[name]
    text = "none" if value is None else ",".join(map(str, value)) if isinstance(value, list) else str(value)
    assert conditions(f"{name} = {text}") == conditions(f"{label(name)} = {text}")


def test_every_number_of_the_list_takes_conditions_and_no_two_share_a_name() -> None:
    for name, column in NUMBERS.items():
        assert conditions(f"{name} < 1") == conditions(f"{column.label} < 1") == conditions(f"{column.title} < 1")
    assert set(choosable()) < {*COLUMNS}


@given(
    st.text(max_size=60) | st.lists(st.sampled_from(["beta", "hidden", ",", "and", "<=", "=", "1", " "])).map("".join)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(Refused):
        assert all(one.field in COLUMNS for one in conditions(text))
