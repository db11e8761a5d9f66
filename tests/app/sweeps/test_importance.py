"""Which fields decide how good a trial is."""

from typing import Any

import pytest

from app.records import Interval, Trial
from app.sweeps.importance import FEWEST, importances
from tests.app.sweeps.test_proposals import cost, specification, trial

SPACE: dict[str, Any] = {
    "beta": Interval(low=0.1, high=10, log=True),
    "latent_dim": Interval(low=2, high=16),
    "hidden": [[200], [100]],
}


def trials(count: int) -> list[Trial]:
    """β decides almost alone."""
    made = []
    for number in range(1, count + 1):
        params: dict[str, Any] = {"beta": 0.1 * 100 ** ((7 * number % count) / count), "latent_dim": 2 + number % 15}
        params |= {"hidden": SPACE["hidden"][number % 2]}
        made.append(trial(number, params, cost(params | {"latent_dim": 8})))
    return made


def test_the_field_that_decides_has_the_largest_share() -> None:
    (shares,) = importances(specification(SPACE), trials(40))
    assert max(shares, key=shares.__getitem__) == "beta"
    assert shares["beta"] > 0.5
    assert sum(shares.values()) == pytest.approx(1)
    assert set(shares) == set(SPACE)


def test_few_trials_say_nothing_and_only_those_that_ended_count() -> None:
    ended = trials(FEWEST)
    sweep = specification(SPACE)
    assert len(importances(sweep, ended)) == 1
    assert importances(sweep, ended[:-1]) == []
    pruned = ended[-1].model_copy(update={"state": "pruned"})
    assert importances(sweep, [*ended[:-1], pruned]) == []


def test_two_quantities_have_shares_each() -> None:
    sweep = specification(SPACE, minimise=["kl", "mse_per_pixel"])
    both = [
        one.model_copy(update={"values": [one.params["latent_dim"] / 2, *(one.values or [])]}) for one in trials(40)
    ]
    first, second = importances(sweep, both)
    assert first["latent_dim"] > 0.5
    assert second["beta"] > 0.5
