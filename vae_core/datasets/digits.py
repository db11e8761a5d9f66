"""The 8×8 digits that come with scikit-learn: a data set that needs no file and no network."""

import numpy as np
from numpy.typing import NDArray

from vae_core.datasets.facts import FACTS

WHITE = 16  # the brightest value in scikit-learn's copy


def load_digits() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images [1797, 8, 8], 0 to 255, and labels [1797]: the training split first, in one fixed shuffled order."""
    from sklearn import datasets  # noqa: PLC0415  takes a second, and only this data set needs it

    bunch = datasets.load_digits()
    images = np.rint(bunch.images * (255 / WHITE)).astype(np.uint8)
    # The original order goes through the writers, so both splits must be drawn from all of it. RandomState is
    # numpy's frozen generator: this permutation is the same under every version.
    facts = FACTS["digits"]
    order = np.random.RandomState(0).permutation(facts.train + facts.test)
    return images[order], bunch.target.astype(np.uint8)[order]
