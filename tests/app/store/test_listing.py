from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa

from app.database.engine import Database
from app.database.tables import RunRow
from app.errors import Refused
from app.records import Condition, ListedRun, Run
from app.store import control, evaluations, list_values, listing, runs, steps
from app.text.quantities import HELD_OUT, fields_of_key, unit_key, unit_of
from vae_core.config.train_config import TrainConfig, json_schema
from vae_core.events import Evaluation, StepTerms


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


@pytest.fixture
def ranked(
    database: Database, new_run: Callable[..., Run], evaluation: Callable[..., Evaluation]
) -> Callable[..., int]:
    """A run whose newest evaluation, of this step, has these numbers; one at step 0 comes before it."""

    def make(step: int = 40, status: str = "finished", config: dict[str, Any] | None = None, **numbers: Any) -> int:
        run = new_run(**(config or {})).id
        with database.write() as session:
            evaluations.append(session, run, replace(evaluation(0), mse_per_pixel=1e-9, elbo=-1e-9))
            if step:
                evaluations.append(session, run, replace(evaluation(step), **numbers))
            session.get(RunRow, run).status = status
        return run

    return make


def all_pages(database: Database, limit: int, **more: Any) -> list[tuple[int, str | None]]:
    """Every run of a list, with the unit of measure that it is ranked in, read a page at a time."""
    found: list[tuple[int, str | None]] = []
    after = None
    with database.read() as session:
        while True:
            page = listing.find(session, limit=limit, after=after, **more)
            found += zip([run.id for run in page.runs], page.units, strict=True)
            if (after := page.next) is None:
                return found


DIGITS, MNIST = "grey pixels of Digits 8×8", "grey pixels of MNIST"


@pytest.mark.parametrize("limit", [1, 2, 3, 20])
@pytest.mark.parametrize("sort", ["mse_per_pixel", "-mse_per_pixel"])
def test_results_are_ranked_within_their_images_the_most_first(
    database: Database, ranked: Callable[..., int], sort: str, limit: int
) -> None:
    other = [ranked(mse_per_pixel=value, config={"dataset": "mnist"}) for value in (0.001, 0.9)]
    values = {"gaussian": 0.3, "bernoulli": 0.1, "laplace": 0.2}
    third, first, second = (ranked(mse_per_pixel=value, config={"likelihood": name}) for name, value in values.items())
    without = [ranked(step=0), ranked(status="diverged", mse_per_pixel=0.01)]
    blocks = [[first, second, third], other, without]
    if sort.startswith("-"):
        blocks = [block[::-1] for block in blocks]
    expected = [(run, unit) for unit, block in zip((DIGITS, MNIST, None), blocks, strict=True) for run in block]
    assert all_pages(database, limit, sort=sort) == expected


@pytest.mark.parametrize("limit", [1, 20])
def test_bounds_in_two_units_of_measure_are_ranked_apart(
    database: Database, ranked: Callable[..., int], limit: int
) -> None:
    bce = [ranked(elbo=-value) for value in (90.0, 80.0)]
    mse = [ranked(elbo=-value, config={"likelihood": "gaussian"}) for value in (5.0, -7.0, 6.0)]
    density, entropy = (f"nats/image, {kind} of {DIGITS}" for kind in ("density", "cross-entropy"))
    assert all_pages(database, limit, sort="negative_elbo") == [
        *((mse[place], density) for place in (1, 0, 2)),
        *((bce[place], entropy) for place in (1, 0)),
    ]


def test_a_page_goes_on_though_its_unit_has_become_the_smaller_one(
    database: Database, ranked: Callable[..., int]
) -> None:
    small = ranked(mse_per_pixel=0.5, config={"dataset": "mnist"})
    large = [ranked(mse_per_pixel=value) for value in (0.1, 0.2)]
    with database.read() as session:
        first = listing.find(session, sort="mse_per_pixel", limit=1)
    for run in large:
        with database.write() as session:
            runs.delete(session, run) if run == large[0] else None
    ranked(mse_per_pixel=0.4, config={"dataset": "mnist"})
    with database.read() as session:
        second = listing.find(session, sort="mse_per_pixel", after=first.next)
    assert [run.id for run in first.runs] == [large[0]]
    assert {large[1], small} <= {run.id for run in second.runs}


