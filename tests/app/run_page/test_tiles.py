"""Tiles that stay short."""

from app.run_page.tiles import LONGEST_PAIR, short_pair, tiles
from app.text.numbers import number
from tests.app.builders import make_evaluation, make_run


def test_no_value_is_longer_than_its_tile() -> None:
    values = [sign * 10.0**power * 1.23456 for sign in (1, -1) for power in range(-30, 30)]
    assert max(len(number(value)) for value in values) <= 11
    assert max(len(short_pair(value, abs(value) / 300)) for value in values if abs(value) > 1e-3) <= LONGEST_PAIR


def test_a_pair_keeps_its_error() -> None:
    assert short_pair(24.58, 0.163) == "24.58\u00a0±\u00a00.16"
    assert short_pair(9084670.37, 8294.4) == "9,084,700\u00a0±\u00a08,300"
    assert short_pair(-9084670.37, 0.012) == "−9,084,670"
    assert short_pair(None, None) == "—"


def test_an_autoencoder_has_no_tile_for_what_it_lacks() -> None:
    run = make_run(model="ae", evaluation=make_evaluation(mse_per_pixel=0.01))
    assert [tile.quantity for tile in tiles(run)] == ["reconstruction", "mse_per_pixel", "bce_per_pixel"]


def test_training_stands_over_held_out() -> None:
    evaluation = make_evaluation(elbo=-106.12, elbo_se=0.31, active_units=18)
    latest = {"elbo": -105.7, "reconstruction": 80.3, "kl": 25.4}
    run = make_run(latent_dim=20, evaluation=evaluation).model_copy(update={"latest": latest})
    first, *_, units, _, _ = tiles(run)
    assert (first.value, first.trained, first.below) == ("106", True, "106.12\u00a0±\u00a00.31")
    assert (units.value, units.unit, units.trained) == ("18", "of 20", False)
