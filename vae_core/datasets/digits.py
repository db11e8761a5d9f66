"""The 8×8 digits that come with scikit-learn: a data set that needs no file and no network."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vae_core.datasets.facts import FACTS

WHITE = 16  # the brightest value in scikit-learn's copy


def load_digits() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images [1797, 8, 8], 0 to 255, and labels [1797]: the training split first, in one fixed shuffled order."""
    table = np.loadtxt(_table(), delimiter=",")
    images = np.rint(table[:, :-1].reshape(-1, 8, 8) * (255 / WHITE)).astype(np.uint8)
    # The original order goes through the writers, so both splits must be drawn from all of it. RandomState is
    # numpy's frozen generator: this permutation is the same under every version.
    facts = FACTS["digits"]
    order = np.random.RandomState(0).permutation(facts.train + facts.test)
    return images[order], table[:, -1].astype(np.uint8)[order]


def _table() -> Path:
    """scikit-learn's file, located without an import, which would take a second and which the web avoids."""
    spec = find_spec("sklearn")
    assert spec is not None  # noqa: S101  a dependency of this package
    assert spec.origin is not None  # noqa: S101
    return Path(spec.origin).parent / "datasets" / "data" / "digits.csv.gz"
