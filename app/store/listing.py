"""Lists of runs: filters, counts for each filter, and pages by the key of the last row instead of its number."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.errors import Refused
from app.models import Run, dumps

SORTS: dict[str, Any] = {"created": col(Run.id), "name": col(Run.name), "step": col(Run.step)}
FACETS: dict[str, Any] = {
    "status": col(Run.status),
    "likelihood": col(Run.config)["likelihood"].as_string(),
    "dataset": col(Run.config)["dataset"].as_string(),
}
TAGS = sa.cast(Run.tags, sa.Text)  # the column's JSON text


@dataclass(frozen=True)
class RunPage:
    """Some runs, the cursor of the following page (None after the last), and how many runs each filter would show.

    facets: {"status": {"running": 2, ...}, "likelihood": {...}, "dataset": {...}, "tag": {...}}, each counted under
    all filters but its own.
    """

    runs: list[Run]
    next: str | None
    facets: dict[str, dict[str, int]]


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

    `sort` is created, name or step, with a minus for descending; `after` is the `next` of the page before.
    Raises `Refused` for another sort or a cursor that is none.
    """
    always: list[Any] = [col(Run.deleted_at).is_not(None) if deleted else col(Run.deleted_at).is_(None)]
    if q:
        always.append(col(Run.name).icontains(q, autoescape=True) | col(Run.notes).icontains(q, autoescape=True))
    if group is not None:
        always.append(col(Run.group) == group)
    asked = {"status": status, "likelihood": likelihood, "dataset": dataset}
    filters = {name: FACETS[name].in_(values) for name, values in asked.items() if values}
    if tag:
        filters["tag"] = sa.or_(*map(_tagged, tag))

    facets = {}
    for name in (*FACETS, "tag"):
        others = [*always, *(condition for field, condition in filters.items() if field != name)]
        facets[name] = _tag_counts(session, others) if name == "tag" else _counts(session, FACETS[name], others)
    found, following = _page(session, [*always, *filters.values()], sort, after, limit)
    return RunPage(found, following, facets)


def _page(
    session: Session, conditions: list[Any], sort: str, after: str | None, limit: int
) -> tuple[list[Run], str | None]:
    name = sort.removeprefix("-")
    if name not in SORTS:
        raise Refused(f"sort must be one of {', '.join(SORTS)}, with or without a minus, not {sort!r}", "sort")
    key = (SORTS[name], col(Run.id))
    if after is not None:
        last = sa.tuple_(*_decoded(after, str if name == "name" else int))
        conditions.append(sa.tuple_(*key) < last if sort.startswith("-") else sa.tuple_(*key) > last)
    order = [column.desc() if sort.startswith("-") else column for column in key]
    rows = session.scalars(sa.select(Run).where(*conditions).order_by(*order).limit(limit + 1)).all()
    found = list(rows[:limit])
    if len(rows) <= limit:
        return found, None
    return found, _encoded([getattr(found[-1], SORTS[name].key), found[-1].id])


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


def _counts(session: Session, facet: Any, conditions: list[Any]) -> dict[str, int]:
    rows = session.execute(sa.select(facet, sa.func.count()).where(*conditions).group_by(facet).order_by(facet))
    return dict(rows.all())


def _tag_counts(session: Session, conditions: list[Any]) -> dict[str, int]:
    tagged = session.scalars(sa.select(col(Run.tags)).where(*conditions, TAGS != "[]"))
    return dict(sorted(Counter(tag for tags in tagged for tag in tags).items()))
