"""The form is the configuration's schema: every field, its value, its error."""

from dataclasses import fields

import pytest

from app.forms import FormField, fieldsets, typed_values
from vae_core.config import RefusedConfig, TrainConfig


def drawn(typed: dict[str, object], errors: list | None = None) -> dict[str, FormField]:
    return {field.name: field for fieldset in fieldsets(typed, errors or []) for field in fieldset.fields}


def test_every_field_of_the_configuration_is_drawn_with_its_help() -> None:
    form = drawn(typed_values(TrainConfig()))
    assert list(form) == [field.name for field in fields(TrainConfig)]
    assert all(field.help.endswith((".", "?")) and field.label for field in form.values())


def test_what_the_form_shows_is_what_it_would_send() -> None:
    config = TrainConfig(hidden=(500, 250), learning_rate=3e-4, epochs=None, max_steps=77, sigma=0.1**0.5, beta=4)
    assert TrainConfig.parse(typed_values(config)) == config


def test_choices_are_the_literals_and_the_current_one_is_among_them() -> None:
    likelihood = drawn(typed_values(TrainConfig(likelihood="gaussian")))["likelihood"]
    assert [value for value, _ in likelihood.choices] == ["bernoulli", "continuous_bernoulli", "gaussian"]
    assert likelihood.value == "gaussian"


def test_an_error_stands_beside_its_field_and_keeps_what_was_typed() -> None:
    typed = {"latent_dim": "0", "learning_rate": "fast"}
    with pytest.raises(RefusedConfig) as refused:
        TrainConfig.parse(typed)
    form = drawn(typed, refused.value.errors)
    assert form["latent_dim"].value == "0"
    assert form["latent_dim"].error == "latent_dim must be at least 1, not '0'"
    assert form["learning_rate"].value == "fast"
    assert "learning_rate" in (form["learning_rate"].error or "")
    assert form["beta"].error is None
