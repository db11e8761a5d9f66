"""Loading a data set by its name, from the first place that has it. No torch here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vae_core.datasets.binary import by_flips, by_threshold, kept
from vae_core.datasets.digits import load_digits
from vae_core.datasets.facts import FACTS, DatasetFacts
from vae_core.datasets.files import DatasetUnavailable, Files
from vae_core.datasets.idx import map_idx

__all__ = ["Dataset", "DatasetUnavailable", "Split", "load"]


@dataclass(frozen=True)
class Split:
    """The images that are trained on, or those that are held out."""

    images: NDArray[np.uint8]  # [N, H, W], 0 black to 255 white
    labels: NDArray[np.uint8]  # [N] indices into the facts' classes


@dataclass(frozen=True)
class Dataset:
    """A loaded data set. The arrays may be maps of files: copy-on-write, so writing to them changes no file."""

    facts: DatasetFacts
    train: Split
    test: Split
    binarize: str = "none"  # what was done to the pixels; 'dynamic' leaves the training split's for every step to flip


def load(
    name: str,
    *,
    folders: Sequence[Path] = (),
    cache: Path,
    binarize: str = "none",
    offline: bool = False,
    on_progress: Callable[[str], None] = lambda line: None,  # noqa: ARG005
) -> Dataset:
    """The data set of this name, the same images in the same order every time.

    `folders` may hold `mnist/` and `fashion-mnist/` with IDX files, packed or not; then `cache` is searched, then,
    unless `offline`, the mirrors. `binarize` is TrainConfig's: flips are made once and kept in `cache`. `on_progress`
    receives a line for people about whatever takes time or was skipped. Raises `DatasetUnavailable`.
    """
    if name not in FACTS:
        raise DatasetUnavailable(f"There is no data set named {name!r}; there are {', '.join(FACTS)}.")
    facts = FACTS[name]
    if name == "digits":
        images, labels = load_digits()
        train, test = slice(None, facts.train), slice(facts.train, None)
        grey = Dataset(facts, Split(images[train], labels[train]), Split(images[test], labels[test]))
    else:
        files = Files(facts, folders, cache, on_progress, offline=offline)
        grey = Dataset(facts, _idx_split(files, "train", facts.train), _idx_split(files, "t10k", facts.test))
    return grey if binarize == "none" else _binary(grey, binarize, cache / name)


def _idx_split(files: Files, prefix: str, count: int) -> Split:
    shape = count, files.facts.height, files.facts.width
    images = map_idx(files.find(f"{prefix}-images-idx3-ubyte"), shape)
    return Split(images, map_idx(files.find(f"{prefix}-labels-idx1-ubyte"), (count,)))


def _binary(grey: Dataset, how: str, cache: Path) -> Dataset:
    """The same data set in black and white, by the method `how`."""

    def black_and_white(split: Split, name: str, seed: int) -> Split:
        make = partial(by_flips, split.images, seed)
        flipped = by_threshold(split.images) if how == "threshold" else kept(cache / name, split.images.shape, make)
        return replace(split, images=flipped)

    train = grey.train if how == "dynamic" else black_and_white(grey.train, "train-flips.npy", 0)
    return replace(grey, train=train, test=black_and_white(grey.test, "test-flips.npy", 1), binarize=how)
