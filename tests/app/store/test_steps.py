from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlmodel import Session

from app.database.engine import Database
from app.database.tables import NONFINITE, RunRow
from app.errors import Refused
from app.records import Run
from app.store import chunks, runs, steps, summaries
from app.store.pyramid import STORED
from vae_core.config.train_config import TrainConfig
from vae_core.events import StepTerms
from vae_core.report import Floats

TERMS = ("reconstruction", "kl", "elbo", "loss", "beta")


@pytest.fixture
def store(database: Database, running: RunRow) -> Callable[..., None]:
    def add(*blocks: StepTerms) -> None:
        with database.write() as session:
            for block in blocks:
                steps.append(session, running.id, block)

    return add


@pytest.fixture
def read(database: Database, running: RunRow) -> Callable[..., dict[str, Any]]:
    """What the API answers."""

    def window(**query: Any) -> dict[str, Any]:
        with database.read() as session:
            return steps.window(session, running.id, **query).model_dump(exclude_unset=True)

    return window


def test_blocks_read_back_as_they_were(
    store: Callable[..., None], read: Callable[..., dict[str, Any]], block: Callable[..., StepTerms]
) -> None:
    store(block(1, 7), block(8, 20))
    whole = block(1, 20)
    assert read() == {
        "step": list(range(1, 21)),
        **{name: getattr(whole, name).tolist() for name in steps.FIELDS},
        "nonfinite": [],
        "nonfinite_count": 0,
    }


def test_only_the_asked_range_and_fields_are_read(
    store: Callable[..., None], read: Callable[..., dict[str, Any]], block: Callable[..., StepTerms]
) -> None:
    store(block(1, 20))
    assert read(first=5, last=6, fields=["kl"]) == {
        "step": [5, 6],
        "kl": block(5, 6).kl.tolist(),
        "nonfinite": [],
        "nonfinite_count": 0,
    }


def test_a_run_without_steps_has_empty_columns(read: Callable[..., dict[str, Any]]) -> None:
    empty = {"step": [], **{name: [] for name in steps.FIELDS}, "nonfinite": [], "nonfinite_count": 0}
    assert read(points=3) == read(first=7, smooth=0.9) == empty


def test_an_unknown_field_is_named(read: Callable[..., dict[str, Any]]) -> None:
    with pytest.raises(Refused, match=r"fields must be among .*, not 'secret'"):
        read(fields=["kl", "secret"])


def test_a_plain_autoencoder_has_no_kl(
    store: Callable[..., None], read: Callable[..., dict[str, Any]], block: Callable[..., StepTerms]
) -> None:
    store(block(1, 3, kl=False))
    window = read()
    assert window["kl"] == window["elbo"] == window["beta"] == [None] * 3
    assert window["nonfinite"] == []


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_is_null_and_marked(
    store: Callable[..., None], read: Callable[..., dict[str, Any]], block: Callable[..., StepTerms], value: float
) -> None:
    broken = block(1, 4)
    broken.kl[2] = value
    store(broken)
    window = read()
    assert window["kl"] == [*broken.kl[:2].tolist(), None, broken.kl[3]]
    assert window["loss"] == broken.loss.tolist()
    assert window["nonfinite"] == [3]


@pytest.mark.parametrize(("points", "width"), [(1000, None), (999, 2), (500, 2), (499, 4), (7, 256), (1, 1024)])
def test_width_is_the_least_power_of_two_that_fits(
    store: Callable[..., None],
    read: Callable[..., dict[str, Any]],
    block: Callable[..., StepTerms],
    points: int,
    width: int | None,
) -> None:
    store(block(1, 1000))
    window = read(points=points)
    assert window.get("bucket") == width
    assert len(window["step"]) <= points


