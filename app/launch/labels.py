"""What people read and type for a configuration's fields and values: labels, names of choices, typed text. Pure."""

from collections.abc import Mapping
from typing import Any

from app.text.numbers import format_number
from vae_core.config.families import FAMILIES, OBJECTIVES
from vae_core.config.fields import LINEAR
from vae_core.config.train_config import TrainConfig, json_schema
from vae_core.datasets.facts import FACTS

CHOICE_NAMES: dict[str, Mapping[str, str]] = {
    "dataset": {name: facts.title for name, facts in FACTS.items()},
    "binarize": {
        "none": "No, grey",
        "threshold": "By a threshold",
        "static": "Drawn once (static)",
        "dynamic": "Drawn at each step (dynamic)",
    },
    "likelihood": {name: family.title for name, family in FAMILIES.items()},
    "scale": {
        "fixed": "Fixed at σ",
        "shared": "Learned, one for all pixels",
        "optimal": "Optimal, in closed form",
        "per_pixel": "From the decoder, each pixel",
    },
    "objective": {name: facts.title for name, facts in OBJECTIVES.items()},
    "model": {"vae": "VAE", "ae": "Autoencoder (no KL)"},
    "architecture": {"mlp": "MLP", "conv": "Convolutional", "resnet": "Residual convolutional"},
    "activation": {"relu": "ReLU", "gelu": "GELU"},
    "output_bias": {"data_mean": "The mean image"},
    "optimizer": {"adamw": "AdamW", "rmsprop": "RMSprop", "sgd": "SGD"},
    "device": {"cpu": "CPU", "cuda": "CUDA"},
    "precision": {"float32": "float32", "bfloat16": "bfloat16"},
}
EMPTY_MEANS = {"grad_clip": "none", "epochs": "no limit", "max_steps": "no limit"}
GIVEN_DIGITS = 6  # of a typed number: two that differ should look different
AUTOMATIC = "automatic"  # what the other fields mean that may be empty


def label(name: str) -> str:
    """What the form calls a field."""
    called: str = json_schema()["properties"][name].get("label", name.replace("_", " ").capitalize())
    return called


def choices(name: str) -> tuple[tuple[str, str], ...]:
    """The values among which a field chooses, each with its name; none where a value is typed."""
    kind = schema(name)
    if kind.get("type") == "boolean":
        return (("false", "No"), ("true", "Yes"))
    return tuple((choice, choice_name(name, choice)) for choice in kind.get("enum", ()))


def choice_name(name: str, choice: str) -> str:
    """What the form calls a choice."""
    return CHOICE_NAMES.get(name, {}).get(choice, choice.capitalize())


def schema(name: str) -> Mapping[str, Any]:
    """A field's JSON schema, of its value where it may also be empty."""
    whole = json_schema()["properties"][name]
    main: Mapping[str, Any] = whole.get("anyOf", [whole])[0]
    return main


def may_be_empty(name: str) -> bool:
    """Whether an empty field is a value of its own, and not one that was left out."""
    return "anyOf" in json_schema()["properties"].get(name, {})


def shown(name: str, text: str) -> str:
    """A typed value as the form shows it: a choice by its name, an empty one by what it means."""
    return dict(choices(name)).get(text, text) or EMPTY_MEANS.get(name, AUTOMATIC)


def shown_value(value: object, name: str) -> str:
    """A field's value as people read it: a choice by its name, a number by the rule for digits."""
    return shown(name, format_number(value, GIVEN_DIGITS) if isinstance(value, float) else as_typed(value))


def typed_values(config: TrainConfig) -> dict[str, str]:
    """A configuration as the form would show it."""
    return typed(config.to_dict())


def typed(values: Mapping[str, Any]) -> dict[str, str]:
    """Some fields' values as they would be typed into the form, or into its address."""
    return {name: as_typed(value) for name, value in values.items()}


def as_typed(value: object) -> str:
    """A value as it would be typed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or LINEAR
    return f"{value!r}".removesuffix(".0") if isinstance(value, float) else str(value)
