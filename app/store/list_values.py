"""What runs are sorted and filtered by, as SQL: columns of the run, of its steps, its result and its configuration.

A value is NULL where a run has none: a field that does not count under its likelihood or in its kind of model, and the
held-out numbers of a run that has no result (`Run.result` in `app.records`).
"""

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from app.database.tables import RunRow, dumps
from app.records import Condition
from app.store import evaluations, summaries
from app.text.quantities import HELD_OUT
from vae_core.config.train_config import json_schema

RESULT = evaluations.TABLE.alias("result")
SUMMARY = summaries.TABLE
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
MOST_WIDTH = 8193  # above any layer's: widths are the digits of one number, so that they sort layer by layer
LAYERS_SORTED = 4  # a number of more such digits would be rounded


@dataclass(frozen=True)
class Value:
    """A value of every run: `table` has to be joined for it, and some runs may have none."""

    expression: Any
    table: sa.FromClause | None = None
    may_lack: bool = True


def _result() -> sa.ColumnElement[bool]:
    """The rule of `Run.result`: the newest evaluation, if it is of a step above 0 and the run did not diverge."""
    each = evaluations.TABLE.alias("each")
    newest = sa.select(sa.func.max(each.c.step)).where(each.c.run_id == RunRow.id).scalar_subquery()
    return sa.and_(
        RESULT.c.run_id == RunRow.id, RESULT.c.step == newest, RESULT.c.step > 0, col(RunRow.status) != "diverged"
    )


JOINS: dict[sa.FromClause, Any] = {SUMMARY: SUMMARY.c.run_id == RunRow.id, RESULT: _result()}


def _held_out(name: str) -> Value:
    return Value(-RESULT.c.elbo if name == "negative_elbo" else RESULT.c[name], RESULT)


VALUES: dict[str, Value] = {
    "created": Value(col(RunRow.id), may_lack=False),
    "name": Value(col(RunRow.name), may_lack=False),
    "step": Value(col(RunRow.step), may_lack=False),
    "latest": Value(sa.case((col(RunRow.status) != "diverged", SUMMARY.c.latest)), SUMMARY),
    "best": Value(SUMMARY.c.best, SUMMARY),
    "status": Value(col(RunRow.status), may_lack=False),
    "seconds": Value(col(RunRow.seconds), may_lack=False),
    **{name: _held_out(name) for name in HELD_OUT},
}


def value(name: str) -> Value | None:
    """The value of this name, or None where there is none."""
    if name in VALUES:
        return VALUES[name]
    return Value(_field(name)) if name in json_schema()["properties"] else None


def joined(query: Any, values: Iterable[Value]) -> Any:
    """The query with the tables that these values need."""
    for table in dict.fromkeys(one.table for one in values):
        if table is not None:
            query = query.outerjoin(table, JOINS[table])
    return query


def holds(condition: Condition) -> Any:
    """Whether a run meets a condition on a value that exists; a run without the value meets none."""
    if isinstance(condition.value, tuple):
        texts = sa.func.replace(col(RunRow.config)[condition.field].as_string(), " ", "")
        return OPERATORS[condition.operator](texts, dumps(condition.value).replace(" ", ""))
    named = value(condition.field)
    assert named is not None  # noqa: S101 - conditions are read against the list's own names
    return OPERATORS[condition.operator](named.expression, condition.value)


@cache
def _field(name: str) -> Any:
    """A field of the configuration where it counts."""
    schema = json_schema()["properties"][name]
    default = schema.get("default")
    if isinstance(default, list | tuple):
        expression: Any = sum(
            sa.func.coalesce(col(RunRow.config)[(name, layer)].as_integer(), 0)
            * MOST_WIDTH ** (LAYERS_SORTED - 1 - layer)
            for layer in range(LAYERS_SORTED)
        )
    else:
        kinds = {bool: "as_boolean", int: "as_integer", str: "as_string"}
        expression = _stored(name, kinds.get(type(default), "as_float"))
    shown_when = schema.get("shown_when") or {}
    if not shown_when:
        return expression
    at_work = [_stored(other, "as_string").in_(allowed) for other, allowed in shown_when.items()]
    return sa.case((sa.and_(*at_work), expression))


def _stored(name: str, kind: str) -> Any:
    """A field of the stored configuration; its default, if it has one, where an older version knew no such field."""
    stored = getattr(col(RunRow.config)[name], kind)()
    default = json_schema()["properties"][name].get("default")
    return stored if default is None else sa.func.coalesce(stored, default)
