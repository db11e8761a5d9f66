"""Statistics of a data set's pixels: the numbers behind every reference line. No torch here.

N is the images of a split, D the pixels of one.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from vae_core.datasets.facts import LEVELS
from vae_core.datasets.registry import load
from vae_core.durable import replacing
from vae_core.theory.entropies import bernoulli, binned_bernoulli

Array = NDArray[np.float64]
CHUNK = 256  # images: their products of levels, at most 255² · 256 < 2²⁴, add up in float32 without rounding
LEAST_VARIANCE = 1e-4  # of a pixel's flip: where the mean image is surer, no code will move it


@dataclass(frozen=True)
class Pixels:
    """The pixels x in [0, 1] of one split, as the likelihood sees them."""

    mean: Array  # [D], the mean image
    variance: Array  # [D], over the images
    deviation: Array  # [D], mean |x − median|
    entropy: float  # Σ H(x) of an image: the least BCE; of flipped pixels, the entropy of their flips
    spectrum: Array  # [D], eigenvalues of Cov x (over N − 1), largest first
    logit_spectrum: Array  # [≤ D], those of Cov x relative to diag m(1 − m), the curvature of the BCE at the mean image

    @property
    def dimensions(self) -> int:
        """D."""
        return len(self.mean)


@dataclass(frozen=True)
class Statistics:
    """The training split and the held-out one."""

    train: Pixels
    test: Pixels


def statistics(name: str, pixel_transform: str, *, folders: Sequence[Path] = (), cache: Path) -> Statistics:
    """A data set's statistics: from `cache` if they were computed before, some seconds for MNIST if not.

    `pixel_transform` is that of `TrainConfig.pixel_transform`. Nothing is downloaded: raises `DatasetUnavailable` where
    the images are not on this machine.
    """
    path = cache / name / f"statistics-{pixel_transform}.npz"
    with suppress(OSError, ValueError, KeyError, EOFError, BadZipFile):  # not there, or damaged
        return _read(path)
    computed = _compute(name, pixel_transform, folders, cache)
    with suppress(OSError):  # a full disk: then they are computed again next time
        _write(path, computed)
    return computed


def describe(images: NDArray[np.uint8], *, dequantized: bool = False, flipped: bool = False) -> Pixels:
    """The statistics of images [N, H, W] of 8 bits, or exactly those of what noise makes of them.

    `dequantized`: x = (y + U)/256 instead of y/255. `flipped`: 1 with probability y/255, drawn at each step; the
    flips add variance to every pixel and no covariance.
    """
    flat = images.reshape(len(images), -1)
    shares, products = _count(flat)
    centres = (np.arange(LEVELS) + 0.5) / LEVELS if dequantized else np.arange(LEVELS) / (LEVELS - 1)
    noise = 1 / (12 * LEVELS**2) if dequantized else 0.0  # the variance of U/256
    step = centres[1] - centres[0]
    mean = shares @ centres
    variance = shares @ centres**2 - mean**2 + noise
    sums = shares @ np.arange(LEVELS)
    covariance = (products - len(flat) * np.outer(sums, sums)) * step**2 / max(1, len(flat) - 1)
    covariance += noise * np.eye(len(mean))
    deviation = _deviation(shares, centres, spread=dequantized)
    if flipped:
        variance, deviation = mean * (1 - mean), np.minimum(mean, 1 - mean)
        np.fill_diagonal(covariance, variance)
    return Pixels(
        mean,
        variance,
        deviation,
        float(shares.sum(0) @ _level_entropies(dequantized)),
        np.linalg.eigvalsh(covariance)[::-1],
        _relative_spectrum(covariance, mean * (1 - mean)),
    )


def _compute(name: str, pixel_transform: str, folders: Sequence[Path], cache: Path) -> Statistics:
    grey = load(name, folders=folders, cache=cache, offline=True)
    if pixel_transform in {"none", "dequantized"}:
        train, test = (
            describe(split.images, dequantized=pixel_transform == "dequantized") for split in (grey.train, grey.test)
        )
        return Statistics(train, test)
    binary = load(name, folders=folders, cache=cache, binarize=pixel_transform, offline=True)
    splits = [
        describe(split.images, flipped=pixel_transform == "dynamic" and split is binary.train)
        for split in (binary.train, binary.test)
    ]
    if pixel_transform != "threshold":  # black and white by chance: even the true grey levels leave the chance
        entropies = [_entropy(split.images) for split in (grey.train, grey.test)]
        splits = [replace(pixels, entropy=entropy) for pixels, entropy in zip(splits, entropies, strict=True)]
    return Statistics(*splits)


def _count(flat: NDArray[np.uint8]) -> tuple[Array, Array]:
    """How often each pixel has each level, as shares [D, 256], and Σ y yᵀ over images y [D] of levels, [D, D]."""
    _, D = flat.shape
    counts, products = np.zeros(D * LEVELS, np.int64), np.zeros((D, D))
    for start in range(0, len(flat), CHUNK):
        chunk = flat[start : start + CHUNK]
        counts += np.bincount((chunk + LEVELS * np.arange(D)).ravel(), minlength=D * LEVELS)
        levels = chunk.astype(np.float32)
        products += levels.T @ levels
    return counts.reshape(D, LEVELS) / len(flat), products


def _entropy(images: NDArray[np.uint8]) -> float:
    """Σ H(x) over the pixels of an image, averaged over raw images."""
    counts = np.bincount(images.ravel(), minlength=LEVELS)
    return float(counts @ _level_entropies(False)) / len(images)


def _level_entropies(dequantized: bool) -> Array:
    """H of each level, or its mean over the level's bin."""
    levels = np.arange(LEVELS)
    if dequantized:
        return binned_bernoulli(levels / LEVELS, (levels + 1) / LEVELS)
    return bernoulli(levels / (LEVELS - 1))


def _deviation(shares: Array, centres: Array, *, spread: bool) -> Array:
    """Mean |x − median| of each pixel, of shares [D, 256] at their centres, or `spread` evenly over their bins."""
    rows = np.arange(len(shares))
    cumulative = shares.cumsum(1)
    level = (cumulative >= 0.5).argmax(1)  # the median's, [D]
    apart: Array = np.abs(centres - centres[level][:, None])
    if spread:
        share = shares[rows, level]
        part = (0.5 - cumulative[rows, level] + share) / share  # of the median's bin that lies below it
        apart = np.abs(centres - ((level + part) / LEVELS)[:, None])
        apart[rows, level] = (part**2 + (1 - part) ** 2) / (2 * LEVELS)
    deviation: Array = (shares * apart).sum(1)
    return deviation


def _relative_spectrum(covariance: Array, curvature: Array) -> Array:
    """λ of Σw = λVw, largest first, for V = diag(curvature), without the pixels that hardly ever change."""
    kept = curvature > LEAST_VARIANCE
    scale = np.sqrt(curvature[kept])
    return np.linalg.eigvalsh(covariance[np.ix_(kept, kept)] / np.outer(scale, scale))[::-1]


def _read(path: Path) -> Statistics:
    with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
        splits = [
            Pixels(**{name: file[f"{split}_{name}"] for name in Pixels.__annotations__})
            for split in Statistics.__annotations__
        ]
    return Statistics(*(replace(pixels, entropy=float(pixels.entropy)) for pixels in splits))


def _write(path: Path, computed: Statistics) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {f"{split}_{name}": value for split, part in asdict(computed).items() for name, value in part.items()}
    with replacing(path) as fresh:
        np.savez_compressed(fresh, **arrays)
