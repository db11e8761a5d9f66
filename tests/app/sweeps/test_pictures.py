"""What a sweep's page draws, and the same numbers as tables."""

from typing import Any

from app.records import Interval, Sweep, Trial
from app.sweeps.pictures import Picture, chosen, pictures
from tests.app.sweeps.test_proposals import specification

SPACE: dict[str, Any] = {
    "beta": Interval(low=0.1, high=10, log=True),
    "latent_dim": Interval(low=2, high=5),
    "activation": ["relu", "tanh"],
}


def sweep(space: dict[str, Any] = SPACE, **changes: Any) -> Sweep:
    held: dict[str, Any] = {
        "id": 1,
        "name": "s",
        "group": "g",
        "preset": None,
        "status": "running",
        "error": None,
        "trials": 9,
    }
    held |= specification(space, **changes).model_dump()
    return Sweep(**held, minutes=None, created_at="2026-11-22T10:00:00.000Z", counts={})


def trial(number: int, values: list[float] | None, state: Any = "complete", **params: Any) -> Trial:
    return Trial(number=number, run=number + 10, params=params, pending=[], state=state, values=values, step=9)


TRIALS = [
    trial(1, [9.0], beta=0.1, latent_dim=2, activation="relu"),
    trial(2, [7.0], beta=1.0, latent_dim=5, activation="tanh"),
    trial(3, [8.0], beta=1.0, latent_dim=5, activation="tanh"),
    trial(4, [20.0], "pruned", beta=10.0, latent_dim=3, activation="relu"),
    trial(5, None, "failed", beta=10.0, latent_dim=3, activation="relu"),
]


def drawn(made: Sweep, trials: list[Trial], asked: dict[str, str] | None = None, **shares: float) -> dict[str, Picture]:
    shown = pictures(made, trials, chosen(made, asked or {}), [shares] if shares else [])
    return {picture.name: picture for picture in shown}


def test_every_picture_has_its_numbers_as_a_table() -> None:
    shown = drawn(sweep(), TRIALS, beta=0.75, latent_dim=0.25)
    assert list(shown) == ["field", "importance", "heat", "parallel"]
    assert all(picture.figure for picture in shown.values())
    assert shown["field"].head == ("trial", "β", "−ELBO", "state")
    assert list(shown["field"].rows[0]) == ["1", "0.1", 9.0, "complete"]
    assert [row[0] for row in shown["field"].rows] == ["1", "2", "3", "4"]
    assert "Hollow: pruned" in shown["field"].about
    assert shown["importance"].rows == [["β", 75.0], ["Latent dimensions", 25.0]]
    assert list(shown["parallel"].rows[1]) == ["2", "1", "5", "Tanh", 7.0]
    assert len(shown["parallel"].rows) == 3
    assert shown["field"].unit == "nats/image, cross-entropy of grey pixels"


def test_a_heat_map_cuts_intervals_and_has_the_mean_of_each_cell() -> None:
    shown = drawn(sweep(), TRIALS, {"across": "activation", "up": "latent_dim"})["heat"]
    assert shown.head == ("Latent dimensions ↓ Activation →", "ReLU", "Tanh")
    assert [list(row) for row in shown.rows] == [
        ["2", 9.0, None], ["3", None, None], ["4", None, None], ["5", None, 7.5],
    ]  # fmt: skip
    wide = sweep({"beta": SPACE["beta"], "latent_dim": Interval(low=1, high=32, log=True)})
    shown = drawn(wide, TRIALS)["heat"]
    assert shown.head[1:3] == ("0.1 – 0.215", "0.215 – 0.464")
    assert [row[0] for row in shown.rows] == ["1–2", "3–4", "5–9", "10–17", "18–32"]


def test_parts_of_a_narrow_interval_are_told_apart() -> None:
    narrow = sweep({"beta": Interval(low=0.9999, high=1.0001), "activation": ["relu", "tanh"]})
    head = drawn(narrow, TRIALS)["heat"].head
    assert len(set(head)) == len(head)


def test_the_reader_chooses_fields_and_what_is_not_there_falls_back() -> None:
    shown = chosen(sweep(), {"field": "activation", "across": "latent_dim", "up": "latent_dim", "of": "nonsense"})
    assert (shown.field, shown.of, shown.across, shown.up) == ("activation", "negative_elbo", "latent_dim", "beta")
    alone = chosen(sweep({"beta": [1, 2]}), {"field": "x"})
    assert (alone.field, alone.across, alone.up) == ("beta", "beta", "beta")


def test_one_field_has_no_map_and_nothing_is_drawn_before_a_trial_has_ended() -> None:
    shown = drawn(sweep({"beta": [0.1, 1.0, 10.0]}), [])
    assert list(shown) == ["field", "importance"]
    assert not any(picture.figure for picture in shown.values())


def test_of_two_quantities_the_frontier_comes_first_with_their_sum_where_both_are_in_nats() -> None:
    trials = [trial(1, [5.0, 40.0], beta=8.0), trial(2, [20.0, 10.0], beta=0.2), trial(3, [25.0, 30.0], beta=0.1)]
    made = sweep({"beta": SPACE["beta"]}, minimise=["kl", "reconstruction"])
    shown = drawn(made, trials)["frontier"]
    assert shown.head == ("trial", "KL", "reconstruction", "−ELBO", "on the frontier")
    assert [list(row) for row in shown.rows] == [
        ["1", 5.0, 40.0, 45.0, "yes"], ["2", 20.0, 10.0, 30.0, "yes"], ["3", 25.0, 30.0, 55.0, "no"],
    ]  # fmt: skip
    errors = sweep({"beta": SPACE["beta"]}, minimise=["kl", "mse_per_pixel"])
    assert drawn(errors, trials)["frontier"].head == ("trial", "KL", "MSE", "on the frontier")


def test_a_field_that_does_not_count_leaves_a_gap() -> None:
    space = {"likelihood": ["gaussian", "student_t"], "nu": [3.0, 5.0]}
    trials = [trial(1, [2.0], likelihood="gaussian"), trial(2, [1.0], likelihood="student_t", nu=3.0)]
    shown = drawn(sweep(space, minimise=["mse_per_pixel"]), trials, {"field": "nu"})
    assert [list(row) for row in shown["parallel"].rows] == [
        ["1", "Gaussian (MSE)", None, 2.0], ["2", "Student-t", "3", 1.0],
    ]  # fmt: skip
    assert [row[0] for row in shown["field"].rows] == ["2"]
