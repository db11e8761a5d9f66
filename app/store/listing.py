"""Lists of runs: filters, counts for each filter, and pages by the key of the last row instead of its number."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.database.tables import Run, dumps
from app.errors import Refused
from app.store import summaries

TAGS = sa.cast(Run.tags, sa.Text)  # the column's JSON text
FACETS: dict[str, Any] = {
    "status": col(Run.status),
    "likelihood": col(Run.config)["likelihood"].as_string(),
    "dataset": col(Run.config)["dataset"].as_string(),
    "tag": TAGS,
}
SORTS: dict[str, Any] = {
    "created": col(Run.id),
    "name": col(Run.name),
    "step": col(Run.step),
    "latest": summaries.LATEST,
    "best": summaries.BEST,
}
NUMBERS = {"latest", "best"}  # not every run has them: those come last in both directions
FARTHEST = 1e308


@dataclass(frozen=True)
class RunPage:
    """Some runs, the cursor of the following page (None after the last), and how many runs each filter would show.

    facets: {"status": {"running": 2, ...}, "likelihood": {...}, "dataset": {...}, "tag": {...}}, each counted under
    all filters but its own. total: the runs that match, on this page or not.
    """

    runs: list[Run]
    next: str | None
    facets: dict[str, dict[str, int]]
    total: int


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
    always: list[Any] = [col(Run.deleted_at).is_not(None) if deleted else col(Run.deleted_at).is_(None)]
    if q:
        always.append(col(Run.name).icontains(q, autoescape=True) | col(Run.notes).icontains(q, autoescape=True))
    if group is not None:
        always.append(col(Run.group) == group)
    asked = {"status": status, "likelihood": likelihood, "dataset": dataset, "tag": tag}
    asked = {name: values for name, values in asked.items() if values}
    filters = [
        sa.or_(*map(_tagged, values)) if name == "tag" else FACETS[name].in_(values) for name, values in asked.items()
    ]
    found, following = _page(session, [*always, *filters], sort, after, limit)
    return RunPage(found, following, *_facets(session, always, asked))


def some(session: Session, run_ids: Iterable[int]) -> list[Run]:
    """Those of the runs that exist, deleted ones too, the newest first."""
    return list(session.scalars(sa.select(Run).where(col(Run.id).in_(list(run_ids))).order_by(col(Run.id).desc())))


def group_sizes(session: Session, groups: Iterable[str | None]) -> dict[str, int]:
    """How many runs that are not deleted each group has."""
    column = col(Run.group)
    query = sa.select(column, sa.func.count()).where(column.in_(list(groups)), col(Run.deleted_at).is_(None))
    return dict(session.execute(query.group_by(column)).all())


def _page(
    session: Session, conditions: list[Any], sort: str, after: str | None, limit: int
) -> tuple[list[Run], str | None]:
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    if name not in SORTS:
        raise Refused(f"sort must be one of {', '.join(SORTS)}, with or without a minus, not {sort!r}", "sort")
    query, value = sa.select(Run), SORTS[name]
    if name in NUMBERS:
        query = query.outerjoin(summaries.TABLE, summaries.TABLE.c.run_id == Run.id)
        value = sa.func.coalesce(value, -FARTHEST if descending else FARTHEST)
    key = sa.tuple_(value, col(Run.id))
    if after is not None:
        last = sa.tuple_(*_decoded(after, str if name == "name" else float if name in NUMBERS else int))
        conditions = [*conditions, key < last if descending else key > last]
    order = [column.desc() if descending else column for column in key]
    rows = session.execute(query.add_columns(value).where(*conditions).order_by(*order).limit(limit + 1)).all()
    found = [run for run, _ in rows[:limit]]
    if len(rows) <= limit:
        return found, None
    return found, _encoded([rows[limit - 1][1], found[-1].id])


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
    session: Session, conditions: list[Any], asked: dict[str, Sequence[str]]
) -> tuple[dict[str, dict[str, int]], int]:
    """Read the runs once, as the combinations that there are of all facets; each count is a sum over those."""
    columns = [column.label(name) for name, column in FACETS.items()]
    query = sa.select(*columns, sa.func.count().label("count")).where(*conditions).group_by(*columns)
    counts: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    total = 0
    for row in session.execute(query).mappings():
        values = {name: json.loads(row[name]) if name == "tag" else [row[name]] for name in FACETS}
        missed = [name for name, wanted in asked.items() if not set(wanted) & set(values[name])]
        for name in missed or FACETS:
            if len(missed) < 2:
                counts[name].update(dict.fromkeys(values[name], row["count"]))
        total += 0 if missed else row["count"]
    return {name: dict(sorted(found.items())) for name, found in counts.items()}, total
