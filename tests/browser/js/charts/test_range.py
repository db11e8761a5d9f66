"""The range of y that a row shows: robust, with what a reader must see inside."""

from typing import Any

import numpy as np
import pytest

from tests import real_runs
from tests.browser.js.conftest import Scripts

Course = dict[str, Any]
RULES = """({ fitted, whole, roomy, beyond }, { rule, courses, window }) => ({
  fitted: () => fitted(courses, window),
  whole: () => whole(courses, window),
  beyond: () => beyond(courses[0], roomy(fitted(courses, window)), window),
  roomy: () => roomy(courses),
})[rule]()"""


def course(values: Any, held_out: dict[float, float] | None = None, spread: float = 0) -> Course:
    """A run whose steps are 1, 2, …, a band around them, and held-out values by their steps."""
    y = [None if value is None else float(value) for value in values]
    low, high = ([None if value is None else value + shift for value in y] for shift in (-spread, spread))
    held = {} if held_out is None else held_out
    band = {"low": low, "high": high} if spread else {"low": [], "high": []}
    return {"x": [*range(1, len(y) + 1)], "y": y, "heldOut": {"x": [*held], "y": [*held.values()]}, **band}


def decay(first: float, last: float, steps: int = 1000, noise: float = 0.0, seed: int = 0) -> np.ndarray:
    """A curve that falls steeply in its first twentieth."""
    step = np.arange(steps)
    return last + (first - last) * np.exp(-step / (0.03 * steps)) + np.random.default_rng(seed).normal(0, noise, steps)


@pytest.fixture
def ranged(scripts: Scripts) -> Any:
    def run(*courses: Any, rule: str = "fitted", window: list[float] | None = None) -> Any:
        asked = courses[0] if rule == "roomy" else list(courses)
        return scripts("charts/range.js", RULES, {"rule": rule, "courses": asked, "window": window})

    return run


def test_the_transient_does_not_set_the_range(ranged: Any) -> None:
    values = decay(500, 24, noise=0.3)
    low, high = ranged(course(values))
    assert low == pytest.approx(values[100:].min())
    assert high < 45
    share = np.ptp(np.quantile(values[100:], [0.05, 0.95])) / (high - low)
    assert share > 0.2
    assert ranged(course(values), rule="whole") == [values.min(), values.max()]


def test_a_short_run_that_blew_up_is_read_before_it_did(ranged: Any) -> None:
    """Without a transient, and with most of its few steps far away."""
    sane = [56.0, 48.0, 44.0, 42.0]
    blown = course([*sane, 300.0, 1e5, 1e12, 4e20, 4e33, None])
    assert ranged(blown) == [42.0, 300.0]
    (mark,) = ranged(blown, rule="beyond")
    assert (mark["value"], mark["above"]) == (4e33, True)
    assert ranged(course([5e6, 4e6, 3e6])) == [3e6, 5e6]
    rising = [0.0, 0.5, 3.0, 60.0, 900.0, 2000.0]  # a KL is no loss that blows up
    assert ranged(course(rising))[1] == 2000.0


def test_a_spike_is_clipped_and_noise_is_not(ranged: Any) -> None:
    values = 100 + np.random.default_rng(1).normal(0, 1, 1000)
    assert ranged(course(values)) == [values[100:].min(), values[100:].max()]
    spiked = values.copy()
    spiked[500] = 400
    rest = np.delete(spiked[100:], 400)
    assert ranged(course(spiked)) == [rest.min(), rest.max()]


def test_held_out_values_and_the_newest_are_always_inside(ranged: Any) -> None:
    values = 20 + np.random.default_rng(2).normal(0, 0.1, 300)
    values[-1] = 23
    low, high = ranged(course(values, {0: 500, 100: 31, 300: 17}))
    assert (low, high) == (17, 31)
    assert ranged(course(values, {0: 500}))[1] == 23


def test_the_step_0_evaluation_belongs_to_the_transient_of_a_long_run_alone(ranged: Any) -> None:
    assert ranged(course(np.full(300, 20.0), {0: 500}))[1] == 20
    assert ranged(course([40, 30], {0: 50})) == [30, 50]
    assert ranged(course([None] * 3, {0: 50})) == [50, 50]


@pytest.mark.parametrize("last", [5, 60])
def test_a_diverged_part_never_sets_the_range(ranged: Any, last: int) -> None:
    values = [*(100 + np.random.default_rng(3).normal(0, 1, 1000 - last)), *np.geomspace(1e5, 6e11, last)]
    low, high = ranged(course(values, {0: 120, 500: 101, 1000: 6e11}))
    assert 90 < low < high < 110
    spots = ranged(course(values), rule="beyond")
    assert [spot for spot in spots if spot["late"]] == [{"place": 999, "value": 6e11, "above": True, "late": True}]


def test_a_run_a_million_times_another_does_not_set_their_range(ranged: Any) -> None:
    sane = [course(decay(500, last, noise=1, seed=last)) for last in (100, 110)]
    huge = course(1e6 * decay(500, 100, noise=1))
    assert ranged(*sane, huge) == ranged(*sane)
    assert ranged(huge, sane[0]) == ranged(sane[0])
    assert ranged(huge) is not None  # alone it is the scale


