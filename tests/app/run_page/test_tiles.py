"""Tiles that stay short."""

from app.run_page.tiles import tiles
from tests.app.builders import make_evaluation, make_run

LONGEST, LONGEST_PAIR = 11, 24  # letters that a tile has room for


def test_no_value_is_wider_than_its_tile() -> None:
    values = [sign * 10.0**power * 1.23456 for sign in (1, -1) for power in range(-30, 30)]
    for value in values:
        run = make_run(evaluation=make_evaluation(elbo=-value, elbo_se=abs(value) / 300, mse_per_pixel=value))
        shown = tiles(run.model_copy(update={"latest": {"elbo": -value}}))
        assert max(len(tile.value) for tile in shown) <= LONGEST
        assert max(len(tile.below) for tile in shown) <= LONGEST_PAIR


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


def test_what_a_run_scored_before_training_or_diverging_is_no_result() -> None:
    first, later = make_evaluation(0, mse_per_pixel=0.2), make_evaluation(60, mse_per_pixel=0.1)
    runs = [
        make_run(status="running", evaluation=first),
        make_run(status="running", evaluation=later),
        make_run(status="diverged", evaluation=later),
        make_run(status="finished", evaluation=later),
    ]
    errors = [next(tile.value for tile in tiles(run) if tile.quantity == "mse_per_pixel") for run in runs]
    assert errors == ["—", "0.100", "—", "0.100"]


def test_the_step_at_which_a_run_diverged_is_no_newest_number() -> None:
    run = make_run(status="diverged").model_copy(update={"latest": {"kl": 7.46e30, "reconstruction": None}})
    assert {tile.value for tile in tiles(run) if tile.trained} == {"—"}
