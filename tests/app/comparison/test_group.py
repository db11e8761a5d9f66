"""What configurations come to over their seeds: as scipy computes it from the runs' own numbers."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from app.comparison.group import SeedsToAdd, more_seeds, outcome
from app.launch.request import MAX_RUNS
from app.records import Run
from tests.app.builders import make_evaluation, make_run

ERRORS = {"bernoulli": (0.0349, 0.0351, 0.0344), "gaussian": (0.0667, 0.0671, 0.0660)}


def run(id: int, mse: float = 0.03, **more: Any) -> Run:
    return make_run(id, **{"evaluation": make_evaluation(mse_per_pixel=mse, kl=5.0, elbo=-50.0 - id), **more})


def two_losses() -> list[Run]:
    """Three seeds each, as one launch makes them: seed by seed."""
    return [
        run(2 * seed + place + 1, errors[seed], likelihood=loss, seed=seed)
        for seed in range(3)
        for place, (loss, errors) in enumerate(ERRORS.items())
    ]


def test_cells_are_configurations_with_their_seeds() -> None:
    bce, mse = outcome(two_losses()).cells
    assert (bce.config, bce.label, bce.runs, bce.n) == ({"likelihood": "bernoulli"}, "BCE", (1, 3, 5), 3)
    assert (mse.config["likelihood"], mse.runs) == ("gaussian", (2, 4, 6))
    known = ERRORS["bernoulli"]
    low, high = stats.t.interval(0.95, 2, np.mean(known), stats.sem(known))
    made = bce.metrics["mse_per_pixel"]
    assert (made.mean, made.sd, made.low, made.high) == pytest.approx(
        (np.mean(known), np.std(known, ddof=1), low, high), abs=1e-12
    )


def test_contrasts_are_paired_by_seed_and_only_of_what_shares_a_unit() -> None:
    made = {one.metric: one for one in outcome(two_losses()).contrasts}
    assert made.keys() == {"mse_per_pixel", "kl"}  # no −ELBO: BCE is no density
    known = stats.ttest_rel(*ERRORS.values())
    one = made["mse_per_pixel"]
    assert (one.a, one.b, one.n, one.paired, one.same_way) == (0, 1, 3, True, 3)
    assert (one.p, one.p_holm) == pytest.approx((known.pvalue, known.pvalue), rel=1e-9)


def test_one_verdict_a_loss() -> None:
    first, *rest = outcome(two_losses()).sentences
    assert first.startswith("BCE has the lower squared error on average, 0.0348")
    assert "below MSE by 0.0318" in first
    assert first.endswith("on each of 3 seeds.")
    assert rest == ["In nats of KL: BCE 5.00 and MSE 5.00."]


def test_many_pairs_pay_for_each_other() -> None:
    runs = [*two_losses(), *(run(10 + seed, 0.03 + 0.01 * seed, latent_dim=8, seed=seed) for seed in range(3))]
    made = outcome(runs)
    errors = [one for one in made.contrasts if one.metric == "mse_per_pixel"]
    ps = sorted(one.p or 0 for one in errors)
    assert len(errors) == 3
    assert min(one.p_holm or 0 for one in errors) == pytest.approx(3 * ps[0])
    assert "Each p counts all pairs of configurations (Holm); each ± is for its own pair alone." in made.sentences


def test_a_clear_difference_behind_the_first_is_said_too() -> None:
    """The first is too noisy to be told from the others, which differ from each other on every seed."""
    noisy, near, far = (0.020, 0.045, 0.010, 0.050), (0.0321, 0.0322, 0.0320, 0.0323), (0.0361, 0.0363, 0.0360, 0.0362)
    runs = [
        run(4 * place + seed + 1, error, latent_dim=size, seed=seed)
        for place, (size, errors) in enumerate({2: noisy, 8: near, 20: far}.items())
        for seed, error in enumerate(errors)
    ]
    sentences = outcome(runs).sentences
    assert any(text.startswith("By squared error, Z=2 and Z=8 cannot be told apart: they are ") for text in sentences)
    (behind,) = [text for text in sentences if text.startswith("By squared error, Z=8 is below Z=20 by 0.0040")]
    assert behind.endswith("on each of 4 seeds.")
    assert sum("permutation" in text for text in sentences) == 1


def test_a_single_seed_is_no_tie() -> None:
    made = outcome([*two_losses(), run(9, 0.001, latent_dim=3)])
    assert any(text.startswith("By squared error, seeds say nothing of ") for text in made.sentences)
    assert not any("cannot be told apart" in text for text in made.sentences)


def test_a_configuration_of_several_seeds_is_not_called_by_one_of_them() -> None:
    seeds = [run(seed + 1, seed=seed).model_copy(update={"name": f"deft-marmot s{seed}"}) for seed in range(2)]
    assert [cell.label for cell in outcome(seeds).cells] == ["deft-marmot"]


def test_what_has_no_result_is_no_seed() -> None:
    runs = [*two_losses(), run(7, 0.001, likelihood="gaussian", seed=3, status="diverged")]
    queued = make_run(8, status="queued", seed=9).model_copy(update={"step": 0})
    stopped = run(9, 0.9, seed=11, status="stopped")
    bce, mse = outcome([*runs, queued, stopped]).cells
    assert (bce.n, bce.runs, mse.n, mse.runs) == (3, (1, 3, 5, 8, 9), 3, (2, 4, 6, 7))
    assert outcome([queued]).sentences == ()


def test_a_seed_that_ran_twice_is_one_seed() -> None:
    again = run(7, 0.05, seed=0)
    (cell,) = outcome([run(1, 0.03, seed=0), run(2, 0.04, seed=1), again]).cells
    assert (cell.n, cell.metrics["mse_per_pixel"].mean) == (2, pytest.approx(0.045))


def test_a_seed_each_proves_nothing() -> None:
    made = outcome([run(1, 0.01), run(2, 0.02, likelihood="gaussian")])
    assert made.sentences[0].startswith("One seed each: how much results differ between seeds is not known")
    assert more_seeds(made, [1, 1]) is None


def test_other_images_and_many_configurations_are_not_contrasted() -> None:
    assert outcome([run(1), run(2, seed=1, dataset="mnist")]).contrasts == ()
    assert outcome([run(id, latent_dim=id) for id in range(1, 10)]).contrasts == ()
    many = outcome([run(id, 0.01 * id, latent_dim=id) for id in range(1, 10)])
    assert len(many.cells) == 9
    assert many.sentences[-2:] == (
        "Z=1 has the lowest squared error of the 9 configurations that have finished, 0.0100 a pixel over 1 seed; next "
        "comes Z=2, 0.0200.",
        "Which of so many comes first is partly chance: up to 8 are tested pair by pair.",
    )


def test_open_differences_say_how_many_seeds_would_tell() -> None:
    close = [run(seed + 1, 0.030 + 0.001 * seed, seed=seed) for seed in range(3)]
    close += [run(seed + 4, 0.0305 + 0.0012 * seed**2 / 2, likelihood="gaussian", seed=seed) for seed in range(3)]
    made = outcome(close)
    (error,) = [one for one in made.contrasts if one.metric == "mse_per_pixel"]
    assert not error.clear
    assert error.needed
    assert 3 < error.needed <= MAX_RUNS // 2
    assert more_seeds(made, [3, 3]) == SeedsToAdd(error.needed - 3, made.cells[0].label, (made.cells[1].label,))
    on_its_way = more_seeds(made, [5, 4])
    assert on_its_way
    assert on_its_way.count == error.needed - 4
    assert more_seeds(made, [200, 200]) is None
    assert f"about {error.needed} each would find this one" in made.sentences[0]


def test_no_button_asks_for_more_seeds_than_one_launch_can_have() -> None:
    sizes = {2: (0.030, 0.031, 0.032), 8: (0.0303, 0.0308, 0.0320), 20: (0.034, 0.0351, 0.0342)}
    runs = [
        run(3 * place + seed + 1, error, latent_dim=size, seed=seed)
        for place, (size, errors) in enumerate(sizes.items())
        for seed, error in enumerate(errors)
    ]
    made = outcome(runs)
    (near,) = [one for one in made.contrasts if (one.metric, one.a, one.b) == ("mse_per_pixel", 0, 1)]
    assert not near.clear
    assert (near.needed or 1000) > MAX_RUNS // 3
    more = more_seeds(made, [3, 3, 3])
    assert more
    assert (more.first, more.others) == ("Z=2", ("Z=20",))
    assert 0 < more.count <= MAX_RUNS // 3
