"""Lists of runs: filters, counts for each filter, and pages by the key of the last row instead of its number.

Runs are never ranked across units of measure: those of each unit follow each other, the unit of the most runs first,
and those without the number come last whatever the direction.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, TypedDict, Unpack

import sqlalchemy as sa
from sqlmodel import Session, col

from app.database.tables import RunRow, dumps
from app.records import Condition, ListedRun, RunPage
from app.store.list_values import Value, holds, joined, value
from app.store.ordering import decoded, encoded, order_of
from app.store.run_records import listed

TAGS = sa.cast(RunRow.tags, sa.Text)  # the column's JSON text
FACETS: dict[str, Any] = {
    "status": col(RunRow.status),
    "likelihood": col(RunRow.config)["likelihood"].as_string(),
    "dataset": col(RunRow.config)["dataset"].as_string(),
    "tag": TAGS,
}


class Filters(TypedDict, total=False):
    """What runs must match: every filter, and within one any of its values. `q` searches names and notes."""

    status: Sequence[str]
    likelihood: Sequence[str]
    dataset: Sequence[str]
    tag: Sequence[str]
    q: str
    group: str | None
    deleted: bool
    where: Sequence[Condition]


def find(
    session: Session,
    *,
    sort: str = "-created",
    after: str | None = None,
    limit: int = 50,
    **filters: Unpack[Filters],
) -> RunPage:
    """A page of the runs that match.

    `sort` is one of `list_values.VALUES` or a field of the configuration, with a minus for descending; `after` is the
    `next` of the page before. Raises `Refused` for another sort or a cursor that is none.
    """
    always, chosen = _conditions(filters)
    conditions, needed = [*always, *chosen.values()], _needed(filters)
    order = order_of(session, sort, conditions, needed)
    query = joined(sa.select(RunRow).add_columns(*order.columns), [order.value, *needed]).where(*conditions)
    if after is not None:
        query = query.where(order.beyond(decoded(after, order)))
    keyed = [(row, key) for row, *key in session.execute(query.order_by(*order.by).limit(limit + 1))]
    facets, total = _facets(session, always, needed, filters)
    return RunPage(
        runs=listed(session, [row for row, _ in keyed[:limit]]),
        units=[None if order.place is None else order.unit(key[0]) for _, key in keyed[:limit]],
        next=encoded(order.cursor(keyed[limit - 1][1])) if len(keyed) > limit else None,
        facets=facets,
        total=total,
    )


def numbers(session: Session, *, sort: str = "-created", **filters: Unpack[Filters]) -> list[int]:
    """The ids of all runs that match, in order. Raises `Refused` for another sort."""
    always, chosen = _conditions(filters)
    conditions, needed = [*always, *chosen.values()], _needed(filters)
    order = order_of(session, sort, conditions, needed)
    query = joined(sa.select(col(RunRow.id)), [order.value, *needed]).where(*conditions).order_by(*order.by)
    return list(session.scalars(query))


def some(session: Session, run_ids: Iterable[int]) -> list[ListedRun]:
    """Those of the runs that exist, deleted ones too, the newest first."""
    query = sa.select(RunRow).where(col(RunRow.id).in_(list(run_ids))).order_by(col(RunRow.id).desc())
    return listed(session, session.scalars(query).all())


def group_sizes(session: Session, groups: Iterable[str | None]) -> dict[str, int]:
    """How many runs that are not deleted each group has."""
    column = col(RunRow.group)
    query = sa.select(column, sa.func.count()).where(column.in_(list(groups)), col(RunRow.deleted_at).is_(None))
    return dict(session.execute(query.group_by(column)).all())


def _conditions(filters: Filters) -> tuple[list[Any], dict[str, Any]]:
    """What runs must meet whatever is counted, and by its name each filter whose values are counted."""
    deleted_at = col(RunRow.deleted_at)
    always: list[Any] = [deleted_at.is_not(None) if filters.get("deleted") else deleted_at.is_(None)]
    if q := filters.get("q"):
        always.append(col(RunRow.name).icontains(q, autoescape=True) | col(RunRow.notes).icontains(q, autoescape=True))
    if (group := filters.get("group")) is not None:
        always.append(col(RunRow.group) == group)
    always += map(holds, filters.get("where", ()))
    return always, {
        name: sa.or_(*map(_tagged, values)) if name == "tag" else FACETS[name].in_(values)
        for name, values in _chosen(filters).items()
    }


def _chosen(filters: Filters) -> dict[str, Sequence[str]]:
    given = {name: filters.get(name, ()) for name in FACETS}
    return {name: values for name, values in given.items() if isinstance(values, Sequence) and values}


def _needed(filters: Filters) -> list[Value]:
    """The values that the conditions are on."""
    return [named for one in filters.get("where", ()) if (named := value(one.field))]


def _tagged(tag: str) -> Any:
    """Whether a tag is among a run's: taking its quoted text out changes the column's."""
    return sa.func.replace(TAGS, dumps(tag), "") != TAGS


def _facets(
    session: Session, conditions: list[Any], needed: Sequence[Value], filters: Filters
) -> tuple[dict[str, dict[str, int]], int]:
    """Read the runs once, as the combinations that there are of all facets; each count is a sum over those."""
    columns = [column.label(name) for name, column in FACETS.items()]
    query = joined(sa.select(*columns, sa.func.count().label("count")).select_from(RunRow), needed)
    counts: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    chosen = _chosen(filters)
    total = 0
    for row in session.execute(query.where(*conditions).group_by(*columns)).mappings():
        values = {name: json.loads(row[name]) if name == "tag" else [row[name]] for name in FACETS}
        missed = [name for name, among in chosen.items() if not set(among) & set(values[name])]
        for name in missed or FACETS:
            if len(missed) < 2:
                counts[name].update(dict.fromkeys(values[name], row["count"]))
        total += 0 if missed else row["count"]
    return {name: dict(sorted(count.items())) for name, count in counts.items()}, total
