"""The list with the seeds of each configuration in one row."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.database.engine import Database
from app.records import Condition, Run
from app.store import evaluations, folding
from vae_core.events import Evaluation


@pytest.fixture
def seeded(database: Database, new_run: Callable[..., Run], evaluation: Callable[..., Evaluation]) -> dict[str, str]:
    """Three seeds of one configuration, the last without a number; two of another; one of other images."""
    groups = {"wide": (0.1, 0.5, None), "narrow": (0.2, 0.2), "other": (0.01,)}
    config: dict[str, dict[str, Any]] = {
        "wide": {"hidden": [50]},
        "narrow": {"hidden": [5]},
        "other": {"dataset": "mnist"},
    }
    found = {}
    for name, values in groups.items():
        for seed, value in enumerate(values):
            run = new_run(f"{name} {seed}", seed=seed, **config[name])
            found[name] = run.configuration
            if value is not None:
                with database.write() as session:
                    evaluations.append(session, run.id, replace(evaluation(40), mse_per_pixel=value))
    return found


@pytest.mark.parametrize("limit", [1, 2, 9])
@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("mse_per_pixel", ["narrow 1", "wide 2", "other 0"]),
        ("-mse_per_pixel", ["wide 2", "narrow 1", "other 0"]),
        ("-created", ["other 0", "narrow 1", "wide 2"]),
        ("hidden", ["narrow 1", "wide 2", "other 0"]),
        ("name", ["narrow 1", "other 0", "wide 2"]),
    ],
)
@pytest.mark.usefixtures("seeded")
def test_configurations_are_sorted_by_the_mean_of_their_seeds(
    database: Database, sort: str, expected: list[str], limit: int
) -> None:
    names: list[str] = []
    after = None
    with database.read() as session:
        while not names or after:
            page, _ = folding.find_folded(session, sort=sort, limit=limit, after=after)
            names, after = names + [run.name for run in page.runs], page.next
    assert names == expected


def test_the_seeds_that_match_are_counted_with_their_numbers(database: Database, seeded: dict[str, str]) -> None:
    with database.read() as session:
        page, seeds = folding.find_folded(session)
        assert page.total == 6
        assert {name: seeds[configuration].count for name, configuration in seeded.items()} == {
            "wide": 3, "narrow": 2, "other": 1
        }  # fmt: skip
        assert sorted(seeds[seeded["wide"]].numbers["mse_per_pixel"]) == [0.1, 0.5]
        assert seeds[seeded["wide"]].numbers["latest"] == []
        some = [Condition(field="mse_per_pixel", operator=">", value=0.15)]
        page, seeds = folding.find_folded(session, where=some)
        assert [run.name for run in page.runs] == ["narrow 1", "wide 1"]
        assert seeds[seeded["wide"]].numbers["mse_per_pixel"] == [0.5]
        alone, _ = folding.find_folded(session, configuration=seeded["narrow"])
        assert [run.name for run in alone.runs] == ["narrow 1"]
