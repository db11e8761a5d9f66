"""The order of a list of runs, and the keys of its pages: the numbers of each unit of measure are ranked apart."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import AutoString, col

from app.database.tables import RunRow, dumps
from app.errors import Refused
from app.store.list_values import VALUES, Value, value
from app.text.quantities import fields_of_key, unit_of
from vae_core.config.train_config import TrainConfig

LARGEST = 2**63  # of an integer that the database takes


@dataclass(frozen=True)
class Order:
    """How runs follow each other: those of one unit of measure together, at its `place`; in it by value and id."""

    value: Value
    descending: bool
    units: Sequence[tuple[int, str]] = ()  # minus how many runs each has, and its text: sorted
    place: Any = None  # of a run's unit among them, one more of a run without the number; None where all have it

    @property
    def columns(self) -> list[Any]:
        """What a row is placed by, first things first."""
        return [*([] if self.place is None else [self.place]), self.value.expression, col(RunRow.id)]

    @property
    def by(self) -> list[Any]:
        """What to order by."""
        *place, number, id = self.columns
        return [*place, *(one.desc() if self.descending else one for one in (number, id))]

    def cursor(self, row: Sequence[Any]) -> list[Any]:
        """The key of a row from its `columns`."""
        *place, number, id = row
        return [number, id, *(self._unit(place[0]) if place else ())]

    def unit(self, place: int) -> str | None:
        """What the runs at a place are measured in."""
        return self._unit(place)[1] or None

    def beyond(self, key: list[Any]) -> Any:
        """Whether a row comes after the one with this key."""
        number, run, *unit = key
        own = sa.tuple_(self.value.expression, col(RunRow.id)), sa.tuple_(number, run)
        if self.place is None:
            return self._follows(*own)
        if number is None:
            return sa.and_(self.place == len(self.units), self._follows(col(RunRow.id), run))
        here = [place for place, one in enumerate(self.units) if one[1] == unit[1]]
        later = [place for place, one in enumerate(self.units) if one > tuple(unit) and place not in here]
        return sa.or_(self.place.in_([*later, len(self.units)]), sa.and_(self.place.in_(here), self._follows(*own)))

    def _follows(self, one: Any, other: Any) -> Any:
        return one < other if self.descending else one > other

    def _unit(self, place: int) -> tuple[int, str]:
        return self.units[place] if place < len(self.units) else (0, "")


def ranked_value(sort: str) -> Value:
    """The value that `sort` names. Raises `Refused`."""
    ranked = value(sort.removeprefix("-"))
    if ranked is None:
        named = ", ".join(VALUES)
        raise Refused(
            f"sort must be one of {named} or a field of the configuration, with or without a minus, not {sort[:60]!r}",
            "sort",
        )
    return ranked


def is_measured(sort: str) -> bool:
    """Whether the value that `sort` names has units of measure."""
    return unit_of(sort.removeprefix("-"), TrainConfig()) is not None


def order_of(sort: str, ranked: Value, counts: Mapping[str, int]) -> Order:
    """The order by the value that `sort` names, which so many runs with each `unit_key` have."""
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    if not ranked.may_lack:
        return Order(ranked, descending)
    lacking = ranked.expression.is_(None)
    if not is_measured(sort):
        return Order(ranked, descending, [(0, "")], sa.case((lacking, 1), else_=0))
    unit_of_key = {key: _unit_of_key(name, key) for key, count in counts.items() if count}
    sizes: Counter[str] = Counter()
    for key, unit in unit_of_key.items():
        sizes[unit] += counts[key]
    units = sorted((-count, unit) for unit, count in sizes.items())
    places = {unit: place for place, (_, unit) in enumerate(units)}
    last = len(units)
    of_key = {key: places[unit] for key, unit in unit_of_key.items()}
    place = sa.case(of_key, value=col(RunRow.unit_key), else_=last) if of_key else sa.literal(last)
    return Order(ranked, descending, units, sa.case((lacking, last), else_=place))


def _unit_of_key(name: str, key: str) -> str:
    """The unit of measure of a number of the runs with this key."""
    return unit_of(name, TrainConfig.parse(fields_of_key(key), stored=True)) or ""


def encoded(key: list[Any]) -> str:
    return urlsafe_b64encode(dumps(key).encode()).decode()


def decoded(cursor: str, order: Order) -> list[Any]:
    """The key that a cursor holds: value and id, and where runs are apart by unit, minus its runs and the unit."""
    try:
        key = json.loads(urlsafe_b64decode(cursor))
        kinds = [_kinds(order), (int,), *([] if order.place is None else [(int,), (str,)])]
        if not all(map(_is_one, key, kinds)) or len(key) != len(kinds):
            raise ValueError
    except (ValueError, TypeError):
        raise Refused(f"after must be the `next` of an earlier page, not {cursor[:60]!r}", "after") from None
    return list(key)


def _kinds(order: Order) -> tuple[type, ...]:
    """What the value of a cursor may be."""
    kinds = (str,) if isinstance(order.value.expression.type, sa.String | AutoString) else (int, float)
    return kinds if order.place is None else (*kinds, type(None))


def _is_one(part: Any, kinds: tuple[type, ...]) -> bool:
    return isinstance(part, kinds) and not (isinstance(part, int) and abs(part) >= LARGEST)
