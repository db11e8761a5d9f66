"""Who is ahead in a quantity, and whether that is more than chance."""

import numpy as np

from app.comparison.metrics import Cell, yardstick
from app.comparison.pairing import Gap
from vae_core.report import Floats

N = 50
HARD = np.linspace(0, 10, N)  # images differ far more than runs


def scored(*shifts: float) -> list[dict[str, Floats]]:
    wobble = np.where(np.arange(N) % 2, 0.1, -0.1)
    return [{"mse_per_pixel": HARD + shift + wobble * (place % 2)} for place, shift in enumerate(shifts)]


def cells(*values: float | None) -> list[Cell]:
    return [(value, None) for value in values]


def test_a_clear_lead_is_bold_and_an_unclear_one_is_not() -> None:
    clear = yardstick("mse_per_pixel", cells(1, 2), scored(0.0, 0.1), 0, ratio=True)
    assert (clear.best, clear.lead.first, clear.gaps[0]) == (0, 0, None)
    assert clear.gaps[1].clear
    close = yardstick("mse_per_pixel", cells(1, 2), scored(0.0, 0.01), 0, ratio=True)
    assert (close.best, close.lead.first, close.gaps[1].clear) == (None, 0, False)


def test_the_first_of_three_must_be_ahead_of_each() -> None:
    three = yardstick("mse_per_pixel", cells(1, 2, 3), scored(0.0, 0.01, 5.0), 2, ratio=True)
    assert three.best is None
    assert three.gaps[2] is None
    assert three.gaps[0].difference < three.gaps[1].difference < 0


def test_kl_has_a_distance_and_no_winner() -> None:
    runs = [{"kl": run["mse_per_pixel"]} for run in scored(0.0, 5.0)]
    row = yardstick("kl", cells(1, 2), runs, 0, ratio=False)
    assert row.gaps[1].clear
    assert (row.best, row.lead) == (None, None)


def test_without_scores_a_distance_is_that_of_the_values() -> None:
    row = yardstick("mse_per_pixel", cells(3.0, 1.0, None), [None] * 3, 1, ratio=True)
    assert row.gaps == (Gap(2.0), None, None)
    assert yardstick("ssim", cells(0.5, 0.7), scored(0.0, 1.0), 0, ratio=False).best == 1


def test_a_run_without_a_result_has_no_part_in_it() -> None:
    scores = [*scored(0.0, 0.1), None]
    row = yardstick("mse_per_pixel", cells(1, 2, None), scores, 0, ratio=True)
    assert (row.best, row.lead.first, row.lead.clear, row.gaps[2]) == (0, 0, True, None)
    assert row.lead.means == (5.0, 5.1, None)
    unscored = yardstick("mse_per_pixel", cells(1, 2, 0.5), scores, 0, ratio=True)
    assert (unscored.best, unscored.gaps[2]) == (None, Gap(-0.5))
