from collections import defaultdict
from csv import DictReader
from dataclasses import replace
from io import StringIO

import numpy as np
import pytest

from app.errors import Refused
from app.store import steps

TERMS = ("reconstruction", "kl", "elbo", "loss", "beta")


@pytest.fixture
def store(database, running):
    def add(*blocks):
        with database.write() as session:
            for block in blocks:
                steps.append(session, running.id, block)

    return add


@pytest.fixture
def read(database, running):
    def columns(**asked):
        with database.read() as session:
            return steps.columns(session, running.id, **asked)

    return columns


def test_blocks_read_back_as_they_were(store, read, block):
    store(block(1, 7), block(8, 20))
    whole = block(1, 20)
    assert read() == {
        "step": list(range(1, 21)),
        **{name: getattr(whole, name).tolist() for name in steps.FIELDS},
        "nonfinite": [],
    }


def test_only_the_asked_range_and_fields_are_read(store, read, block):
    store(block(1, 20))
    assert read(first=5, last=6, fields=["kl"]) == {
        "step": [5, 6],
        "kl": block(5, 6).kl.tolist(),
        "nonfinite": [],
    }


def test_a_run_without_steps_has_empty_columns(read):
    assert read(points=3) == {"step": [], **{name: [] for name in steps.FIELDS}, "nonfinite": []}


def test_an_unknown_field_is_named(read):
    with pytest.raises(Refused, match=r"fields must be among .*, not 'secret'"):
        read(fields=["kl", "secret"])


def test_a_plain_autoencoder_has_no_kl(store, read, block):
    store(block(1, 3, kl=False))
    found = read()
    assert found["kl"] == found["elbo"] == found["beta"] == [None] * 3
    assert found["nonfinite"] == []


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_is_null_and_marked(store, read, block, value):
    broken = block(1, 4)
    broken.kl[2] = value
    store(broken)
    found = read()
    assert found["kl"] == [*broken.kl[:2].tolist(), None, broken.kl[3]]
    assert found["loss"] == broken.loss.tolist()
    assert found["nonfinite"] == [3]


@pytest.mark.parametrize(("points", "width"), [(1000, None), (999, 2), (500, 2), (499, 4), (7, 256), (1, 1024)])
def test_width_is_the_least_power_of_two_that_fits(store, read, block, points, width):
    store(block(1, 1000))
    found = read(points=points)
    assert found.get("bucket") == width
    assert len(found["step"]) <= points


@pytest.mark.parametrize("asked", [(1, 1000, 10), (1, 777, 100), (100, 901, 50), (3, 1000, 1)])
def test_buckets_are_what_numpy_makes_of_the_steps(store, read, block, asked):
    first, last, points = asked
    store(block(1, 1000))
    found = read(first=first, last=last, points=points)
    whole = block(first, last)
    members = defaultdict(list)
    for index, step in enumerate(whole.step):
        members[(step - 1) // found["bucket"]].append(index)
    groups = list(members.values())
    assert found["step"] == [whole.step[group[-1]] for group in groups]
    for name in ("epoch", "seconds"):
        assert found[name] == [getattr(whole, name)[group[-1]] for group in groups]
    for name in TERMS:
        values = getattr(whole, name)
        for how in ("min", "mean", "max"):
            np.testing.assert_allclose(found[name][how], [getattr(values[group], how)() for group in groups], 1e-12)


def test_full_buckets_stay_while_the_run_goes_on(store, read, block):
    store(block(1, 640))
    before = read(points=20)
    store(block(641, 700))
    after = read(points=22)
    assert before["bucket"] == after["bucket"] == 32
    for how in ("min", "mean", "max"):
        assert after["kl"][how][:20] == before["kl"][how]


def test_a_bucket_leaves_out_what_is_not_finite(store, read, block):
    broken = block(1, 8)
    broken.loss[4:6] = np.nan
    store(broken)
    found = read(points=4)
    assert found["loss"]["mean"][2] is None
    assert found["loss"]["mean"][3] == pytest.approx(broken.loss[6:].mean())
    assert found["nonfinite"] == [5]


def test_another_runs_steps_stay_apart(store, read, database, block, new_run):
    other = new_run()
    store(block(1, 5))
    with database.write() as session:
        steps.append(session, other.id, replace(block(1, 9), kl=np.zeros(9)))
    assert len(read()["step"]) == 5


def test_csv_holds_the_same_numbers(store, read, database, running, block):
    broken = block(1, 2500)
    broken.kl[1234] = np.inf
    store(broken)
    with database.read() as session:
        parts = list(steps.csv(session, running.id))
    rows = list(DictReader(StringIO("".join(parts))))
    found = read(points=2500)
    assert len(parts) > 3, "a long run is streamed in parts"
    assert [int(row["step"]) for row in rows] == found["step"]
    for name in steps.FIELDS:
        assert [float(row[name]) if row[name] else None for row in rows] == found[name]
    assert [int(row["step"]) for row in rows if row["nonfinite"] == "1"] == [1235]
