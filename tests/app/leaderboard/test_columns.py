"""The columns of the list, and a run's values in them."""

import pytest

from app.errors import Refused
from app.leaderboard.columns import (
    COLUMNS,
    NEWEST_FIRST,
    STANDARD,
    Cell,
    cells,
    column_texts,
    pinned_column,
    seed_texts,
    shown_columns,
)
from app.records import Extremes, ListedRun
from app.store.list_values import VALUES
from app.text.quantities import HELD_OUT
from tests.app.builders import make_evaluation, make_run
from vae_core.config.train_config import json_schema


@pytest.mark.parametrize(
    ("name", "sort", "direction", "next_sort"),
    [
        ("best", "-created", None, "best"),
        ("best", "best", "ascending", "-best"),
        ("best", "-best", "descending", "best"),
        ("created", "-created", "descending", "created"),
        ("created", "created", "ascending", "-created"),
        ("step", "name", None, "-step"),
        ("kl", "name", None, "kl"),
        ("beta", "-beta", "descending", "beta"),
        ("course", "name", None, ""),
    ],
)
def test_a_heading_says_how_it_sorts_and_what_a_click_does(
    name: str, sort: str, direction: str | None, next_sort: str
) -> None:
    column = COLUMNS[name]
    assert (column.direction(sort), column.next_sort(sort) if column.sort else "") == (direction, next_sort)


def test_every_column_but_the_drawn_one_sorts_by_what_the_store_has() -> None:
    sorts = {column.sort.removeprefix("-") for column in COLUMNS.values() if column.sort}
    assert sorts == {*VALUES, *json_schema()["properties"]} - {"name"}
    assert {name for name, column in COLUMNS.items() if not column.sort} == {"course"}
    assert {name for name, column in COLUMNS.items() if column.unit.startswith("held out")} == set(HELD_OUT)
    assert set(STANDARD) <= set(COLUMNS)


@pytest.mark.parametrize(
    ("asked", "sort", "expected"),
    [
        ([], NEWEST_FIRST, [*STANDARD]),
        (["beta,latent_dim"], NEWEST_FIRST, ["beta", "latent_dim"]),
        (["latent_dim", "beta", "beta"], "-created", ["latent_dim", "beta"]),
        (["beta"], "-kl", ["beta", "kl"]),
        ([], "best", [*STANDARD, "best"]),
        ([""], "name", [*STANDARD]),
    ],
)
def test_columns_are_named_in_the_address_and_that_which_sorts_is_there(
    asked: list[str], sort: str, expected: list[str]
) -> None:
    assert shown_columns(asked, sort) == expected


def test_an_unknown_column_is_refused() -> None:
    with pytest.raises(Refused, match=r"columns must be among status, course, latest, .*, not 'password'"):
        shown_columns(["beta,password"], NEWEST_FIRST)


def listed_run(**changes: object) -> ListedRun:
    run = make_run(**changes)  # type: ignore[arg-type]
    elbo = Extremes(first=(1, -200.0), last=(9, -110.0), min=(1, -200.0), max=(8, -105.0))
    return ListedRun(**run.model_dump(), terms={"elbo": elbo}, spark=[])


def test_a_runs_values_are_those_of_its_result_and_of_the_fields_that_count() -> None:
    held = make_evaluation(step=9, elbo=-102.5, kl=12.5)
    names = ["negative_elbo", "kl", "mse_per_pixel", "best", "latest", "beta", "sigma", "hidden", "status"]
    values = cells(listed_run(evaluation=held, beta=2), names)
    assert values == dict(zip(names, [102.5, 12.5, None, 105.0, 110.0, 2.0, None, [400], "finished"], strict=True))
    lost = cells(listed_run(evaluation=held, status="diverged"), ["negative_elbo", "kl", "latest", "best"])
    assert list(lost.values()) == [None, None, None, 105.0]


@pytest.mark.parametrize(
    ("name", "values", "texts"),
    [
        ("kl", [12.5, None, 3], ["12.5", "—", "3"]),
        ("seconds", [3.21, 75.0], ["3.2\u00a0s", "1\u00a0min\u00a015\u00a0s"]),
        ("hidden", [[400], [20, 10], []], ["400", "20, 10", "none"]),
        ("grad_clip", [None, 1.5], ["none", "1.5"]),
        ("sigma", [None, 0.1], ["—", "0.1"]),
        ("scale", ["shared", None], ["Learned, one for all pixels", "—"]),
        ("dequantize", [True, False], ["Yes", "No"]),
    ],
)
def test_cells_are_written_for_people(name: str, values: list[Cell], texts: list[str]) -> None:
    assert column_texts(name, values) == texts


@pytest.mark.parametrize(
    ("names", "sort", "pinned"),
    [
        (STANDARD, NEWEST_FIRST, "latest"),
        (STANDARD, "-kl", "kl"),
        (["likelihood", "beta", "kl"], "likelihood", "beta"),
        (["status", "course"], "status", None),
    ],
)
def test_the_number_that_sorts_is_pinned_or_else_the_first(names: list[str], sort: str, pinned: str | None) -> None:
    assert pinned_column(names, sort) == pinned


def test_numbers_over_seeds_have_a_spread_from_two_on() -> None:
    numbers = {"kl": [10.0, 12.0], "best": [100.0], "mse_per_pixel": []}
    assert seed_texts(numbers) == {"kl": "11\u00a0±\u00a013", "best": "100", "mse_per_pixel": "—"}
