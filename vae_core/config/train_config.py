"""The configuration of one training run: a frozen record that draws the form, checks itself and is stored as JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from functools import cache
from hashlib import sha256
from typing import Any, Self, get_args

from pydantic import ConfigDict, TypeAdapter, ValidationError, ValidationInfo, model_validator
from pydantic.dataclasses import dataclass

from vae_core.config.errors import ConfigError, RefusedConfig, refused
from vae_core.config.families import FAMILIES, OBJECTIVES
from vae_core.config.fields import Fields
from vae_core.config.rules import check_rules
from vae_core.datasets.facts import FACTS

__all__ = ["ConfigError", "RefusedConfig", "TrainConfig", "at_work", "json_schema", "shown_when"]

INDIFFERENT = {  # fields that no step's numbers depend on: how long, where, and what is looked at on the way
    "epochs", "max_steps", "device", "threads", "evaluate_every", "picture_every", "checkpoint_every", "examine",
}  # fmt: skip


@dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class TrainConfig(Fields):
    """Everything that decides a run's numbers. Terms that follow from it are nats per example.

    Raises `pydantic.ValidationError` when constructed with a refused value; `TrainConfig.parse` raises
    `RefusedConfig` with one sentence a field instead, for people.
    """

    @model_validator(mode="after")
    def _together(self, info: ValidationInfo) -> Self:
        """The rules that span fields; a stored configuration has passed those of its day."""
        if self.epochs is None and self.max_steps is None:
            object.__setattr__(self, "epochs", 10)
        if not (info.context or {}).get("stored"):
            check_rules(self, self.total_steps)
        return self

    @property
    def pixel_transform(self) -> str:
        """What is done to the pixels: a way to make them binary, 'dequantized', or 'none'."""
        return "dequantized" if self.dequantize else self.binarize

    @property
    def steps_per_epoch(self) -> int:
        """Minibatches in one pass over the training split, the last one possibly smaller."""
        return -(-FACTS[self.dataset].train // self.batch_size)

    @property
    def total_steps(self) -> int:
        """Optimiser updates of the whole run: epochs or max_steps, whichever ends first."""
        ends = [self.epochs and self.epochs * self.steps_per_epoch, self.max_steps]
        return min(end for end in ends if end is not None)

    @property
    def samples(self) -> int:
        """Samples of z for each image and step: L, times K where the objective weighs them."""
        return self.mc_samples * (self.importance_samples if OBJECTIVES[self.objective].importance else 1)

    @property
    def evaluation_interval(self) -> int:
        """Steps between evaluations."""
        return self.evaluate_every or max(1, -(-self.total_steps // 10))

    @property
    def picture_interval(self) -> int:
        """Steps between pictures."""
        return self.picture_every or max(1, -(-self.total_steps // 20))

    @property
    def checkpoint_interval(self) -> int:
        """Steps between checkpoints."""
        return self.checkpoint_every or self.evaluation_interval

    @property
    def vitals_interval(self) -> int:
        """Steps between vitals, some 500 of a run: a gradient's norm costs 1.6 to 3 % of a step."""
        return -(-self.total_steps // 500)

    @property
    def identity(self) -> str:
        """A hash of every field that a step's numbers depend on: checkpoints fit runs that share it.

        Other likelihoods' own fields are left out, so that a new likelihood keeps the hashes of all earlier runs.
        """
        others = {name for family in FAMILIES.values() for name in family.fields} - set(self.family.fields)
        decides = {name: value for name, value in self.to_dict().items() if name not in INDIFFERENT | others}
        return sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()

    @property
    def seedless(self) -> str:
        """A hash of all that decides a step's numbers but the seed: runs that share it are seeds of one configuration.

        Fields that do not count here, or are at their defaults, are left out: a new field keeps earlier runs' hashes.
        """
        values, defaults = self.to_dict(), type(self)().to_dict()
        decides = {
            name: value
            for name, value in values.items()
            if value != defaults[name] and name not in INDIFFERENT | {"seed"} and at_work(values, name)
        }
        return sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:16]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; `TrainConfig.parse(config.to_dict()) == config`."""
        return {**asdict(self), "hidden": list(self.hidden)}

    @classmethod
    def parse(cls, raw: Mapping[str, Any], *, stored: bool = False) -> "TrainConfig":
        """The configuration that a form, a JSON body or a command line means; '' means "not given".

        One that was `stored` keeps what later versions would refuse in a new one, and lacks what they added. Raises
        `RefusedConfig` with every wrong field.
        """
        given = {name: value for name, value in raw.items() if value != ""}
        for field in fields(cls):  # an optional field that was emptied is None, not its default
            if raw.get(field.name) == "" and type(None) in get_args(field.type):
                given[field.name] = None
        try:
            return _adapter().validate_python(given, context={"stored": stored})
        except ValidationError as error:
            raise refused(error) from None


def at_work(values: Mapping[str, Any], name: str) -> bool:
    """Whether a field of a configuration counts, under its likelihood and in its kind of model."""
    return all(values[other] in allowed for other, allowed in shown_when(name).items())


def shown_when(name: str) -> Mapping[str, list[Any]]:
    """The values of other fields under which a field counts; empty for one that always does."""
    return json_schema()["properties"][name].get("shown_when") or {}


@cache
def _adapter() -> TypeAdapter[TrainConfig]:
    return TypeAdapter(TrainConfig)


@cache
def json_schema() -> dict[str, Any]:
    """JSON Schema of `TrainConfig`: help, bounds, defaults, and the form's `group` and `shown_when`."""
    return _adapter().json_schema()
