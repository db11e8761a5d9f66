"""The New-run form, drawn from TrainConfig's own schema: one field here for each field there."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from vae_core.config.families import FAMILIES, OBJECTIVES
from vae_core.config.fields import LINEAR
from vae_core.config.train_config import ConfigError, TrainConfig, json_schema
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
FOLDED = {  # what most runs leave as it is
    "output_bias", "reconstruction_reduction", "kl_reduction", "free_bits", "mc_samples", "weight_decay", "grad_clip",
    "precision", "threads", "examine",
}  # fmt: skip
EMPTY_MEANS = {"grad_clip": "none", "epochs": "no limit", "max_steps": "no limit"}


@dataclass(frozen=True)
class FormField:
    """One input: how it looks, what is typed in it, and what is wrong with that."""

    name: str
    label: str
    help: str
    kind: str  # select, number or text
    value: str
    group: str
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    whole: bool = False
    placeholder: str = ""  # what an empty optional field means
    shown_when: Mapping[str, list[str]] | None = None
    error: str | None = None
    remedy: tuple[str, str] | None = None  # a value that would be accepted, and its name


@dataclass(frozen=True)
class Fieldset:
    """Fields that belong together, under the group's name."""

    name: str
    fields: tuple[FormField, ...]
    folded: tuple[FormField, ...]  # shown on request

    @property
    def all(self) -> tuple[FormField, ...]:
        """Every field of the set."""
        return self.fields + self.folded

    @property
    def open(self) -> bool:
        """Whether a folded field has something to say: an error, or another value than the default."""
        defaults = typed_values(TrainConfig())
        return any(field.error or field.value not in {"", defaults[field.name]} for field in self.folded)


def fieldsets(typed: Mapping[str, Any], errors: list[ConfigError], without: Collection[str] = ()) -> list[Fieldset]:
    """The form, with what was typed kept as it was and each error beside its field, and `without` some fields.

    What is not among `typed`, because another choice hides it, has its default.
    """
    by_field = {error.field: error for error in errors}
    typed = {**typed_values(TrainConfig()), **typed}
    drawn = [
        _form_field(name, schema, typed[name], by_field.get(name))
        for name, schema in json_schema()["properties"].items()
        if name not in without
    ]
    groups = dict.fromkeys(field.group for field in drawn)
    return [_fieldset(group, [field for field in drawn if field.group == group]) for group in groups]


def _fieldset(name: str, fields: list[FormField]) -> Fieldset:
    plain = tuple(field for field in fields if field.name not in FOLDED)
    return Fieldset(name, plain, tuple(field for field in fields if field.name in FOLDED))


def typed_values(config: TrainConfig) -> dict[str, str]:
    """A configuration as the form would show it."""
    return typed(config.to_dict())


def typed(values: Mapping[str, Any]) -> dict[str, str]:
    """Some fields' values as they would be typed into the form, or into its address."""
    return {name: _text(value) for name, value in values.items()}


def _form_field(name: str, schema: Mapping[str, Any], value: object, error: ConfigError | None) -> FormField:
    options = schema.get("anyOf", [schema])
    main = options[0]
    choices = tuple((choice, _choice_name(name, choice)) for choice in main.get("enum", ()))
    if main.get("type") == "boolean":
        choices = (("false", "No"), ("true", "Yes"))
    numeric = main.get("type") in {"integer", "number"}
    return FormField(
        name=name,
        label=_label(name),
        help=schema["description"],
        kind="select" if choices else "number" if numeric else "text",
        value=_text(value),
        group=schema["group"],
        unit=schema.get("unit", ""),
        choices=choices,
        whole=main.get("type") == "integer",
        placeholder=EMPTY_MEANS.get(name, "automatic") if len(options) > 1 else "",
        shown_when=schema.get("shown_when"),
        error=error.message if error else None,
        remedy=next(((choice, label) for choice, label in choices if error and choice == _text(error.bound)), None),
    )


def sibling_address(run_id: int, changes: Mapping[str, Any]) -> str:
    """The address of the form, filled in with a run's configuration and these changes."""
    return f"/runs/new?{urlencode({'from': run_id, **typed(changes)})}"


def preset_address(preset: str, changes: Mapping[str, Any]) -> str:
    """The address of the form, filled in with a preset and these changes."""
    return f"/runs/new?{urlencode({'preset': preset, **typed(changes)})}"


def format_changes(changes: Mapping[str, Any]) -> str:
    """Values as the form would show them, such as "Its scale: Optimal, in closed form"."""
    shown = typed(changes)
    booleans = {name: "Yes" if value else "No" for name, value in changes.items() if isinstance(value, bool)}
    properties = json_schema()["properties"]
    chosen = {name: _choice_name(name, text) for name, text in shown.items() if "enum" in properties[name]}
    return "; ".join(f"{_label(name)}: {text}" for name, text in (shown | chosen | booleans).items())


def _label(name: str) -> str:
    label: str = json_schema()["properties"][name].get("label", name.replace("_", " ").capitalize())
    return label


def _choice_name(field: str, choice: str) -> str:
    return CHOICE_NAMES.get(field, {}).get(choice, choice.capitalize())


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or LINEAR
    return f"{value!r}".removesuffix(".0") if isinstance(value, float) else str(value)
