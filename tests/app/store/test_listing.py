from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa

from app.database.engine import Database
from app.database.tables import RunRow
from app.errors import Refused
from app.records import ListedRun, Run
from app.store import control, listing, runs, steps
from vae_core.events import StepTerms


@pytest.fixture
def find(database: Database) -> Callable[..., list[str]]:
    def names(**filters: Any) -> list[str]:
        with database.read() as session:
            return sorted(run.name for run in listing.find(session, **filters).runs)

    return names


@pytest.fixture
def zoo(database: Database, new_run: Callable[..., Run]) -> None:
    """Four runs that differ in everything one can filter by."""
    new_run("ant", tags=("small", "black"), group="g1", likelihood="bernoulli")
    new_run("bee", tags=("small",), group="g1", likelihood="gaussian")
    new_run("Cow", tags=("100%", "Größe"), likelihood="gaussian", dataset="mnist")
    dog = new_run("dog_1", likelihood="bernoulli", dataset="mnist")
    with database.write() as session:
        control.stop(session, dog.id)
        runs.update(session, dog.id, notes="barks 100% of the time")


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["Cow", "ant", "bee", "dog_1"]),
        ({"status": ["stopped"]}, ["dog_1"]),
        ({"status": ["queued", "stopped"], "dataset": ["mnist"]}, ["Cow", "dog_1"]),
        ({"likelihood": ["gaussian"]}, ["Cow", "bee"]),
        ({"dataset": ["digits"], "likelihood": ["gaussian"]}, ["bee"]),
        ({"tag": ["small"]}, ["ant", "bee"]),
        ({"tag": ["black", "100%"]}, ["Cow", "ant"]),
        ({"tag": ["Größe"]}, ["Cow"]),
        ({"tag": ["Small"]}, []),
        ({"tag": ["smal"]}, []),
        ({"group": "g1"}, ["ant", "bee"]),
        ({"q": "COW"}, ["Cow"]),
        ({"q": "100%"}, ["dog_1"]),
        ({"q": "g_1"}, ["dog_1"]),
        ({"q": "g_2"}, []),
    ],
)
@pytest.mark.usefixtures("zoo")
def test_filters(find: Callable[..., list[str]], filters: dict[str, Any], expected: list[str]) -> None:
    assert find(**filters) == expected


@pytest.mark.usefixtures("zoo")
def test_facets_count_what_each_choice_would_show(database: Database) -> None:
    filters: dict[str, Any] = {"likelihood": ["gaussian"], "dataset": ["mnist"]}
    with database.read() as session:
        page = listing.find(session, **filters)
        facets, total = page.facets, page.total
        assert total == 1
        assert facets == {
            "status": {"queued": 1},
            "likelihood": {"bernoulli": 1, "gaussian": 1},
            "dataset": {"digits": 1, "mnist": 1},
            "tag": {"100%": 1, "Größe": 1},
        }
        for field, counts in facets.items():
            for value, count in counts.items():
                shown = listing.find(session, **{**filters, field: [value]}, limit=1)
                assert shown.total == count


@pytest.mark.parametrize("sort", ["created", "-created", "name", "-name", "step", "-step"])
@pytest.mark.parametrize("limit", [1, 3, 10, 11])
def test_pages_hold_every_run_once_in_order(
    database: Database, new_run: Callable[..., Run], sort: str, limit: int
) -> None:
    for index in range(10):
        new_run(f"run-{index % 4}")
    with database.write() as session:
        for row in session.scalars(sa.select(RunRow)):
            row.step = row.id % 3
    listed: list[ListedRun] = []
    after = None
    with database.read() as session:
        while True:
            page = listing.find(session, sort=sort, limit=limit, after=after)
            assert len(page.runs) <= limit
            listed += page.runs
            after = page.next
            if after is None:
                break
    assert sorted(run.id for run in listed) == list(range(1, 11))
    field = {"created": "id"}.get(sort.removeprefix("-"), sort.removeprefix("-"))
    keys = [(getattr(run, field), run.id) for run in listed]
    assert all(a > b if sort.startswith("-") else a < b for a, b in pairwise(keys))


def test_a_run_made_between_two_pages_moves_none_of_them(database: Database, new_run: Callable[..., Run]) -> None:
    for index in range(4):
        new_run(f"run-{index}")
    with database.read() as session:
        first = listing.find(session, limit=2)
    new_run("late")
    with database.read() as session:
        second = listing.find(session, limit=2, after=first.next)
    assert [run.id for run in (*first.runs, *second.runs)] == [4, 3, 2, 1]


@pytest.mark.parametrize("limit", [1, 2, 5])
@pytest.mark.parametrize(("sort", "order"), [("best", [3, 1, 2, 4, 5]), ("-best", [2, 1, 3, 5, 4])])
def test_runs_are_sorted_by_their_best_value_and_those_without_one_come_last(
    database: Database,
    new_run: Callable[..., Run],
    block: Callable[..., StepTerms],
    sort: str,
    order: list[int],
    limit: int,
) -> None:
    for scale, variational in ((2, True), (3, True), (1, False)):
        run, some = new_run().id, block(1, 20, kl=variational)
        some.reconstruction[:] *= scale
        if variational:
            some.elbo[:] = -(some.reconstruction + some.kl)
        with database.write() as session:
            steps.append(session, run, some)
    new_run(), new_run()
    ids: list[int] = []
    after = None
    with database.read() as session:
        while not ids or after:
            page = listing.find(session, sort=sort, limit=limit, after=after)
            ids, after = ids + [run.id for run in page.runs], page.next
    assert ids == order


def test_runs_by_their_numbers_and_the_sizes_of_groups(database: Database, new_run: Callable[..., Run]) -> None:
    for group in ("a", "a", "b", None):
        new_run(group=group)
    with database.write() as session:
        control.stop(session, 2)
        runs.delete(session, 2)
        assert [run.id for run in listing.some(session, [1, 9, 2])] == [2, 1]
        assert listing.group_sizes(session, ["a", "b", "c", None]) == {"a": 1, "b": 1}


@pytest.mark.parametrize("after", ["", "x", "bm8=", "WzFd", "WyJhIiwgMV0=", "é"])
def test_a_cursor_that_is_none_is_refused(database: Database, after: str) -> None:
    with database.read() as session, pytest.raises(Refused, match="after must be"):
        listing.find(session, after=after)


def test_an_unknown_sort_is_refused(database: Database) -> None:
    with (
        database.read() as session,
        pytest.raises(Refused, match="sort must be one of created, name, step, latest, best"),
    ):
        listing.find(session, sort="password")


@pytest.mark.parametrize("filters", [{}, {"status": ["queued"]}, {"group": "g1"}])
def test_no_page_of_the_newest_runs_looks_at_all_runs(
    database: Database, new_run: Callable[..., Run], filters: dict[str, Any]
) -> None:
    for _ in range(3):
        new_run(group="g1")
    with database.read() as session:
        after = listing.find(session, limit=1, **filters).next
        queries: list[tuple[str, Any]] = []
        sa.event.listen(database.engine, "before_cursor_execute", lambda *sent: queries.append(sent[2:4]))
        listing.find(session, limit=1, after=after, **filters)
        query, values = next((query, values) for query, values in queries if "run.config" in query.split("FROM")[0])
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values).all()
    assert [step[3].split()[0] for step in plan] == ["SEARCH"]
