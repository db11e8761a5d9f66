import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.vae_core.datasets.conftest import Tiny
from vae_core.datasets.facts import FACTS
from vae_core.datasets.idx import IdxError
from vae_core.datasets.registry import DatasetUnavailable, load


def test_digits_need_no_file_and_fit_their_facts(tmp_path: Path) -> None:
    digits = load("digits", cache=tmp_path)
    facts = FACTS["digits"]
    assert digits.facts is facts
    for split, count in ((digits.train, facts.train), (digits.test, facts.test)):
        assert split.images.shape == (count, facts.height, facts.width)
        assert split.labels.shape == (count,)
        assert split.images.dtype == split.labels.dtype == np.uint8
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("packed", [True, False])
def test_a_data_set_of_files_is_its_arrays(tiny: Tiny, tmp_path: Path, packed: bool) -> None:
    tiny.write(tmp_path / "mnist", packed=packed)
    mnist = load("mnist", folders=[tmp_path], cache=tmp_path / "cache")
    assert mnist.facts == FACTS["mnist"]
    for prefix, split in (("train", mnist.train), ("t10k", mnist.test)):
        np.testing.assert_array_equal(split.images, tiny.arrays[f"{prefix}-images-idx3-ubyte"])
        np.testing.assert_array_equal(split.labels, tiny.arrays[f"{prefix}-labels-idx1-ubyte"])


def test_one_missing_file_is_the_one_named(tiny: Tiny, tmp_path: Path) -> None:
    tiny.write(tmp_path / "mnist", packed=True)
    (tmp_path / "mnist" / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DatasetUnavailable, match="no usable t10k-labels-idx1-ubyte in"):
        load("mnist", folders=[tmp_path], cache=tmp_path / "cache")


def test_files_that_contradict_the_facts_are_refused(
    tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.write(tmp_path / "mnist", packed=False)
    monkeypatch.setitem(FACTS, "mnist", replace(FACTS["mnist"], height=3, width=5))
    with pytest.raises(IdxError, match=r"\[6, 5, 3\]; \[6, 3, 5\] was expected"):
        load("mnist", folders=[tmp_path], cache=tmp_path / "cache")


def test_an_unknown_name_is_told_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(DatasetUnavailable, match="no data set named 'cifar'; there are digits, mnist, fashion-mnist"):
        load("cifar", cache=tmp_path)


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("facts", {"numpy", "sklearn", "pooch", "requests", "torch"}),
        ("registry", {"sklearn", "pooch", "requests", "torch"}),
    ],
)
def test_what_is_not_needed_is_not_imported(module: str, absent: set[str]) -> None:
    program = f"import sys, vae_core.datasets.{module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not absent & set(loaded)


REAL = [Path(name) for name in os.environ.get("ELBOARD_DATASETS", "").split(os.pathsep) if name]


@pytest.mark.parametrize(("name", "mean", "deviation"), [("mnist", 0.1307, 0.3081), ("fashion-mnist", 0.2860, 0.3530)])
def test_the_real_files_have_the_known_moments(tmp_path: Path, name: str, mean: float, deviation: float) -> None:
    if not any((folder / name).is_dir() for folder in REAL):
        pytest.skip(f"no folder of ELBOARD_DATASETS holds {name}/")
    dataset = load(name, folders=REAL, cache=tmp_path)
    pixels = dataset.train.images.astype(np.float32) / 255
    assert pixels.mean(dtype=np.float64) == pytest.approx(mean, abs=5e-5)
    assert pixels.std(dtype=np.float64) == pytest.approx(deviation, abs=5e-5)
    assert np.bincount(dataset.test.labels).sum() == FACTS[name].test
    assert set(np.unique(dataset.train.labels)) == set(range(len(FACTS[name].classes)))