def test_runs_far_apart_share_a_range_all_the_same(ranged: Any) -> None:
    collapsed, carries = course(np.full(100, 1e-7)), course(np.full(100, 25.0))
    assert ranged(collapsed, carries) == [1e-7, 25]
    assert ranged(course(np.full(100, -3000.0)), course(np.full(100, 720.0))) == [-3000, 720]


def test_the_band_widens_the_range_by_a_quarter_of_it_at_most(ranged: Any) -> None:
    values = np.linspace(110, 102, 1000)
    bare = ranged(course(values))
    low, high = ranged(course(values, spread=50))
    extent = bare[1] - bare[0]
    assert [bare[0] - low, high - bare[1]] == pytest.approx([extent / 4] * 2)
    assert ranged(course(values, spread=0.01))[1] == pytest.approx(bare[1], abs=0.02)


def test_a_zoom_fits_what_is_left(ranged: Any) -> None:
    values = decay(500, 24, steps=3000) - np.linspace(0, 2, 3000)
    assert ranged(course(values), window=[2000, 3000]) == [values[2999], values[1999]]
    low, high = ranged(course(values), window=[1, 200])  # somebody looks at the transient
    assert high > values[30]
    assert low == pytest.approx(values[199])
    assert ranged(course(values), window=[4000, 5000]) is None


def rows_of_real_runs() -> list[tuple[str, Course]]:
    """Each row of each kept run, in points as a chart has them: the mean of a few steps, and their band."""
    rows = []
    for run, terms in real_runs.load():
        width = 1
        while -(-len(terms["loss"]) // width) > 1000:
            width *= 2
        fields = [("reconstruction", terms["reconstruction"])]
        if "kl" in terms:
            fields += [("kl", terms["kl"]), ("negative_elbo", terms["reconstruction"] + terms["kl"])]
        for field, values in fields:
            points = [values[start : start + width] for start in range(0, len(values), width)]
            held = {row["step"]: -row["elbo"] if field == "negative_elbo" else row[field] for row in run["evaluations"]}
            made = course([point.mean() for point in points], held)
            made["x"] = [min(len(values), (i + 1) * width) for i in range(len(points))]
            if width > 1:
                made["low"], made["high"] = ([float(way(p)) for p in points] for way in (np.min, np.max))
            rows.append((f"{run['name']}, {field}", made))
    return rows


def test_real_runs_fill_their_rows(scripts: Scripts) -> None:
    """The curve after its transient and the held-out values there take 60 % of a row's height, mostly 90 %."""
    code = "({ fitted, roomy }, courses) => courses.map((one) => roomy(fitted([one])))"
    names, courses = zip(*rows_of_real_runs(), strict=True)
    shares = {}
    for name, one, (low, high) in zip(names, courses, scripts("charts/range.js", code, courses), strict=True):
        points = [*zip(one["x"], one["y"], strict=True), *zip(*one["heldOut"].values(), strict=True)]
        late = np.array([value for x, value in points if x >= 1 + 0.1 * (one["x"][-1] - 1)])
        held = [y for x, y in zip(*one["heldOut"].values(), strict=True) if x >= 1 + 0.1 * (one["x"][-1] - 1)]
        assert all(low < value < high for value in [*held, one["y"][-1]]), name
        shares[name] = np.ptp(np.clip(late, low, high)) / (high - low)
    assert len(shares) == 3 * 20 - 2
    assert min(shares.values()) >= 0.6, min(shares, key=shares.__getitem__)
    assert np.median(list(shares.values())) > 0.9


@pytest.mark.parametrize("value", [0.0, 42.0, -3.0, 1e-9, 6e11])
def test_a_constant_stands_in_the_middle_of_some_room(ranged: Any, value: float) -> None:
    for run in (course([value] * 100), course([value])):
        low, high = ranged(ranged(run), rule="roomy")
        assert (low + high) / 2 == pytest.approx(value)
        assert low < value < high
        assert high - low == pytest.approx(0.1 * abs(value) or 1)


def test_the_one_finite_step_of_a_run_is_its_range(ranged: Any) -> None:
    assert ranged(course([547.3, None], {0: 548.1})) == [547.3, 548.1]
    assert ranged(course([None, None])) is None
    assert ranged() is None


def test_where_a_curve_leaves_its_row(ranged: Any) -> None:
    values = 100 + np.random.default_rng(4).normal(0, 1, 1000)
    values[0], values[500], values[501], values[700] = 700, 300, 400, -50
    spots = ranged(course(values, spread=2), rule="beyond")
    places = {(spot["place"], spot["above"], spot["late"]) for spot in spots}
    assert places == {(0, True, False), (501, True, True), (700, False, True)}
    assert {spot["value"] for spot in spots if spot["late"]} == {402, -52}  # a single step's, where the band has it


def test_a_band_that_is_noise_is_not_marked_and_a_spike_in_it_is(ranged: Any) -> None:
    run = course(np.linspace(110, 102, 1000), spread=5)
    assert ranged(run, rule="beyond") == []
    run["high"][600] = 490
    assert ranged(run, rule="beyond") == [{"place": 600, "value": 490, "above": True, "late": True}]
