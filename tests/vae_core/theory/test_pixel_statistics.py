"""The statistics against what numpy and noise say, and MNIST's against the figures that the field knows."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vae_core.datasets.conftest import Site, Tiny
from vae_core.datasets.files import DatasetUnavailable
from vae_core.datasets.registry import load
from vae_core.theory.linear import fixed_optimum, ppca
from vae_core.theory.pixel_statistics import Pixels, describe, statistics

REAL = [Path(name) for name in os.environ.get("ELBOARD_DATASETS", "").split(os.pathsep) if name]


def random_images(seed: int, count: int = 300) -> np.ndarray:
    """Correlated pixels, one of them always black."""
    generator = np.random.default_rng(seed)
    codes = generator.normal(size=(count, 2)) @ generator.normal(size=(2, 12))
    levels = 255 / (1 + np.exp(-codes - generator.normal(size=12)))
    levels[:, 5] = 0
    return np.rint(levels).astype(np.uint8).reshape(count, 3, 4)


def assert_close(actual: Pixels, x: np.ndarray, tolerance: float) -> None:
    """Every number but the entropy, against pixels x [N, D] themselves."""
    mean = x.mean(0)
    np.testing.assert_allclose(actual.mean, mean, atol=tolerance)
    np.testing.assert_allclose(actual.variance, x.var(0), atol=tolerance)
    np.testing.assert_allclose(actual.deviation, np.abs(x - np.median(x, 0)).mean(0), atol=tolerance)
    covariance = np.cov(x.T)
    np.testing.assert_allclose(actual.spectrum, np.linalg.eigvalsh(covariance)[::-1], atol=tolerance)
    kept = (curvature := mean * (1 - mean)) > 1e-4
    scale = np.sqrt(curvature[kept])
    relative = covariance[np.ix_(kept, kept)] / np.outer(scale, scale)
    np.testing.assert_allclose(actual.logit_spectrum, np.linalg.eigvalsh(relative)[::-1], atol=50 * tolerance)


@given(st.integers(0, 2**32 - 1), st.integers(2, 700))
def test_raw_pixels_are_described_exactly(seed: int, count: int) -> None:
    images = random_images(seed, count)
    assert_close(describe(images), images.reshape(count, -1) / 255, 1e-9)


@pytest.mark.parametrize("kind", ["dequantized", "flipped"])
def test_noisy_pixels_are_described_as_very_many_draws_of_them_would_be(kind: str) -> None:
    images, generator = random_images(0), np.random.default_rng(1)
    flat = np.tile(images.reshape(len(images), -1), (400, 1))
    noise = generator.random(flat.shape)
    x = (flat + noise) / 256 if kind == "dequantized" else (noise < flat / 255).astype(float)
    assert_close(describe(images, **{kind: True}), x, 4e-3)


def test_the_entropy_is_what_bce_leaves_at_the_image_itself() -> None:
    images = random_images(0)
    x = images.reshape(len(images), -1) / 255
    surprise = np.where((x > 0) & (x < 1), -x * np.log(np.maximum(x, 1e-9)), 0)
    mirrored = np.where((x > 0) & (x < 1), -(1 - x) * np.log(np.maximum(1 - x, 1e-9)), 0)
    assert describe(images).entropy == pytest.approx((surprise + mirrored).sum(1).mean())
    black_and_white = np.where(images > 127, np.uint8(255), np.uint8(0))
    assert describe(black_and_white).entropy == 0


def test_digits_are_computed_once_and_read_back_the_same(tmp_path: Path) -> None:
    first = statistics("digits", "none", cache=tmp_path)
    (kept,) = (tmp_path / "digits").iterdir()
    stamp = kept.stat().st_mtime_ns
    again = statistics("digits", "none", cache=tmp_path)
    assert kept.stat().st_mtime_ns == stamp
    for one, other in ((first.train, again.train), (first.test, again.test)):
        for name in Pixels.__annotations__:
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    digits = load("digits", cache=tmp_path)
    np.testing.assert_allclose(first.test.mean, digits.test.images.reshape(360, 64).mean(0) / 255)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 half a file"])
def test_a_damaged_file_is_computed_anew(tmp_path: Path, damage: bytes) -> None:
    first = statistics("digits", "none", cache=tmp_path)
    (kept,) = (tmp_path / "digits").iterdir()
    kept.write_bytes(damage)
    np.testing.assert_array_equal(statistics("digits", "none", cache=tmp_path).test.spectrum, first.test.spectrum)
    assert len(kept.read_bytes()) > len(damage)


def test_pixels_made_binary_keep_the_grey_levels_entropy_where_chance_made_them(tmp_path: Path) -> None:
    actual = {how: statistics("digits", how, cache=tmp_path) for how in ("none", "threshold", "static", "dynamic")}
    assert actual["threshold"].test.entropy == 0
    for how in ("static", "dynamic"):
        assert actual[how].test.entropy == pytest.approx(actual["none"].test.entropy)
        assert actual[how].train.entropy == pytest.approx(actual["none"].train.entropy)
    np.testing.assert_allclose(actual["dynamic"].train.mean, actual["none"].train.mean)
    np.testing.assert_array_equal(actual["dynamic"].test.spectrum, actual["static"].test.spectrum)


def test_nothing_is_downloaded(tiny: Tiny, start_site: Callable[[], Site], tmp_path: Path) -> None:
    site = start_site()
    tiny.set_mirrors([site.url])
    with pytest.raises(DatasetUnavailable):
        statistics("mnist", "none", folders=[tiny.folder], cache=tmp_path)
    assert site.requested == []
    tiny.write(tiny.folder / "mnist", packed=True)
    assert statistics("mnist", "none", folders=[tiny.folder], cache=tmp_path).train.dimensions == 15


@pytest.fixture(scope="module")
def mnist(tmp_path_factory: pytest.TempPathFactory) -> Pixels:
    """The held-out images."""
    folder = next((folder for folder in REAL if (folder / "mnist").is_dir()), None)
    if folder is None:
        pytest.skip("no folder of ELBOARD_DATASETS holds mnist/")
    return statistics("mnist", "none", folders=[folder], cache=tmp_path_factory.mktemp("cache")).test


def test_mnists_held_out_split_has_the_known_figures(mnist: Pixels) -> None:
    assert round(mnist.entropy, 2) == 45.53
    assert round(mnist.variance.sum(), 2) == 52.85
    known = [5.31, 3.99, 3.25, 2.87, 2.66, 2.24, 1.75, 1.56, 1.44, 1.20, 1.13, 1.11]
    assert mnist.spectrum[:12].round(2).tolist() == known
    assert [int((mnist.spectrum > bound).sum()) for bound in (1, 0.5, 0.1, 0.01)] == [12, 23, 67, 247]
    relative = [33.1, 22.2, 21.0, 16.9, 14.4, 12.5, 10.5, 9.7]
    assert mnist.logit_spectrum[:8].round(1).tolist() == relative
    assert [int((mnist.logit_spectrum > beta).sum()) for beta in (1, 4, 10, 39.2)] == [100, 24, 7, 0]


def test_mnists_linear_optima_are_the_known_ones(mnist: Pixels) -> None:
    assert [round(fixed_optimum(mnist, variance**0.5, 784), 1) for variance in (0.5, 392)] == [487.2, 3061.2]
    assert round(fixed_optimum(mnist, 1, 784), 2) == 743.05
    known = {2: (0.0557, 15.2), 5: (0.0447, 95.3), 10: (0.0343, 187.9), 20: (0.0240, 309.3), 50: (0.0121, 522.1)}
    for units, (variance, log_px) in known.items():
        actual, nats = ppca(mnist, units)
        assert (round(actual, 4), round(-nats, 1)) == (variance, log_px)
