import numpy as np
from sklearn import datasets

from vae_core.datasets.digits import load_digits
from vae_core.datasets.facts import FACTS

TRAIN_LABELS = [2, 8, 2, 6, 6, 7, 1, 9, 8, 5, 2, 8, 6, 6, 6, 6, 1, 0, 5, 8]
TEST_LABELS = [7, 9, 4, 7, 0, 2, 6, 1, 3, 1, 3, 7, 3, 6, 7, 1, 6, 6, 1, 0]


def test_they_are_scikit_learn_s_digits_stretched_to_bytes() -> None:
    images, labels = load_digits()
    original = datasets.load_digits()
    assert images.shape == original.images.shape
    assert np.unique(images).tolist() == [round(level * 255 / 16) for level in range(17)]
    ours = np.column_stack([np.rint(images.reshape(len(images), -1) * (16 / 255)), labels])
    theirs = np.column_stack([original.data, original.target])
    np.testing.assert_array_equal(np.unique(ours, axis=0), np.unique(theirs, axis=0))


def test_the_order_never_changes() -> None:
    _, labels = load_digits()
    train = FACTS["digits"].train
    assert labels[:20].tolist() == TRAIN_LABELS
    assert labels[train : train + 20].tolist() == TEST_LABELS


def test_both_splits_hold_every_digit_in_like_shares() -> None:
    _, labels = load_digits()
    train, test = np.split(labels, [FACTS["digits"].train])
    shares = np.bincount(train) / len(train), np.bincount(test) / len(test)
    np.testing.assert_allclose(shares[0], shares[1], atol=0.03)
