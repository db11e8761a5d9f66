"""What somebody types to find runs: "beta > 1, likelihood = gaussian and latent_dim <= 8", read or refused. Pure."""

import re
from collections.abc import Iterator
from functools import cache
from math import isfinite
from typing import get_args

from app.errors import Refused
from app.launch.labels import choices, label, may_be_empty, shown
from app.leaderboard.columns import OF_RUNS
from app.records import Condition, Operator
from app.text.labels import listed
from vae_core.config.families import FAMILIES
from vae_core.config.train_config import RefusedConfig, TrainConfig, json_schema

LONGEST = 500  # characters of all conditions
OPERATORS: tuple[Operator, ...] = get_args(Operator)
SPELLINGS = {"≤": "<=", "≥": ">=", "≠": "!=", "−": "-", "=>": ">=", "=<": "<=", "==": "="}
OPERATOR = re.compile("|".join(sorted(OPERATORS, key=len, reverse=True)))
SEPARATOR = re.compile(r",|\band\b", re.IGNORECASE)
ELSEWHERE = {  # what people write, though it is no field
    "elbo": "negative_elbo, which is −elbo, is the field",
    "status": "the status has a filter of its own",
    "tag": "tags have a filter of their own",
    "name": "the search finds names",
}
NUMBERS = {name: column for name, column in OF_RUNS.items() if column.number}


def conditions(text: str) -> tuple[Condition, ...]:
    """What was typed, with commas or "and" between; none of an empty text.

    A field is named as in the configuration or by its label in the form, a choice as it is stored or by its name there.
    Raises `Refused` with the field, the value and the bound or the choices.
    """
    return tuple(_condition(*parts) for parts in _parts(_spelled(text)))


def _spelled(text: str) -> str:
    """With the operators and the minus as they are written here."""
    for spelling, ours in SPELLINGS.items():
        text = text.replace(spelling, ours)
    return text


def choosable() -> dict[str, tuple[tuple[str, str], ...]]:
    """What a condition can be on, by its name: the choices of the value, each with its name; none where it is typed."""
    return {name: choices(name) for name in json_schema()["properties"]} | dict.fromkeys(NUMBERS, ())


def _parts(text: str) -> Iterator[tuple[str, Operator, str]]:
    """Each name, operator and value as typed: a value ends where a separator and the next name begin."""
    first, *others = OPERATOR.split(text)
    operators = OPERATOR.findall(text)
    if not others:
        if text.strip():
            raise _refused(
                f"{text.strip()[:60]!r} is no condition: write a field, one of {listed(OPERATORS)}, and a value"
            )
        return
    name = first
    for operator, rest in zip(operators, others[:-1], strict=False):
        value, following = _split(rest)
        yield name.strip(), operator, value.strip()
        name = following
    yield name.strip(), operators[-1], re.sub(r"(,|\band)\s*$", "", others[-1], flags=re.IGNORECASE).strip()


def _split(text: str) -> tuple[str, str]:
    """A value and the name of the next condition, which follows a comma or "and"; both may have commas themselves."""
    separators = list(SEPARATOR.finditer(text))
    if not text.strip():
        raise _refused(f"a value must stand between two of {listed(OPERATORS)}")
    if not separators:
        raise _refused(
            f"a comma or 'and' must stand between conditions, which all must hold, not {text.strip()[:60]!r}"
        )
    for separator in separators:
        if _name(text[separator.end() :]):
            return text[: separator.start()], text[separator.end() :]
    return text[: separators[-1].start()], text[separators[-1].end() :]


def _condition(typed: str, operator: Operator, text: str) -> Condition:
    name = _name(typed)
    if name is None:
        raise _refused(_no_field(typed))
    if name in NUMBERS:
        return Condition(field=name, operator=operator, value=_number(name, text))
    value = _value(name, text)
    if operator not in {"=", "!="} and (isinstance(value, str | bool | tuple) or value is None):
        raise _refused(f"{name} takes = or !=, not {operator}, since it has no order")
    return Condition(field=name, operator=operator, value=value)


def _no_field(typed: str) -> str:
    if not typed:
        return f"a field must stand before {' or '.join(OPERATORS)}, such as beta > 1"
    instead = ELSEWHERE.get(typed.casefold(), f"choose one of {', '.join(choosable())}")
    return f"{typed[:60]!r} is no field: {instead}"


def _value(name: str, text: str) -> str | bool | float | tuple[int, ...] | None:
    """The value as its field has it."""
    if may_be_empty(name) and text.casefold() in {"", "none", shown(name, "").casefold()}:
        return None
    if not text:
        raise _refused(f"{name} needs a value to be compared with")
    text = _choices(name).get(text.casefold(), text)
    try:
        config = TrainConfig.parse({name: text}, stored=True)
    except RefusedConfig as refused:
        raise _refused(refused.errors[0].message) from None
    value: str | bool | float | tuple[int, ...] | None = getattr(config, name)
    return value


def _choices(name: str) -> dict[str, str]:
    """The choices of a field by what people may call them: their names in the form, or in the list."""
    called = {shown: choice for choice, shown in choices(name)}
    called |= {family.short: choice for choice, family in FAMILIES.items()} if name == "likelihood" else {}
    return {text.casefold(): choice for text, choice in called.items()}


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise _refused(f"{name} must be compared with a number, not {text[:60]!r}")
    return number


def _name(typed: str) -> str | None:
    return _names().get(typed.strip().casefold())


@cache
def _names() -> dict[str, str]:
    """The names of fields and numbers by what people may call them."""
    by_title = {title: name for name, column in NUMBERS.items() for title in (column.label, column.title)}
    by_label = {label(name): name for name in json_schema()["properties"]}
    own = {name: name for name in choosable()}
    return {_spelled(called).casefold(): name for called, name in (by_title | by_label | own).items()}


def _refused(sentence: str) -> Refused:
    return Refused(sentence, "where")
