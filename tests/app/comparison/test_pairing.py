"""Runs compared image by image."""

import numpy as np
import pytest
from numpy.typing import ArrayLike

from app.comparison.pairing import Gap, Lead, Scores, class_shares, contrasts, leading, paired

RNG = np.random.default_rng(0)
CLASSES = ("zero", "one", "two")


def scored(error: ArrayLike, label: ArrayLike | None = None) -> Scores:
    errors = np.asarray(error, float)
    return {"error": errors, "label": np.zeros(len(errors)) if label is None else np.asarray(label, float)}


def test_the_interval_of_a_paired_difference_holds_the_mean_in_95_of_100_samples() -> None:
    hard = RNG.normal(10, 5, (1000, 80))  # images differ far more than runs do
    pairs = zip(hard + RNG.normal(0.2, 0.5, hard.shape), hard, strict=True)
    gaps = [paired("error", scored(other), scored(base), ratio=False) for other, base in pairs]
    held = [abs(gap.difference - 0.2) < gap.half_width for gap in gaps]
    assert 0.93 < np.mean(held) < 0.97
    assert np.mean([gap.clear for gap in gaps]) > 0.9  # unpaired, the interval would be seven times as wide


def test_turned_round_a_gap_has_the_other_sign_and_another_share() -> None:
    one, other = scored([1.0, 2.0, 3.0]), scored([2.0, 2.5, 4.5])
    gap, back = paired("error", other, one, ratio=True), paired("error", one, other, ratio=True)
    assert (gap.difference, gap.half_width, gap.images) == (-back.difference, back.half_width, 3)
    assert (gap.share, back.share) == (pytest.approx(0.5), pytest.approx(-1 / 3))
    assert paired("error", other, one, ratio=False).share is None


def test_only_images_that_both_have_scored_count() -> None:
    assert paired("error", scored([1, 3, 9]), scored([1, 1]), ratio=False).difference == 1


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_not_paired(broken: float) -> None:
    one, other = scored([1.0, broken]), scored([2.0, 3.0])
    assert paired("error", one, other, ratio=True) is None
    assert leading("error", [one, other], ratio=True) is None
    assert [contrast.image for contrast in contrasts("error", [one, other], CLASSES)] == [0]


def test_the_lead_is_over_the_next_best() -> None:
    runs = [scored([3.0, 5.0]), scored([1.0, 2.0]), scored([2.0, 4.0])]
    lead = leading("error", runs, ratio=False)
    assert isinstance(lead, Lead)
    assert lead.means == (4.0, 1.5, 3.0)
    assert (lead.first, lead.second, lead.gap.difference) == (1, 2, -1.5)
    assert not Gap(-1.0).clear


def test_every_image_has_one_winner_or_none() -> None:
    label = [0, 0, 1, 1, 1]
    runs = [scored([1, 5, 2, 2, 9], label), scored([2, 4, 2, 3, 1], label), scored([3, 6, 2, 4, 1], label)]
    shares = class_shares("error", runs, CLASSES)
    assert [(share.name, share.images, share.won) for share in shares] == [
        ("zero", 2, (1, 1, 0)),
        ("one", 3, (1, 0, 0)),  # two ties
        ("all", 5, (2, 1, 0)),
    ]


def test_contrasts_are_the_widest_ranges_among_the_pictured() -> None:
    base = np.zeros(700)
    other = np.arange(700) / 700
    widest = contrasts("error", [scored(base), scored(other)], CLASSES)
    assert [one.image for one in widest] == list(range(511, 501, -1))
    assert widest[0].values == (0.0, 511 / 700)
    assert widest[0].name == "zero"
