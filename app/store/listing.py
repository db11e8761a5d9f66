"""Lists of runs: filters, counts for each filter, and pages by the key of the last row instead of its number."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.database.tables import RunRow, dumps
from app.errors import Refused
from app.records import ListedRun, RunPage
from app.store import summaries
from app.store.run_records import listed

TAGS = sa.cast(RunRow.tags, sa.Text)  # the column's JSON text
FACETS: dict[str, Any] = {
    "status": col(RunRow.status),
    "likelihood": col(RunRow.config)["likelihood"].as_string(),
    "dataset": col(RunRow.config)["dataset"].as_string(),
    "tag": TAGS,
}
SORTS: dict[str, Any] = {
    "created": col(RunRow.id),
    "name": col(RunRow.name),
    "step": col(RunRow.step),
    "latest": summaries.LATEST,
    "best": summaries.BEST,
}
NUMBERS = {"latest", "best"}  # not every run has them: those come last in both directions
FARTHEST = 1e308


def find(
    session: Session,
    *,
    status: Sequence[str] = (),
    likelihood: Sequence[str] = (),
    dataset: Sequence[str] = (),
    tag: Sequence[str] = (),
    q: str = "",
    group: str | None = None,
    deleted: bool = False,
    sort: str = "-created",
    after: str | None = None,
    limit: int = 50,
) -> RunPage:
    """A page of the runs that match every filter; within a filter, any of its values. `q` searches names and notes.

    `sort` is created, name, step, latest or best (−ELBO, or an autoencoder's reconstruction), with a minus for
    descending; `after` is the `next` of the page before. Raises `Refused` for another sort or a cursor that is none.
    """
    always: list[Any] = [col(RunRow.deleted_at).is_not(None) if deleted else col(RunRow.deleted_at).is_(None)]
    if q:
        always.append(col(RunRow.name).icontains(q, autoescape=True) | col(RunRow.notes).icontains(q, autoescape=True))
    if group is not None:
        always.append(col(RunRow.group) == group)
    given = {"status": status, "likelihood": likelihood, "dataset": dataset, "tag": tag}
    chosen = {name: values for name, values in given.items() if values}
    filters = [
        sa.or_(*map(_tagged, values)) if name == "tag" else FACETS[name].in_(values) for name, values in chosen.items()
    ]
    rows, following = _page(session, [*always, *filters], sort, after, limit)
    facets, total = _facets(session, always, chosen)
    return RunPage(runs=listed(session, rows), next=following, facets=facets, total=total)


def some(session: Session, run_ids: Iterable[int]) -> list[ListedRun]:
    """Those of the runs that exist, deleted ones too, the newest first."""
    query = sa.select(RunRow).where(col(RunRow.id).in_(list(run_ids))).order_by(col(RunRow.id).desc())
    return listed(session, session.scalars(query).all())


def of_group(session: Session, group: str) -> list[ListedRun]:
    """The runs that were launched together, the oldest first; deleted ones too."""
    query = sa.select(RunRow).where(col(RunRow.group) == group).order_by(col(RunRow.id))
    return listed(session, session.scalars(query).all())


def group_sizes(session: Session, groups: Iterable[str | None]) -> dict[str, int]:
    """How many runs that are not deleted each group has."""
    column = col(RunRow.group)
    query = sa.select(column, sa.func.count()).where(column.in_(list(groups)), col(RunRow.deleted_at).is_(None))
    return dict(session.execute(query.group_by(column)).all())


def _page(
    session: Session, conditions: list[Any], sort: str, after: str | None, limit: int
) -> tuple[list[RunRow], str | None]:
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    if name not in SORTS:
        raise Refused(f"sort must be one of {', '.join(SORTS)}, with or without a minus, not {sort!r}", "sort")
    query, value = sa.select(RunRow), SORTS[name]
    if name in NUMBERS:
        query = query.outerjoin(summaries.TABLE, summaries.TABLE.c.run_id == RunRow.id)
        value = sa.func.coalesce(value, -FARTHEST if descending else FARTHEST)
    key = sa.tuple_(value, col(RunRow.id))
    if after is not None:
        last = sa.tuple_(*_decoded(after, str if name == "name" else float if name in NUMBERS else int))
        conditions = [*conditions, key < last if descending else key > last]
    order = [column.desc() if descending else column for column in key]
    keyed = session.execute(query.add_columns(value).where(*conditions).order_by(*order).limit(limit + 1)).all()
    rows = [row for row, _ in keyed[:limit]]
    if len(keyed) <= limit:
        return rows, None
    return rows, _encoded([keyed[limit - 1][1], rows[-1].id])


def _encoded(key: list[Any]) -> str:
    return urlsafe_b64encode(dumps(key).encode()).decode()


def _decoded(cursor: str, kind: type) -> tuple[Any, int]:
    try:
        value, id = json.loads(urlsafe_b64decode(cursor))
        if not isinstance(value, kind) or not isinstance(id, int):
            raise ValueError
    except (ValueError, TypeError):
        raise Refused(f"after must be the `next` of an earlier page, not {cursor[:60]!r}", "after") from None
    return value, id


def _tagged(tag: str) -> Any:
    """Whether a tag is among a run's: taking its quoted text out changes the column's."""
    return sa.func.replace(TAGS, dumps(tag), "") != TAGS


def _facets(
    session: Session, conditions: list[Any], chosen: dict[str, Sequence[str]]
) -> tuple[dict[str, dict[str, int]], int]:
    """Read the runs once, as the combinations that there are of all facets; each count is a sum over those."""
    columns = [column.label(name) for name, column in FACETS.items()]
    query = sa.select(*columns, sa.func.count().label("count")).where(*conditions).group_by(*columns)
    counts: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    total = 0
    for row in session.execute(query).mappings():
        values = {name: json.loads(row[name]) if name == "tag" else [row[name]] for name in FACETS}
        missed = [name for name, among in chosen.items() if not set(among) & set(values[name])]
        for name in missed or FACETS:
            if len(missed) < 2:
                counts[name].update(dict.fromkeys(values[name], row["count"]))
        total += 0 if missed else row["count"]
    return {name: dict(sorted(count.items())) for name, count in counts.items()}, total
