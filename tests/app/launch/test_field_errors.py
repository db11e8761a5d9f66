"""Errors in the form's words, with values that are accepted."""

import re

import pytest

from app.launch.field_errors import FieldError, field_errors
from app.launch.labels import choices, label, typed_values
from vae_core.config.train_config import ConfigError, RefusedConfig, TrainConfig

DEFAULTS = typed_values(TrainConfig())
REFUSED = [
    {"hidden": "500;500"}, {"hidden": "9000, 20"}, {"hidden": "x"}, {"hidden": "1 " * 17}, {"latent_dim": "0"},
    {"latent_dim": "1,000"}, {"latent_dim": "many"}, {"learning_rate": "0,01"}, {"learning_rate": "0"},
    {"learning_rate": "11"}, {"sigma": "0"}, {"nu": "2"}, {"max_steps": "1 000 000 000"}, {"grad_clip": "-1"},
    {"likelihood": "cauchy"}, {"examine": "maybe"}, {"likelihood": "continuous_bernoulli"},
    {"likelihood": "gaussian", "binarize": "static"}, {"binarize": "static", "dequantize": "true"},
    {"likelihood": "discretized_logistic", "dequantize": "true"}, {"likelihood": "student_t", "scale": "optimal"},
    {"likelihood": "gaussian", "scale": "optimal", "objective": "iwae"}, {"model": "ae", "objective": "iwae"},
    {"objective": "iwae", "kl_reduction": "mean"}, {"objective": "iwae", "free_bits": "1"},
    {"objective": "dreg", "beta": "2"}, {"objective": "iwae", "beta_schedule": "linear", "warmup_steps": "3"},
    {"beta_schedule": "linear"}, {"beta_schedule": "cyclical", "warmup_steps": "5"},
    {"epochs": "100000", "batch_size": "1"}, {"objective": "beta_tcvae", "batch_size": "65536"},
    {"objective": "mmd", "batch_size": "1"},
]  # fmt: skip


def refuse(typed: dict[str, str]) -> list[FieldError]:
    with pytest.raises(RefusedConfig) as refused:
        TrainConfig.parse({**DEFAULTS, **typed})
    return list(field_errors(refused.value.errors, {**DEFAULTS, **typed}).values())


def blamed(typed: dict[str, str]) -> set[str]:
    try:
        TrainConfig.parse({**DEFAULTS, **typed})
    except RefusedConfig as refused:
        return {error.field for error in refused.errors}
    return set()


@pytest.mark.parametrize(
    ("typed", "text", "remedy"),
    [
        (
            {"hidden": "500;500"},
            "Hidden layers: whole numbers with commas between, such as 500, 500",
            ("500, 500", "500, 500"),
        ),
        ({"hidden": "9000, 20"}, "Hidden layers: whole numbers from 1 to 8,192", ("8192, 20", "8192, 20")),
        ({"latent_dim": "1,000"}, "Latent dimensions: a whole number from 1 to 4,096", ("1000", "1000")),
        ({"learning_rate": "0,01"}, "Learning rate: a number above 0, at most 10", ("0.01", "0.01")),
        ({"learning_rate": "0"}, "Learning rate: a number above 0, at most 10", None),
        (
            {"model": "ae", "objective": "iwae"},
            "Objective is IWAE, which needs codes with a distribution; choose Model: VAE or Objective: ELBO",
            ("elbo", "ELBO"),
        ),
        (
            {"objective": "iwae", "beta": "2"},
            "β must be 1 with Objective: IWAE, not 2; or choose Objective: ELBO",
            ("1", "1"),
        ),
    ],
)
def test_a_refusal_names_the_field_as_the_form_does_and_offers_what_is_accepted(
    typed: dict[str, str], text: str, remedy: tuple[str, str] | None
) -> None:
    (refusal,) = refuse(typed)
    assert (refusal.text, refusal.remedy) == (text, remedy)


@pytest.mark.parametrize("typed", REFUSED, ids=str)
def test_no_code_name_is_left_and_a_mend_is_accepted(typed: dict[str, str]) -> None:
    for refusal in refuse(typed):
        assert not re.search(r"\w_\w|\w=|\d{5}", refusal.text), refusal.text
        named = sorted((shown for _, shown in choices(refusal.field)), key=len, reverse=True)
        rest = refusal.text
        for name in named:
            rest = rest.replace(name, "")
        codes = {value for value, name in choices(refusal.field) if value != name}
        assert not codes & set(re.findall(r"\w+", rest)), refusal.text
        assert refusal.text.startswith(label(refusal.field))
        if refusal.remedy:
            assert refusal.field not in blamed({**typed, refusal.field: refusal.remedy[0]})


def test_what_is_no_field_keeps_its_sentence() -> None:
    error = ConfigError("surprise", "surprise is not a field of the configuration")
    assert field_errors([error], {})["surprise"] == FieldError("surprise", error.message, None)
