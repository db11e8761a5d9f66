"""The New-run form, drawn from TrainConfig's own schema: one field here for each field there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.units import LIKELIHOOD_NAMES
from vae_core.config import ConfigError, TrainConfig, json_schema
from vae_core.datasets.facts import FACTS

LABELS = {
    "dataset": "Data set",
    "model": "Model",
    "hidden": "Hidden widths",
    "latent_dim": "Latent dimensions",
    "likelihood": "Likelihood p(x|z)",
    "sigma": "σ of the Gaussian",
    "reconstruction_reduction": "Reconstruction over pixels",
    "kl_reduction": "KL over dimensions",
    "beta": "β",
    "beta_schedule": "β schedule",
    "warmup_steps": "Warm-up",
    "mc_samples": "Samples of z (L)",
    "batch_size": "Batch size (M)",
    "grad_clip": "Gradient clipping",
    "max_steps": "Maximum steps",
    "threads": "CPU threads",
}
CHOICE_NAMES: dict[str, Mapping[str, str]] = {
    "dataset": {name: facts.title for name, facts in FACTS.items()},
    "likelihood": LIKELIHOOD_NAMES,
    "model": {"vae": "VAE", "ae": "Autoencoder (no KL)"},
    "architecture": {"mlp": "MLP", "conv": "Convolutional"},
    "activation": {"relu": "ReLU", "gelu": "GELU"},
    "optimizer": {"adamw": "AdamW", "rmsprop": "RMSprop", "sgd": "SGD"},
    "device": {"cpu": "CPU", "cuda": "CUDA"},
}


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


@dataclass(frozen=True)
class Fieldset:
    """Fields that belong together, under the group's name."""

    name: str
    fields: tuple[FormField, ...]


def fieldsets(typed: Mapping[str, Any], errors: list[ConfigError]) -> list[Fieldset]:
    """The whole form, with what was typed kept as it was and each error beside its field."""
    said = {error.field: error.message for error in errors}
    drawn = [
        _form_field(name, schema, typed.get(name), said.get(name))
        for name, schema in json_schema()["properties"].items()
    ]
    groups = dict.fromkeys(field.group for field in drawn)
    return [Fieldset(group, tuple(field for field in drawn if field.group == group)) for group in groups]


def typed_values(config: TrainConfig) -> dict[str, str]:
    """A configuration as the form would show it."""
    return {name: _text(value) for name, value in config.to_dict().items()}


def _form_field(name: str, schema: Mapping[str, Any], value: object, error: str | None) -> FormField:
    options = schema.get("anyOf", [schema])
    main = options[0]
    choices = tuple((choice, _choice_name(name, choice)) for choice in main.get("enum", ()))
    if main.get("type") == "boolean":
        choices = (("false", "No"), ("true", "Yes"))
    numeric = main.get("type") in {"integer", "number"}
    return FormField(
        name=name,
        label=LABELS.get(name, name.replace("_", " ").capitalize()),
        help=schema["description"],
        kind="select" if choices else "number" if numeric else "text",
        value=_text(value),
        group=schema["group"],
        unit=schema.get("unit", ""),
        choices=choices,
        whole=main.get("type") == "integer",
        placeholder=EMPTY_MEANS.get(name, "automatic") if len(options) > 1 else "",
        shown_when=schema.get("shown_when"),
        error=error,
    )


def _choice_name(field: str, choice: str) -> str:
    return CHOICE_NAMES.get(field, {}).get(choice, choice.capitalize())


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return f"{value!r}".removesuffix(".0") if isinstance(value, float) else str(value)
