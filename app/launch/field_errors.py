"""What is wrong with a field, in the form's own words, and a value that would be accepted. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.launch.labels import as_typed, choices, label, schema, shown
from app.launch.several import split
from app.text.numbers import format_number
from vae_core.config.train_config import ConfigError, RefusedConfig, TrainConfig, json_schema

SEEDS = "seeds"  # the form's own field: how many runs, each with the next seed
CODE = re.compile(r"\w+=\w+|[a-z]+(?:_[a-z]+)+|(?:(?<=choose )|(?<=must be )|(?<=or )|(?<=is )|(?<=not ))\w+|^\w+")
NUMBER = re.compile(r"\b\d+\.0\b|\b\d{4,}\b")


@dataclass(frozen=True)
class FieldError:
    """One refused field."""

    field: str
    text: str
    remedy: tuple[str, str] | None  # a value that would be accepted, and how the form shows it


def field_errors(errors: Sequence[ConfigError], typed: Mapping[str, str]) -> dict[str, FieldError]:
    """What is wrong with what was typed, by field."""
    return {error.field: FieldError(error.field, _text(error, typed), _mend(error, typed)) for error in errors}


def _text(error: ConfigError, typed: Mapping[str, str]) -> str:
    name = error.field
    if name not in json_schema()["properties"]:
        return error.message
    if error.spans:
        sentence = in_words(error.message, name)
        return NUMBER.sub(lambda number: format_number(float(number[0])), sentence)
    return f"{label(name)}: {expected(name, typed.get(name, ''))}"


def in_words(sentence: str, name: str) -> str:
    """A sentence about a field with its codes as the form says them."""
    return CODE.sub(lambda word: _word(word[0], name), sentence)


def _word(code: str, name: str) -> str:
    """A code of a sentence about a field, as the form says it: another field, its choice, or one of this field's."""
    fields = json_schema()["properties"]
    field, equals, choice = code.partition("=")
    if equals and field in fields:
        return f"{label(field)}: {shown(field, choice)}"
    if code == name or (code in fields and "_" in code):
        return label(code)
    return dict(choices(name)).get(code, code)


def expected(name: str, text: str) -> str:
    """What can be typed or chosen, beside what was."""
    kind = schema(name)
    if named := choices(name):
        *others, last = (shown for _, shown in named)
        return f"one of {', '.join(others)} or {last}"
    if kind["type"] == "array":
        widths, each = re.findall(r"\d+", text), kind["items"]
        if re.search(r"[^\d\s,]", text) or not widths:
            return "whole numbers with commas between, such as 500, 500"
        if len(widths) > kind["maxItems"]:
            return f"at most {kind['maxItems']}"
        return f"whole numbers from {each['minimum']} to {each['maximum']:,}"
    number = "a whole number" if kind["type"] == "integer" else "a number"
    if (above := kind.get("exclusiveMinimum")) is not None:
        return f"{number} above {format_number(above)}, at most {format_number(kind['maximum'])}"
    return f"{number} from {format_number(kind['minimum'])} to {format_number(kind['maximum'])}"


def _mend(error: ConfigError, typed: Mapping[str, str]) -> tuple[str, str] | None:
    """The first candidate after which the field is no longer to blame."""
    name = error.field
    if name == SEEDS:
        return (str(error.bound), str(error.bound)) if error.bound else None
    if name not in json_schema()["properties"] or len(split(name, typed.get(name, ""))) > 1:
        return None
    candidates = [as_typed(error.bound)] if error.spans else list(_tidied(name, typed.get(name, "")))
    remedy = next((text for text in candidates if _is_accepted(name, text, typed)), None)
    return (remedy, shown(name, remedy)) if remedy is not None else None


def _tidied(name: str, text: str) -> Iterator[str]:
    """What was probably meant: other separators, or the nearest value that is allowed."""
    kind = schema(name)
    if kind.get("type") == "array":
        each = kind["items"]
        widths = [min(max(int(width), each["minimum"]), each["maximum"]) for width in re.findall(r"\d{1,9}", text)]
        if widths:
            yield ", ".join(map(str, widths[: kind["maxItems"]]))
    elif kind.get("type") in {"integer", "number"}:
        whole = kind["type"] == "integer"
        plain = re.sub(r"[\s'_,]" if whole else r"[\s'_]", "", text.replace("−", "-"))
        try:
            value = float(plain if whole else plain.replace(",", ".", 1))
        except ValueError:
            return
        value = min(max(value, kind.get("minimum", value)), kind["maximum"])
        yield as_typed(round(value) if whole else value)


def _is_accepted(name: str, text: str, typed: Mapping[str, str]) -> bool:
    try:
        TrainConfig.parse({**typed, name: text})
    except RefusedConfig as refused:
        return name not in {error.field for error in refused.errors}
    return True
