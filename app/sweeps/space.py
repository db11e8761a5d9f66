"""What a sweep varies: values or an interval for each field, checked as the configuration checks its own."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from app.records import Interval
from vae_core.config.train_config import (
    INDIFFERENT,
    ConfigError,
    RefusedConfig,
    TrainConfig,
    json_schema,
    shown_when,
)

FIXED = INDIFFERENT | {"seed"}  # how long and where trials train, how they are watched, and luck: no choice of a model
MOST_VALUES = 100

Space = Mapping[str, Interval | list[Any]]


def check_space(base: TrainConfig, space: Space) -> dict[str, Interval | list[Any]]:
    """The space with its values as the configuration would hold them. Raises `RefusedConfig` with every wrong field."""
    if not space:
        raise RefusedConfig([ConfigError("space", "space must vary at least one field, not 0", 1)])
    checked, errors = {}, []
    for name, dimension in space.items():
        try:
            checked[name] = _checked(base, name, dimension, space)
        except ConfigError as error:
            errors.append(error)
    if errors:
        raise RefusedConfig(errors)
    return checked


def ordered(space: Space) -> list[str]:
    """The fields of a space, each after those that decide whether it counts."""

    def depth(name: str) -> int:
        return 1 + max((depth(other) for other in shown_when(name) if other in space), default=0)

    return sorted(space, key=depth)


def combinations(base: TrainConfig, space: Space, names: tuple[str, ...]) -> Iterator[TrainConfig]:
    """A configuration for each combination of the values that these fields take; the others are those of `base`."""
    values = {name: space[name] for name in names if name in space}
    lists = [dimension for dimension in values.values() if isinstance(dimension, list)]
    for chosen in product(*lists):
        yield TrainConfig.parse({**base.to_dict(), **dict(zip(values, chosen, strict=True))}, stored=True)


def kind(name: str) -> str | None:
    """integer or number; None for a field that holds neither."""
    schema = json_schema()["properties"][name]
    kinds = {one.get("type") for one in schema.get("anyOf", [schema])}
    return next((kind for kind in ("integer", "number") if kind in kinds), None)


def _checked(base: TrainConfig, name: str, dimension: Interval | list[Any], space: Space) -> Interval | list[Any]:
    """Raises `ConfigError`."""
    if name not in json_schema()["properties"]:
        raise _error(name, "is not a field of the configuration")
    if name in FIXED:
        raise _error(name, "cannot be varied: trials differ in what they train, not in how long, where, or by luck")
    checked = _interval(base, name, dimension) if isinstance(dimension, Interval) else _values(base, name, dimension)
    for other, allowed in shown_when(name).items():
        if not any(value in allowed for value in _possible(base, other, space)):
            needed = " or ".join(map(str, allowed))
            raise _error(name, f"never counts in these trials: it needs {other}={needed}", allowed)
    if isinstance(checked, list) and len(checked) < 2:
        between = ": semicolons stand between lists" if any(isinstance(value, list) for value in checked) else ""
        raise _error(name, f"must have 2 to {MOST_VALUES} values, not {len(checked)}{between}", 2)
    return checked


def _possible(base: TrainConfig, name: str, space: Space) -> list[Any]:
    dimension = space.get(name)
    return dimension if isinstance(dimension, list) else [getattr(base, name)]


def _interval(base: TrainConfig, name: str, interval: Interval) -> Interval:
    if kind(name) is None:
        raise _error(name, "is not a number: give a list of its values instead of an interval")
    for end in (interval.low, interval.high):
        _parsed(base, name, int(end) if end.is_integer() else end)
    if interval.low >= interval.high:
        raise _error(name, f"must have low below high, {interval.high:g}, not {interval.low:g}", interval.high)
    if interval.log and interval.low <= 0:
        raise _error(name, f"must have low above 0 where log is true, not {interval.low:g}", 0)
    return interval


def _values(base: TrainConfig, name: str, values: list[Any]) -> list[Any]:
    if len(values) > MOST_VALUES:
        raise _error(name, f"must have 2 to {MOST_VALUES} values, not {len(values)}", MOST_VALUES)
    parsed = [_parsed(base, name, value) for value in values]
    for place, value in enumerate(parsed):
        if value in parsed[:place]:
            raise _error(name, f"must have each value once, not {value!r} again")
    return parsed


def _parsed(base: TrainConfig, name: str, value: Any) -> Any:
    """The value as a configuration holds it, checked by itself."""
    if value == "":
        raise _error(name, "must have values, not ''")
    try:
        return TrainConfig.parse({**base.to_dict(), name: value}, stored=True).to_dict()[name]
    except RefusedConfig as refusal:
        error = refusal.errors[0]
        raise ConfigError(f"space.{name}", f"space.{error.message}", error.bound) from None


def _error(name: str, message: str, bound: object = None) -> ConfigError:
    return ConfigError(f"space.{name[:60]}", f"space.{name[:60]} {message}", bound)