@pytest.mark.parametrize(
    ("first", "last", "points"), [(1, 3000, 10), (1, 777, 100), (100, 901, 50), (3, 1000, 1), (1030, 2060, 600)]
)
def test_buckets_are_what_numpy_makes_of_the_steps(
    store: Callable[..., None],
    read: Callable[..., dict[str, Any]],
    block: Callable[..., StepTerms],
    first: int,
    last: int,
    points: int,
) -> None:
    """Whole buckets, those at the edges of the window too, but for what is not there yet."""
    store(block(1, 1300), block(1301, 3000))
    window = read(first=first, last=last, points=points)
    width, whole = window["bucket"], block(1, 3000)
    members: dict[int, list[int]] = defaultdict(list)
    for index, step in enumerate(whole.step):
        members[(step - 1) // width].append(index)
    groups = [members[bucket] for bucket in range((first - 1) // width, (last - 1) // width + 1)]
    assert len(groups) <= points
    assert window["step"] == [whole.step[group[-1]] for group in groups]
    for name in ("epoch", "seconds"):
        assert window[name] == [getattr(whole, name)[group[-1]] for group in groups]
    for name in TERMS:
        values = getattr(whole, name)
        assert window[name]["min"] == [values[group].min() for group in groups]
        assert window[name]["max"] == [values[group].max() for group in groups]
        np.testing.assert_allclose(window[name]["mean"], [values[group].mean() for group in groups], 1e-12)


def test_full_buckets_stay_while_the_run_goes_on(
    store: Callable[..., None], read: Callable[..., dict[str, Any]], block: Callable[..., StepTerms]
) -> None:
    store(block(1, 10_000))
    before = read(points=400)
    assert (before["bucket"], before["partial"]) == (32, True)
    for first in range(10_001, 11_001, 100):
        store(block(first, first + 99))
    after = read(points=400)
    assert after["bucket"] == 32
    full = 10_000 // 32
    assert after["step"][:full] == before["step"][:full]
    for name in TERMS:
        for how in ("min", "mean", "max"):
            assert after[name][how][:full] == before[name][how][:full]


def test_a_bucket_is_the_same_in_every_window(
    store: Callable[..., None], read: Callable[..., dict[str, Any]], block: Callable[..., StepTerms]
) -> None:
    store(block(1, 5000))
    whole, part = read(points=79), read(first=1000, last=3000, points=40)
    assert whole["bucket"] == part["bucket"] == 64
    at = whole["step"].index(part["step"][0])
    for name in TERMS:
        for how in ("min", "mean", "max"):
            assert whole[name][how][at : at + len(part["step"])] == part[name][how]


@pytest.mark.parametrize("sizes", [[500, *[1] * 30], [511, 1, 1, 2600], [2049, 1, 3000]])
def test_how_steps_arrived_does_not_matter(
    store: Callable[..., None],
    database: Database,
    running: RunRow,
    new_run: Callable[..., Run],
    block: Callable[..., StepTerms],
    sizes: list[int],
) -> None:
    ends = np.cumsum(sizes)
    store(*(block(end - size + 1, end) for size, end in zip(sizes, ends, strict=True)))
    other = new_run()
    with database.write() as session:
        steps.append(session, other.id, block(1, ends[-1]))
        queries: list[dict[str, Any]] = [{}, {"points": 50}, {"points": 7, "first": 333}]
        for query in queries:
            assert steps.window(session, running.id, **query) == steps.window(session, other.id, **query)


def test_a_bucket_leaves_out_what_is_not_finite(
    store: Callable[..., None], read: Callable[..., dict[str, Any]], block: Callable[..., StepTerms]
) -> None:
    broken = block(1, 8)
    broken.loss[4:6] = np.nan
    store(broken)
    window = read(points=4)
    assert window["loss"]["mean"][2] is None
    assert window["loss"]["mean"][3] == pytest.approx(broken.loss[6:].mean())
    assert (window["nonfinite"], window["nonfinite_count"]) == ([5, 6], 2)


def test_of_too_many_broken_steps_the_first_are_listed(
    store: Callable[..., None], read: Callable[..., dict[str, Any]], block: Callable[..., StepTerms]
) -> None:
    broken = block(1, 3000)
    broken.kl[100:2100] = np.inf
    store(broken)
    window = read(points=10)
    assert window["nonfinite"] == list(range(101, 1101))
    assert window["nonfinite_count"] == 2000
    assert read(first=2000, points=2000)["nonfinite_count"] == 101


def test_broken_steps_are_found_without_reading_the_others(database: Database) -> None:
    query = sa.select(steps.TABLE.c.step).where(steps.TABLE.c.run_id == 1, NONFINITE)
    with database.read() as session:
        sql = str(query.compile(session.connection(), compile_kwargs={"literal_binds": True}))
        plan = session.execute(sa.text(f"EXPLAIN QUERY PLAN {sql}")).all()
    assert "ix_step_nonfinite" in str(plan)


LONG = 1_000_000
WEIGHTS = (0.6, 0.99, 0.9999)


def _append_quickly(session: Session, run_id: int, whole: StepTerms) -> None:
    """As `steps.append`, but for the rows, which go past SQLAlchemy."""
    columns = [getattr(whole, name).tolist() for name in STORED]
    nonfinite = (~np.isfinite(whole.kl)).tolist()
    rows = zip(*columns, nonfinite, strict=True)
    insert = (
        "INSERT INTO step (run_id, step, seconds, reconstruction, kl, loss, beta, nonfinite) VALUES (?,?,?,?,?,?,?,?)"
    )
    session.connection().exec_driver_sql(insert, [(run_id, at + 1, *row) for at, row in enumerate(rows)])
    chunks.extend(session, run_id, 0, len(whole.step))
    summaries.extend(session, run_id, whole)


@dataclass(frozen=True)
class LongRun:
    """A long noisy run with twenty spikes of one step and three NaNs, both given as places in `whole`."""

    database: Database
    id: int
    whole: StepTerms
    spikes: NDArray[np.int64]
    broken: NDArray[np.int64]

    def read(self, **query: Any) -> dict[str, Any]:
        """What the API answers."""
        with self.database.read() as session:
            return steps.window(session, self.id, **query).model_dump(exclude_unset=True)


@pytest.fixture(scope="module")
def long_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LongRun]:
    random = np.random.default_rng(0)
    step = np.arange(1, LONG + 1)
    kl = 20 + 100 / np.sqrt(step) + random.normal(0, 1, LONG)
    spikes = np.sort(random.choice(LONG, 20, replace=False))
    kl[spikes] += 400
    broken = np.sort(random.choice(np.setdiff1d(np.arange(LONG), spikes), 3, replace=False))
    kl[broken] = np.nan
    reconstruction = 80 + random.normal(0, 3, LONG)
    elbo = -(reconstruction + kl)
    whole = StepTerms(
        step=step, epoch=step / 469, seconds=step / 100, reconstruction=reconstruction, kl=kl, elbo=elbo,
        loss=-np.nan_to_num(elbo), beta=np.ones(LONG),
    )  # fmt: skip
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('long') / 'elboard.sqlite'}")
    database.create_tables()
    with database.write() as session:
        run = runs.create(session, TrainConfig())
        _append_quickly(session, run.id, whole)

    yield LongRun(database, run.id, whole, spikes, broken)
    database.close()


@pytest.mark.parametrize("points", [100, 1000, 2000])
def test_a_long_run_hides_no_spike_and_no_break(long_run: LongRun, points: int) -> None:
    window, kl = long_run.read(points=points), long_run.whole.kl
    width = window["bucket"]
    assert [window["kl"]["max"][spike // width] for spike in long_run.spikes] == [
        np.nanmax(kl[spike // width * width : (spike // width + 1) * width]) for spike in long_run.spikes
    ]
    assert sum(high > 350 for high in window["kl"]["max"]) == len({spike // width for spike in long_run.spikes})
    assert window["nonfinite"] == (long_run.broken + 1).tolist()
    ends = np.append(np.arange(0, LONG, width), LONG)
    means = [np.nanmean(kl[begin:end]) for begin, end in pairwise(ends)]
    np.testing.assert_allclose(window["kl"]["mean"], means, rtol=0, atol=1e-9)


def _average(values: Floats, weight: float) -> Floats:
    """The moving average by its definition, one step after the other."""
    average = share = 0.0
    averages = []
    for value in values.tolist():
        if np.isfinite(value):
            average, share = weight * average + (1 - weight) * value, weight * share + 1 - weight
        averages.append(average / share)
    return np.array(averages)


@pytest.mark.parametrize("weight", WEIGHTS)
def test_smoothing_is_the_same_at_every_zoom(long_run: LongRun, weight: float) -> None:
    """At a raw NaN there is none; everywhere else it is the average over all steps up to there."""
    expected = _average(long_run.whole.kl, weight)
    windows = [
        (1, LONG, 1000),
        (1, LONG, 77),
        (60_000, 110_000, 2000),
        (90_001, 93_000, 1000),
        (LONG - 500, LONG, 1000),
    ]
    windows += [(step + 1 - 5, step + 5, 20) for step in long_run.broken]
    for first, last, points in windows:
        window = long_run.read(first=first, last=last, points=points, smooth=weight, fields=["kl", "beta"])
        assert set(window["smoothed"]) == {"kl"}
        for step, value in zip(window["step"], window["smoothed"]["kl"], strict=True):
            if value is None:
                assert "bucket" not in window
                assert step - 1 in long_run.broken
            else:
                assert value == pytest.approx(expected[step - 1], rel=1e-9), (first, last, step)


def test_smoothing_an_autoencoder_leaves_gaps(
    store: Callable[..., None], read: Callable[..., dict[str, Any]], block: Callable[..., StepTerms]
) -> None:
    store(block(1, 700, kl=False))
    averages = read(points=20, smooth=0.9)["smoothed"]
    assert set(averages["kl"]) == set(averages["elbo"]) == {None}
    assert averages["reconstruction"][-1] == pytest.approx(_average(block(1, 700).reconstruction, 0.9)[-1])


def test_another_runs_steps_stay_apart(
    store: Callable[..., None],
    read: Callable[..., dict[str, Any]],
    database: Database,
    block: Callable[..., StepTerms],
    new_run: Callable[..., Run],
) -> None:
    other = new_run()
    store(block(1, 5))
    with database.write() as session:
        steps.append(session, other.id, replace(block(1, 9), kl=np.zeros(9)))
    assert len(read()["step"]) == 5


def test_all_rows_hold_the_same_numbers(
    store: Callable[..., None],
    read: Callable[..., dict[str, Any]],
    database: Database,
    running: RunRow,
    block: Callable[..., StepTerms],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(steps, "AT_ONCE", 1000)
    broken = block(1, 2500)
    broken.kl[1234] = np.inf
    store(broken)
    with database.read() as session:
        parts = list(steps.rows(session, running.id))
    assert [len(part) for part in parts] == [1000, 1000, 500]
    rows = [dict(zip(steps.COLUMNS, row, strict=True)) for part in parts for row in part]
    window = read(points=2500)
    for name in ("step", *steps.FIELDS):
        assert [row[name] for row in rows] == window[name]
    assert [row["step"] for row in rows if row["nonfinite"]] == [1235]
