"""Lists of runs: filters, counts for each filter, and pages by the key of the last row instead of its number.

Runs are never ranked across units of measure: those of each unit follow each other, the unit of the most runs first,
and those without the number come last whatever the direction.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

import sqlalchemy as sa
from sqlmodel import Session, col

from app.database.tables import RunRow, dumps
from app.errors import NotFound
from app.records import Condition, ListedRun, RunPage
from app.store.list_values import Value, holds, joined, value
from app.store.ordering import Order, decoded, encoded, is_measured, order_of, ranked_value
from app.store.run_records import listed
from app.text.quantities import fields_of_key

TAGS = sa.cast(RunRow.tags, sa.Text)  # the column's JSON text
FACETS: dict[str, Any] = {
    "status": col(RunRow.status),
    "likelihood": col(RunRow.config)["likelihood"].as_string(),
    "dataset": col(RunRow.config)["dataset"].as_string(),
    "tag": TAGS,
}
COUNTED = {
    "status": col(RunRow.status),
    "unit_key": col(RunRow.unit_key),
    "tag": TAGS,
}  # no JSON to be read in each run


class Filters(TypedDict, total=False):
    """What runs must match: every filter, and within one any of its values. `q` searches names and notes."""

    status: Sequence[str]
    likelihood: Sequence[str]
    dataset: Sequence[str]
    tag: Sequence[str]
    q: str
    group: str | None
    configuration: str | None
    deleted: bool
    where: Sequence[Condition]


@dataclass(frozen=True)
class Counts:
    """How many runs there are."""

    facets: dict[str, dict[str, int]]  # of each value of a facet, under all other filters
    total: int  # that match
    ranked: Mapping[str, int]  # of those, by their `unit_key`, that have the value which sorts, where it has units


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
    counts, ranked = count_runs(session, sort, filters), ranked_value(sort)
    order = order_of(sort, ranked, counts.ranked)
    query = matching(sa.select(RunRow).add_columns(*order.columns), [ranked], filters)
    return read_page(session, query, order, counts, after, limit)


def read_page(session: Session, query: Any, order: Order, counts: Counts, after: str | None, limit: int) -> RunPage:
    """The rows of a query that come after the cursor, each with the order's columns behind it."""
    if after is not None:
        query = query.where(order.beyond(decoded(after, order)))
    keyed = [(row, key) for row, *key in session.execute(query.order_by(*order.by).limit(limit + 1))]
    return RunPage(
        runs=listed(session, [row for row, _ in keyed[:limit]]),
        units=[None if order.place is None else order.unit(key[0]) for _, key in keyed[:limit]],
        next=encoded(order.cursor(keyed[limit - 1][1])) if len(keyed) > limit else None,
        facets=counts.facets,
        total=counts.total,
    )


def numbers(session: Session, *, sort: str = "-created", **filters: Unpack[Filters]) -> list[int]:
    """The ids of all runs that match, in order. Raises `Refused` for another sort."""
    ranked = ranked_value(sort)
    order = order_of(sort, ranked, count_runs(session, sort, filters).ranked)
    return list(session.scalars(matching(sa.select(col(RunRow.id)), [ranked], filters).order_by(*order.by)))


def some(session: Session, run_ids: Iterable[int]) -> list[ListedRun]:
    """Those of the runs that exist, deleted ones too, the newest first."""
    query = sa.select(RunRow).where(col(RunRow.id).in_(list(run_ids))).order_by(col(RunRow.id).desc())
    return listed(session, session.scalars(query).all())


def of_group(session: Session, group: str) -> list[ListedRun]:
    """The runs that were launched together, the oldest first; deleted ones too."""
    query = sa.select(RunRow).where(col(RunRow.group) == group).order_by(col(RunRow.id))
    return listed(session, session.scalars(query).all())


def require_group(session: Session, group: str) -> list[ListedRun]:
    """The runs that were launched together and are not deleted, the oldest first. Raises `NotFound` where none is."""
    known = [run for run in of_group(session, group) if not run.deleted_at]
    if not known:
        raise NotFound(f"There is no group {group[:60]!r}, or all its runs were deleted.")
    return known


def group_sizes(session: Session, groups: Iterable[str | None]) -> dict[str, int]:
    """How many runs that are not deleted each group has."""
    column = col(RunRow.group)
    query = sa.select(column, sa.func.count()).where(column.in_(list(groups)), col(RunRow.deleted_at).is_(None))
    return dict(session.execute(query.group_by(column)).all())


def matching(query: Any, values: Iterable[Value], filters: Filters) -> Any:
    """A query on these values, of those runs alone that match every filter."""
    among = [
        sa.or_(*map(_tagged, values)) if name == "tag" else FACETS[name].in_(values)
        for name, values in _chosen(filters).items()
    ]
    return joined(query, [*values, *_needed(filters)]).where(*_conditions(filters), *among)


def _conditions(filters: Filters) -> list[Any]:
    """What runs must meet whichever values are chosen of the facets."""
    deleted_at = col(RunRow.deleted_at)
    conditions: list[Any] = [deleted_at.is_not(None) if filters.get("deleted") else deleted_at.is_(None)]
    if q := filters.get("q"):
        within = (column.icontains(q, autoescape=True) for column in (col(RunRow.name), col(RunRow.notes)))
        conditions.append(sa.or_(*within))
    for column, shared in ((RunRow.group, filters.get("group")), (RunRow.configuration, filters.get("configuration"))):
        if shared is not None:
            conditions.append(col(column) == shared)
    return [*conditions, *map(holds, filters.get("where", ()))]


def _chosen(filters: Filters) -> dict[str, Sequence[str]]:
    given = {name: filters.get(name, ()) for name in FACETS}
    return {name: values for name, values in given.items() if isinstance(values, Sequence) and values}


def _needed(filters: Filters) -> list[Value]:
    """The values that the conditions are on."""
    return [named for one in filters.get("where", ()) if (named := value(one.field))]


def _tagged(tag: str) -> Any:
    """Whether a tag is among a run's: taking its quoted text out changes the column's."""
    return sa.func.replace(TAGS, dumps(tag), "") != TAGS


def count_runs(session: Session, sort: str, filters: Filters) -> Counts:
    """Read the runs once, as the combinations that there are of all facets; each count is a sum over those."""
    measured = [ranked_value(sort)] if is_measured(sort) else []
    columns: list[Any] = [column.label(name) for name, column in COUNTED.items()]
    having = sa.func.count(measured[0].expression) if measured else sa.literal(0)
    query = joined(
        sa.select(*columns, sa.func.count().label("count"), having.label("ranked")).select_from(RunRow),
        [*measured, *_needed(filters)],
    )
    facets: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    total, ranked, chosen = 0, Counter[str](), _chosen(filters)
    for row in session.execute(query.where(*_conditions(filters)).group_by(*columns)).mappings():
        fields = fields_of_key(row["unit_key"])
        values = {"status": [row["status"]], "tag": json.loads(row["tag"])}
        values |= {name: [fields[name]] for name in ("likelihood", "dataset")}
        missed = [name for name, among in chosen.items() if not set(among) & set(values[name])]
        for name in missed or FACETS:
            if len(missed) < 2:
                facets[name].update(dict.fromkeys(values[name], row["count"]))
        if not missed:
            total += row["count"]
            ranked[row["unit_key"]] += row["ranked"]
    return Counts({name: dict(sorted(count.items())) for name, count in facets.items()}, total, ranked)