@pytest.mark.parametrize("minus", ["", "-"])
def test_every_value_sorts_and_pages_in_both_directions(
    database: Database, ranked: Callable[..., int], minus: str
) -> None:
    for number, config in enumerate(({}, {"likelihood": "gaussian", "grad_clip": 2.0}, {"hidden": [], "beta": 4})):
        ranked(mse_per_pixel=number / 10, config=config)
    for name in (*list_values.VALUES, *json_schema()["properties"]):
        pages, whole = (all_pages(database, limit, sort=minus + name) for limit in (1, 9))
        with database.read() as session:
            assert [run for run, _ in whole] == listing.numbers(session, sort=minus + name)
        assert pages == whole
        assert sorted(run for run, _ in whole) == [1, 2, 3]


def test_the_configuration_sorts_by_what_counts_and_widths_layer_by_layer(
    database: Database, new_run: Callable[..., Run]
) -> None:
    for hidden in ([400], [50], [200, 200], [200, 1000], []):
        new_run(hidden=hidden)
    assert [run for run, _ in all_pages(database, 9, sort="hidden")] == [5, 2, 3, 4, 1]
    new_run(likelihood="gaussian", sigma=0.1), new_run(likelihood="gaussian", scale="shared", sigma=0.01)
    assert [run for run, _ in all_pages(database, 2, sort="sigma")] == [7, 6, 1, 2, 3, 4, 5]
    assert {unit for _, unit in all_pages(database, 9, sort="sigma")} == {None}


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("beta", ">", 1.0, [2]),
        ("beta", "<=", 1.0, [1, 3]),
        ("likelihood", "=", "gaussian", [2]),
        ("likelihood", "!=", "gaussian", [1, 3, 4]),
        ("sigma", "<", 1.0, [2]),
        ("hidden", "=", (200, 200), [3]),
        ("hidden", "!=", (200, 200), [1, 2, 4]),
        ("hidden", "=", (), [1]),
        ("dequantize", "=", True, [3]),
        ("grad_clip", "=", None, [1, 3, 4]),
        ("grad_clip", "!=", None, [2]),
        ("mse_per_pixel", "<", 0.15, [1]),
        ("mse_per_pixel", ">=", 0.15, [2, 3]),
        ("negative_elbo", ">", 0, [1, 2, 3]),
        ("step", "=", 0, [1, 2, 3, 4]),
    ],
)
def test_conditions_on_fields_and_numbers(
    database: Database, ranked: Callable[..., int], field: str, operator: Any, value: Any, expected: list[int]
) -> None:
    ranked(mse_per_pixel=0.1, config={"hidden": []})
    ranked(mse_per_pixel=0.2, config={"likelihood": "gaussian", "beta": 2.0, "grad_clip": 1.0})
    ranked(mse_per_pixel=0.3, config={"hidden": [200, 200], "dequantize": True})
    ranked(mse_per_pixel=0.1, status="diverged", config={"model": "ae"})
    where = [Condition(field=field, operator=operator, value=value)]
    with database.read() as session:
        page = listing.find(session, where=where, sort="created")
        assert [run.id for run in page.runs] == listing.numbers(session, where=where, sort="created") == expected
        assert page.total == len(expected)
        assert sum(page.facets["dataset"].values()) == len(expected)
        assert [run.id for run in listing.find(session, where=where, sort="mse_per_pixel", limit=1).runs] == expected[
            :1
        ]


def test_the_unit_of_every_number_follows_from_the_key_that_runs_share() -> None:
    schema = json_schema()["properties"]
    pixels: list[dict[str, Any]] = [
        {},
        {"dequantize": True},
        *({"binarize": how} for how in ("threshold", "static", "dynamic")),
    ]
    assert set(HELD_OUT) | {"latest", "best"} == {name for name in list_values.VALUES if unit_of(name, TrainConfig())}
    for likelihood in schema["likelihood"]["enum"]:
        for how in pixels:
            config = TrainConfig.parse({"likelihood": likelihood, "beta": 0.5, "latent_dim": 3, **how}, stored=True)
            known = TrainConfig.parse(fields_of_key(unit_key(config)), stored=True)
            for name in list_values.VALUES:
                assert unit_of(name, config) == unit_of(name, known)
