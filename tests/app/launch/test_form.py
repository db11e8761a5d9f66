"""The form is the configuration's schema: every field, its value, its error."""

from collections.abc import Mapping
from dataclasses import fields

import pytest

from app.launch.form import FOLDED, FormField, fieldsets, format_changes, typed_values
from vae_core.config.families import FAMILIES, OBJECTIVES
from vae_core.config.train_config import ConfigError, RefusedConfig, TrainConfig


def drawn(typed: Mapping[str, object], errors: list[ConfigError] | None = None) -> dict[str, FormField]:
    return {field.name: field for fieldset in fieldsets(typed, errors or []) for field in fieldset.all}


def test_every_field_of_the_configuration_is_drawn_with_its_help() -> None:
    form = drawn(typed_values(TrainConfig()))
    assert form.keys() == {field.name for field in fields(TrainConfig)}
    assert all(field.help.endswith((".", "?")) and field.label for field in form.values())


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
    form = drawn(typed, refused.value.errors)
    assert form["latent_dim"].value == "0"
    assert form["latent_dim"].error == "latent_dim must be at least 1, not '0'"
    assert form["learning_rate"].value == "fast"
    assert "learning_rate" in (form["learning_rate"].error or "")
    assert form["beta"].error is None


def test_every_objective_has_a_name() -> None:
    form = drawn(typed_values(TrainConfig()))
    assert form["objective"].choices == tuple((name, facts.title) for name, facts in OBJECTIVES.items())


def test_what_was_not_sent_because_it_was_hidden_has_its_default() -> None:
    form = drawn({"likelihood": "bernoulli"})
    assert (form["scale"].value, form["sigma"].value) == ("fixed", str(0.5**0.5))


def test_folded_fields_unfold_when_they_have_something_to_say() -> None:
    assert not any(part.open for part in fieldsets(typed_values(TrainConfig()), []))
    assert {field.name for part in fieldsets({}, []) for field in part.folded} == FOLDED
    changed = fieldsets(typed_values(TrainConfig(free_bits=0.5)), [])
    assert [part.name for part in changed if part.open] == ["Loss"]
    wrong = fieldsets({}, [ConfigError("threads", "threads must be at least 1, not '0'", 1)])
    assert [part.name for part in wrong if part.open] == ["Running"]


@pytest.mark.parametrize(
    ("typed", "field", "remedy"),
    [
        ({"likelihood": "continuous_bernoulli"}, "dequantize", ("true", "Yes")),
        ({"likelihood": "gaussian", "binarize": "static"}, "binarize", ("none", "No, grey")),
        ({"objective": "iwae", "kl_reduction": "mean"}, "kl_reduction", ("sum", "Sum")),
        (
            {"likelihood": "discretized_logistic", "scale": "optimal"},
            "scale",
            ("shared", "Learned, one for all pixels"),
        ),
        ({"latent_dim": "0"}, "latent_dim", None),
        ({"likelihood": "cauchy"}, "likelihood", None),
    ],
)
def test_a_choice_that_does_not_fit_comes_with_one_that_does(
    typed: dict[str, str], field: str, remedy: tuple[str, str] | None
) -> None:
    with pytest.raises(RefusedConfig) as refused:
        TrainConfig.parse(typed)
    form = drawn(typed, refused.value.errors)
    assert form[field].remedy == remedy
    assert [name for name, one in form.items() if one.remedy] == [field] * bool(remedy)
    if remedy:
        TrainConfig.parse({**typed, field: remedy[0]})


def test_changes_are_spoken_in_the_forms_words() -> None:
    sentence = format_changes({"scale": "optimal", "beta": 1.0, "dequantize": True, "hidden": [30, 20]})
    assert sentence == "Its scale: Optimal, in closed form; β: 1; Dequantise pixels: Yes; Hidden widths: 30, 20"
