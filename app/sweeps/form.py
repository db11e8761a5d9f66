"""The form that starts a sweep: what a browser sends of it, what it asks for, and what is wrong with it. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from math import isfinite
from typing import Any, Self

from pydantic import ValidationError

from app.errors import Refused
from app.launch.field_errors import expected, in_words
from app.launch.labels import choices, label
from app.launch.several import split
from app.records import Interval
from app.run_rules import LONGEST_NAME
from app.sweeps.objectives import DISTORTIONS, QUANTITIES, RATE
from app.sweeps.request import SweepRequest
from app.sweeps.space import FIXED
from app.sweeps.wording import objective_words
from vae_core.config.errors import refused
from vae_core.config.train_config import ConfigError, RefusedConfig, json_schema

ROWS = 6
WITH = "with-"
SEARCH = ("minimise", "sampler", "trials", "minutes", "prune", "seed")
LONGEST_VALUE = 1000
VARIABLE = {name: label(name) for name in json_schema()["properties"] if name not in FIXED}
OBJECTIVES = {
    **{name: objective_words([name]) for name in QUANTITIES},
    **{f"{RATE},{name}": f"{objective_words([RATE, name])}: a frontier" for name in DISTORTIONS},
}
INPUTS = {"prune": "Pausing early", "seed": "The seed of the proposals"}  # as sentences call them
QUANTITY = re.compile(rf"\b(?:{'|'.join((*QUANTITIES, RATE))})\b")


@dataclass(frozen=True)
class VariedField:
    """One row of the form, as typed: a field with an interval or with values."""

    field: str = ""
    low: str = ""
    high: str = ""
    log: str = ""  # "on" or nothing, as a checkbox sends it
    values: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed or chosen but the mark."""
        return not (self.field or self.low or self.high or self.values)

    def dimension(self) -> Interval | list[str]:
        """What the field may be. Raises `ValueError` with a sentence."""
        if not self.field:
            raise ValueError("Choose the field that this row varies.")
        if self.field not in VARIABLE:
            raise ValueError(f"Choose one of the fields of the list, not {self.field[:60]!r}.")
        if self.values and (self.low or self.high):
            raise ValueError(f"{VARIABLE[self.field]} has from and to, or values, not both.")
        if self.values:
            return self._listed()
        if not (self.low and self.high):
            raise ValueError(f"{VARIABLE[self.field]} needs from and to, or values.")
        name = VARIABLE[self.field]
        low, high = _number(f"{name}: from", self.low), _number(f"{name}: to", self.high)
        return Interval(low=low, high=high, log=bool(self.log))

    def _listed(self) -> list[str]:
        """The values, a choice also by its name; lists have semicolons between them."""
        spaced = re.sub(r",(?=\S)", ", ", self.values)
        codes = {name.lower(): value for value, name in choices(self.field)}
        return [codes.get(value.lower(), value) for value in split(self.field, spaced)]


START = (
    VariedField("learning_rate", "0.0001", "0.01", "on"),
    VariedField("latent_dim", "2", "32", "on"),
)  # of an empty form, so that it shows how


