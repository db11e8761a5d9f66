"""The list with one row a configuration: the runs that differ in the seed alone are folded into the newest of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Unpack

import sqlalchemy as sa
from sqlmodel import Session, col

from app.database.tables import RunRow
from app.records import RunPage
from app.store.list_values import VALUES
from app.store.listing import Filters, count_runs, matching, read_page
from app.store.ordering import order_of, ranked_value
from app.text.quantities import HELD_OUT

AVERAGED = ("latest", "best", "step", "seconds", *HELD_OUT)  # what differs between seeds


@dataclass
class Seeds:
    """The runs of one configuration: how many, and their numbers, of those that have them."""

    count: int = 0
    numbers: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in AVERAGED})


def find_folded(
    session: Session,
    *,
    sort: str = "-created",
    after: str | None = None,
    limit: int = 50,
    **filters: Unpack[Filters],
) -> tuple[RunPage, dict[str, Seeds]]:
    """A page of the newest run of each configuration, sorted by the mean over its seeds, and the seeds of each.

    Only runs that match count as seeds. Raises `Refused` as `listing.find` does.
    """
    ranked = ranked_value(sort)
    over_seeds = sa.func.avg if sort.removeprefix("-") in AVERAGED else sa.func.max
    each = sa.select(sa.func.max(RunRow.id).label("id"), over_seeds(ranked.expression).label("value"))
    folded = matching(each, [ranked], filters).group_by(col(RunRow.configuration)).subquery()
    counts = count_runs(session, sort, filters)
    order = order_of(sort, replace(ranked, expression=folded.c.value, table=None), counts.ranked)
    query = sa.select(RunRow).add_columns(*order.columns).join(folded, folded.c.id == RunRow.id)
    page = read_page(session, query, order, counts, after, limit)
    return page, _seeds(session, [run.configuration for run in page.runs], filters)


def _seeds(session: Session, configurations: Sequence[str], filters: Filters) -> dict[str, Seeds]:
    values = [VALUES[name] for name in AVERAGED]
    columns: list[Any] = [col(RunRow.configuration), *(value.expression for value in values)]
    query = matching(sa.select(*columns), values, filters).where(col(RunRow.configuration).in_(configurations))
    seeds = {configuration: Seeds() for configuration in configurations}
    for configuration, *numbers in session.execute(query):
        seeds[configuration].count += 1
        for name, number in zip(AVERAGED, numbers, strict=True):
            if number is not None:
                seeds[configuration].numbers[name].append(number)
    return seeds
