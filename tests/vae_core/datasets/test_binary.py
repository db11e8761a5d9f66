from pathlib import Path

import numpy as np
import pytest

from vae_core.datasets.binary import by_flips, by_threshold, kept
from vae_core.datasets.registry import Dataset, load

GREY = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)


def test_the_threshold_is_half_of_white() -> None:
    assert by_threshold(GREY).ravel().tolist() == [0] * 128 + [255] * 128


def test_flips_are_white_as_often_as_the_pixel_is_bright() -> None:
    flips = by_flips(np.repeat(GREY, 11_000, axis=0), seed=0)  # more than two chunks
    assert set(np.unique(flips)) == {0, 255}
    assert flips[:, 0, 0].max() == 0
    assert flips[:, -1, -1].min() == 255
    share, expected = flips.mean(0) / 255, GREY[0] / 255
    error = np.sqrt(expected * (1 - expected) / 11_000)
    assert np.all(np.abs(share - expected) <= 5 * error)
    assert not np.array_equal(flips[0], flips[1])


def test_a_seed_gives_the_same_flips_and_another_gives_others() -> None:
    first, again, other = (by_flips(GREY, seed) for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_first_flips_are_kept_for_good(tmp_path: Path) -> None:
    path, odd = tmp_path / "data" / "flips.npy", GREY.reshape(2, 8, 16)[..., :13]
    first = kept(path, odd.shape, lambda: by_flips(odd, 0))
    assert np.array_equal(kept(path, odd.shape, lambda: pytest.fail("made again")), first)
    assert path.stat().st_size < odd.size  # one bit a pixel, and a header


@pytest.mark.parametrize("content", [b"", b"no array", b"\x93NUMPY"])
def test_a_damaged_file_is_made_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "flips.npy"
    path.write_bytes(content)
    first = kept(path, GREY.shape, lambda: by_flips(GREY, 0))
    assert np.array_equal(first, by_flips(GREY, 0))
    assert np.array_equal(kept(path, GREY.shape, lambda: pytest.fail("made again")), first)


def test_a_file_of_other_images_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "flips.npy"
    kept(path, GREY.shape, lambda: by_flips(GREY, 0))
    more = np.repeat(GREY, 2, axis=0)
    assert np.array_equal(kept(path, more.shape, lambda: by_flips(more, 0)), by_flips(more, 0))


@pytest.mark.parametrize(("how", "files"), [("threshold", 0), ("static", 2), ("dynamic", 1)])
def test_a_data_set_is_loaded_in_black_and_white(tmp_path: Path, digits: Dataset, how: str, files: int) -> None:
    binary = load("digits", cache=tmp_path, binarize=how)
    again = load("digits", cache=tmp_path, binarize=how)
    assert (binary.binarize, digits.binarize) == (how, "none")
    assert set(np.unique(binary.test.images)) == {0, 255}
    assert np.array_equal(binary.test.labels, digits.test.labels)
    assert np.array_equal(binary.test.images, again.test.images)
    assert np.array_equal(binary.train.images, again.train.images)
    assert np.array_equal(binary.train.images, digits.train.images) == (how == "dynamic")
    assert len(list(tmp_path.rglob("*.npy"))) == files


def test_dynamic_and_static_flips_hold_out_the_same_images(tmp_path: Path) -> None:
    static, dynamic = (load("digits", cache=tmp_path, binarize=how) for how in ("static", "dynamic"))
    assert np.array_equal(static.test.images, dynamic.test.images)