@dataclass(frozen=True)
class SweepForm:
    """The form as it was sent, or as it is first shown."""

    rows: tuple[VariedField, ...] = START
    preset: str = ""  # what trials begin from
    like: str = ""  # the number of the run that they begin from
    changes: Mapping[str, str] = field(default_factory=dict)  # of the configuration that they begin from, as typed
    name: str = ""
    minimise: str = "negative_elbo"
    sampler: str = "tpe"
    trials: str = "20"
    minutes: str = ""
    prune: str = "none"
    seed: str = "0"
    key: str = ""  # the same one starts one sweep

    @classmethod
    def read(cls, items: Iterable[tuple[str, object]]) -> Self:
        """From the names and values that a browser sends: those of a row end in its number, as in field-1; a change to
        what trials begin from is called as in with-beta.
        """
        sent = {name: value.strip()[:LONGEST_VALUE] for name, value in items if isinstance(value, str)}
        names = [one.name for one in fields(VariedField)]
        rows = tuple(
            VariedField(**{name: sent.get(f"{name}-{number}", "") for name in names}) for number in range(1, ROWS + 1)
        )
        return cls(
            rows=rows,
            changes={name.removeprefix(WITH): text for name, text in sent.items() if name.startswith(WITH)},
            preset=sent.get("preset", ""),
            like=sent.get("from", ""),
            name=sent.get("name", "")[:LONGEST_NAME],
            key=sent.get("key", ""),
            **{name: sent.get(name, "") for name in SEARCH},
        )

    @classmethod
    def begin(cls, items: Iterable[tuple[str, object]]) -> Self:
        """As an address fills it in: the rest is as in an empty form, and a change of several values is a row."""
        given = list(items)
        sent, named = cls.read(given), {name for name, _ in given}
        rows = tuple(row for row in sent.rows if not row.is_empty)
        several = {name: text for name, text in sent.changes.items() if name in VARIABLE and len(split(name, text)) > 1}
        if not rows:
            rows = tuple(VariedField(name, values=text) for name, text in several.items())
            rows = rows or tuple(row for row in START if row.field not in sent.changes)
        changes = {name: text for name, text in sent.changes.items() if name not in several}
        return cls(rows=rows[:ROWS], changes=changes, **{name: getattr(sent, name) for name in SEARCH if name in named})

    @property
    def all_rows(self) -> list[VariedField]:
        """As many as the form has."""
        return [*self.rows, *[VariedField()] * (ROWS - len(self.rows))]

    def request(self, config: Mapping[str, Any] | None) -> SweepRequest:
        """What to start: from the configuration of a run, if given, or from the preset, with the changes.

        Raises `RefusedConfig` with all that is wrong by itself, by the name of the input or of the row.
        """
        space, errors = self._space()
        body: dict[str, Any] = {
            "name": self.name or None,
            "config": {**(config or {}), **self.changes},
            "preset": None if config is not None else self.preset or None,
            "minimise": self.minimise.split(","),
            "request_id": self.key or None,
        }
        typed = {name: getattr(self, name) for name in SEARCH if name != "minimise"}
        body |= {name: text.replace("−", "-") for name, text in typed.items() if text}
        try:
            request = SweepRequest.model_validate(body | {"space": space})
        except ValidationError as error:
            errors += refused(error).errors
        if errors:
            raise RefusedConfig(errors)
        return request

    def _space(self) -> tuple[dict[str, Interval | list[str]], list[ConfigError]]:
        space: dict[str, Interval | list[str]] = {}
        errors = []
        for number, row in enumerate(self.rows, start=1):
            if row.is_empty:
                continue
            try:
                dimension = row.dimension()
                if row.field in space:
                    raise ValueError(f"{VARIABLE[row.field]} is varied in a row above already.")
            except ValueError as error:
                errors.append(ConfigError(f"field-{number}", str(error)))
            else:
                space[row.field] = dimension
        return space, errors

    def errors(self, refusal: RefusedConfig | Refused) -> dict[str, str]:
        """What is wrong, in words, by the input that it stands beside; of each the first."""
        if isinstance(refusal, Refused):
            return {refusal.field or "": _words(refusal.field or "", refusal.message)}
        by_input: dict[str, str] = {}
        for error in refusal.errors:
            by_input.setdefault(self._input(error.field), _words(error.field, error.message))
        return by_input

    def _input(self, field: str) -> str:
        """The input that a refused field is about; empty where it is about what the sweep begins from."""
        name = field.removeprefix("space.")
        if name == "space":
            return "field-1"
        rows = [number for number, row in enumerate(self.rows, start=1) if row.field == name]
        if rows:
            return f"field-{rows[0]}"
        return name if name in {one.name for one in fields(self)} or name.startswith("field-") else ""


def _words(field: str, message: str) -> str:
    """What is wrong with a field of the configuration or of the request, without the names that the API has."""
    name = field.removeprefix("space.")
    if name == "space":
        return "Choose at least one field to vary."
    if name.startswith("field-"):
        return message
    message = message.removesuffix(".")
    if name in VARIABLE:
        listed = re.search(r"must be one of .*, (not .*)", message)
        if listed and choices(name):
            return f"{VARIABLE[name]}: {expected(name, '')}, {listed[1]}."
        return f"{in_words(message.removeprefix('space.'), name)}."
    sentence = QUANTITY.sub(lambda code: objective_words([code[0]]), message)
    sentence = re.sub(rf"^{re.escape(name)}\b", INPUTS.get(name, name.capitalize()), sentence)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _number(what: str, text: str) -> float:
    """Raises `ValueError`."""
    try:
        number = float(text.replace("−", "-"))
    except ValueError:
        raise ValueError(f"{what} must be a number, not {text[:60]!r}.") from None
    if not isfinite(number):
        raise ValueError(f"{what} must be finite, not {text[:60]!r}.")
    return number
