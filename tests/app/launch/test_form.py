"""The form is the configuration's schema: every field, its value, its error."""

from collections.abc import Mapping, Sequence
from dataclasses import fields

import pytest

from app.launch.field_errors import field_errors
from app.launch.form import BASIC, Form, FormField, draw, format_changes
from app.launch.labels import typed_values
from app.launch.origin import Origin, of_preset, of_run
from vae_core.config.families import FAMILIES, OBJECTIVES
from vae_core.config.train_config import ConfigError, RefusedConfig, TrainConfig


def form(typed: Mapping[str, str], errors: Sequence[ConfigError] = (), origin: Origin | None = None) -> Form:
    return draw(origin or Origin(), typed, field_errors(errors, typed))


def drawn(typed: Mapping[str, str], errors: Sequence[ConfigError] = ()) -> dict[str, FormField]:
    made = form(typed, errors)
    return {field.name: field for field in (*made.basic, *made.rest)}


def test_every_field_of_the_configuration_is_drawn_with_its_help() -> None:
    made = drawn(typed_values(TrainConfig()))
    assert made.keys() == {field.name for field in fields(TrainConfig)} | {"seeds"}
    assert all(field.help.endswith((".", "?")) and field.label for field in made.values())


def test_what_the_form_shows_is_what_it_would_send() -> None:
    config = TrainConfig(hidden=(500, 250), learning_rate=3e-4, epochs=None, max_steps=77, sigma=0.1**0.5, beta=4)
    assert TrainConfig.parse(typed_values(config)) == config
    assert typed_values(TrainConfig(hidden=()))["hidden"] == "none"
    assert TrainConfig.parse(typed_values(TrainConfig(hidden=()))) == TrainConfig(hidden=())


def test_choices_are_the_literals_and_the_current_one_is_among_them() -> None:
    likelihood = drawn(typed_values(TrainConfig(likelihood="gaussian")))["likelihood"]
    assert likelihood.choices == tuple((name, family.title) for name, family in FAMILIES.items())
    assert likelihood.value == "gaussian"


def test_an_error_stands_beside_its_field_and_keeps_what_was_typed() -> None:
    typed = {"latent_dim": "0", "learning_rate": "fast"}
    with pytest.raises(RefusedConfig) as refused:
        TrainConfig.parse(typed)
    made = drawn(typed, refused.value.errors)
    assert made["latent_dim"].value == "0"
    assert made["latent_dim"].refusal.text == "Latent dimensions: a whole number from 1 to 4,096"
    assert made["learning_rate"].value == "fast"
    assert made["learning_rate"].refusal.text == "Learning rate: a number above 0, at most 10"
    assert made["beta"].refusal is None


def test_every_objective_has_a_name() -> None:
    made = drawn(typed_values(TrainConfig()))
    assert made["objective"].choices == tuple((name, facts.title) for name, facts in OBJECTIVES.items())


def test_what_was_not_sent_because_it_was_hidden_has_its_default() -> None:
    made = drawn({"likelihood": "bernoulli"})
    assert (made["scale"].value, made["sigma"].value) == ("fixed", str(0.5**0.5))


def test_the_basic_level_is_short_and_the_rest_is_grouped_by_question() -> None:
    made = form(typed_values(TrainConfig()))
    assert tuple(field.name for field in made.basic) == (*BASIC, "seeds")
    assert [part.question for part in made.others] == [
        "Which data?", "Which model?", "Which loss?", "How is it trained?", "How is it watched?",
    ]  # fmt: skip
    assert draw(Origin(), {}, {}, alone=True).basic[-1].name == "max_steps"


def test_the_rest_unfolds_when_it_has_something_to_say() -> None:
    assert not form(typed_values(TrainConfig())).open
    assert not form(typed_values(TrainConfig(latent_dim=3))).open  # a basic field
    assert form(typed_values(TrainConfig(free_bits=0.5))).open
    assert form({}, [ConfigError("threads", "threads must be at least 1, not '0'", 1)]).open


def test_what_a_preset_or_a_sibling_set_is_marked_and_what_was_changed_since_can_go_back() -> None:
    demo = of_preset("digits-demo")
    made = {field.name: field for field in form(demo.values, origin=demo).basic}
    assert (made["latent_dim"].set_there, made["latent_dim"].changed, made["likelihood"].set_there) == (
        True,
        False,
        False,
    )
    assert [field.name for field in form(demo.values, origin=demo).set_there] == ["batch_size"]
    assert not form(demo.values, origin=demo).open  # the summary says it

    sibling = of_run(7, TrainConfig(beta=4))
    made = {field.name: field for field in form({**sibling.values, "scale": "optimal"}, origin=sibling).basic}
    assert (made["scale"].changed, made["scale"].base, made["scale"].base_shown) == (True, "fixed", "Fixed at σ")
    assert [name for name, field in made.items() if field.changed] == ["scale"]


def test_an_emptied_field_says_what_it_falls_back_to() -> None:
    demo = of_preset("digits-demo")
    made = {field.name: field for field in form({**demo.values, "latent_dim": ""}, origin=demo).basic}
    assert (made["latent_dim"].placeholder, made["latent_dim"].changed) == ("10 (preset's)", False)
    assert (made["epochs"].placeholder, made["max_steps"].placeholder) == ("no limit", "no limit")
    endless = {field.name: field for field in form({**demo.values, "epochs": ""}, origin=demo).basic}
    assert (endless["epochs"].placeholder, endless["max_steps"].placeholder) == ("100 (preset's)", "no limit")
    assert not any(field.changed for field in endless.values())  # they mean what the preset has
    ended = form({**demo.values, "epochs": "", "max_steps": "9"}, origin=demo).basic
    assert {field.name for field in ended if field.changed} == {"epochs", "max_steps"}
    sibling = of_run(7, TrainConfig())
    assert drawn(typed_values(TrainConfig()))["latent_dim"].placeholder == "20 (default)"
    assert form(sibling.values, origin=sibling).basic[4].placeholder == "20 (run 7's)"


def test_changes_are_spoken_in_the_forms_words() -> None:
    sentence = format_changes({"scale": "optimal", "beta": 1.0, "dequantize": True, "hidden": [30, 20]})
    assert sentence == "its scale fitted; β: 1; Dequantise pixels: Yes; Hidden layers: 30, 20"
