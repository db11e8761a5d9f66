"""Which units go together, for every two ways to describe the pixels."""

from itertools import combinations_with_replacement
from typing import Any

import pytest

from app.comparison.comparability import axes_sentence, cautions, has, has_zero, units_sentence, verdict
from app.text.quantities import unit_of
from tests.app.builders import make_evaluation
from tests.app.builders import make_run as run
from vae_core.config.train_config import TrainConfig

GREY_BCE: dict[str, Any] = {}
GRAINY_BCE = {"dequantize": True}
STATIC, DYNAMIC, THRESHOLD = ({"binarize": how} for how in ("static", "dynamic", "threshold"))
GAUSSIAN, LAPLACE = {"likelihood": "gaussian"}, {"likelihood": "laplace", "scale": "shared"}
DEQUANTIZED = {"likelihood": "gaussian", "scale": "optimal", "dequantize": True}
CB = {"likelihood": "continuous_bernoulli", "dequantize": True}
LOGISTIC = {"likelihood": "discretized_logistic"}
STUDENT = {"likelihood": "student_t", "scale": "per_pixel"}
AE = {"model": "ae", "likelihood": "gaussian"}
EVERY = [GREY_BCE, GRAINY_BCE, STATIC, DYNAMIC, THRESHOLD, GAUSSIAN, LAPLACE, STUDENT, DEQUANTIZED, CB, LOGISTIC]

Groups = list[list[dict[str, Any]]]
UNITS: Groups = [
    [GREY_BCE],
    [GRAINY_BCE],
    [STATIC],
    [DYNAMIC],
    [THRESHOLD],
    [GAUSSIAN, LAPLACE, STUDENT],
    [DEQUANTIZED, CB],
    [LOGISTIC],
]
PAIRS = list(combinations_with_replacement(EVERY, 2))

BITS: Groups = [[STATIC], [DYNAMIC], [THRESHOLD], [GAUSSIAN, LAPLACE, STUDENT, DEQUANTIZED, CB, LOGISTIC]]
PIXELS: Groups = [
    [STATIC],
    [DYNAMIC],
    [THRESHOLD],
    [GREY_BCE, GRAINY_BCE, GAUSSIAN, LAPLACE, STUDENT, DEQUANTIZED, CB, LOGISTIC],
]
GROUPS: dict[str, Groups] = {
    "reconstruction": UNITS,
    "log_px": UNITS,
    "bits_per_dim": BITS,
    "mse_per_pixel": PIXELS,
    "ssim": PIXELS,
}


def comparable(quantity: str, *changes: dict[str, Any]) -> bool:
    return verdict(quantity, [TrainConfig.parse(change) for change in changes]).comparable


@pytest.mark.parametrize("quantity", GROUPS)
@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_quantity_compares_within_its_group(quantity: str, one: dict[str, Any], other: dict[str, Any]) -> None:
    assert comparable(quantity, one, other) == any(one in group and other in group for group in GROUPS[quantity])


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_the_code_compares_whatever_the_pixels(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert all(comparable(quantity, one, other) for quantity in ("kl", "active_units", "accuracy"))


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_the_sentence_says_whether_there_is_one_axis(one: dict[str, Any], other: dict[str, Any]) -> None:
    sentence = units_sentence([TrainConfig.parse(change) for change in (one, other)])
    assert ("share an axis" in sentence) is comparable("reconstruction", one, other)
    assert ("a row of its own" in sentence) is not comparable("reconstruction", one, other)
    if "row of its own" in sentence:
        assert ("bits/dim is the one that they share" in sentence) is comparable("bits_per_dim", one, other)


def test_sentences_name_the_losses_and_what_they_measure() -> None:
    sentence = units_sentence([TrainConfig.parse(change) for change in (GREY_BCE, GAUSSIAN, LAPLACE)])
    assert sentence.startswith("BCE is −log of the probability of a binary image")
    assert "MSE and L1 are −log of a density of the grey image" in sentence
    assert "bits/dim" not in sentence  # of which the BCE has none


def test_a_plain_autoencoder_has_no_bound() -> None:
    for quantity in ("negative_elbo", "log_px", "bits_per_dim", "kl", "active_units"):
        assert not comparable(quantity, AE, GAUSSIAN)
    assert comparable("reconstruction", AE, GAUSSIAN)
    assert comparable("accuracy", AE, GAUSSIAN)


def test_variational_runs_share_what_an_autoencoder_lacks() -> None:
    for quantity in ("negative_elbo", "log_px", "bits_per_dim", "kl", "active_units"):
        assert comparable(quantity, GAUSSIAN, AE, LAPLACE)
    assert not comparable("negative_elbo", GREY_BCE, AE, LAPLACE)
    assert not comparable("kl", AE, AE)


@pytest.mark.parametrize(
    ("changes", "start"),
    [
        ([GAUSSIAN, LAPLACE], "The reconstruction terms share a unit"),
        ([GREY_BCE, GAUSSIAN], "The reconstruction terms do not share an axis"),
        ([GREY_BCE, GAUSSIAN, LAPLACE], "Not all reconstruction terms share an axis"),
        ([GREY_BCE, {"dataset": "mnist"}], "The reconstruction terms do not share an axis"),
        ([GREY_BCE, GREY_BCE, {"dataset": "mnist"}], "Not all reconstruction terms share an axis"),
    ],
)
def test_the_verdict_says_which_terms_are_drawn_together(changes: list[dict[str, Any]], start: str) -> None:
    assert axes_sentence([TrainConfig.parse(change) for change in changes]).startswith(start)


def test_other_images_share_nothing() -> None:
    assert not comparable("accuracy", GREY_BCE, {"dataset": "mnist"})


def test_what_was_minimised_is_one_sum_only_if_every_part_of_it_is() -> None:
    assert comparable("loss", GAUSSIAN, {**GAUSSIAN, "scale": "shared"})
    loss = verdict("loss", [TrainConfig.parse(change) for change in (GREY_BCE, {**CB, "beta": 4})])
    assert not loss.comparable
    assert "likelihood: bernoulli, continuous_bernoulli; dequantize: no, yes; beta: 1.0, 4.0." in loss.reason
    for change in ({"reconstruction_reduction": "mean"}, {"objective": "iwae"}, {"free_bits": 0.5}):
        assert not comparable("loss", GREY_BCE, change)


def test_a_shared_unit_does_not_hide_another_weight_or_a_longer_training() -> None:
    one, other = run(1), run(2, kl_reduction="mean", max_steps=7)
    weights, lengths = cautions([one, other], "AB")
    assert "β = 1 in A, β = 0.05 in B" in weights
    assert lengths == "A has made 120 steps, B 7."
    assert cautions([one, run(3, model="ae")], "AB") == ()


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ((3000, 3000), None),
        ((3000, 0), "A has made 3,000 steps, B none."),
        ((3000, 3000, 600), "They have made 3,000 steps each, but C 600."),
        ((3000, 3000, 600, 0, 0), "They have made 3,000 steps each, but D and E none and C 600."),
        ((0, 0, 20), "They have made no step, but C 20."),
        ((13_500, 2_300_000, 20), "B has made 2,300,000 steps, A 13,500 and C 20."),
    ],
)
def test_steps_are_those_made_each_count_once(steps: tuple[int, ...], sentence: str | None) -> None:
    runs = [run(id, max_steps=2_300_000).model_copy(update={"step": made}) for id, made in enumerate(steps, 1)]
    assert cautions(runs, "ABCDE"[: len(steps)]) == tuple(filter(None, [sentence]))


def test_other_images_and_a_diverged_run_need_no_caution() -> None:
    assert cautions([run(1), run(2, dataset="mnist", beta=4)], "AB") == ()
    assert cautions([run(1), run(2, status="diverged", max_steps=7)], "AB") == ()


def test_only_what_cannot_be_negative_has_percentages() -> None:
    density, grey, binary = (TrainConfig.parse(change) for change in (GAUSSIAN, GREY_BCE, STATIC))
    assert [has_zero("negative_elbo", [one]) for one in (density, grey, binary)] == [False, True, True]
    assert has_zero("mse_per_pixel", [density])
    assert not any(has_zero(name, [grey]) for name in ("kl", "gaussian_fitted", "continuous_bernoulli_mean"))


def test_a_held_out_number_that_is_older_than_its_run_is_named() -> None:
    current, older = (run(id, status="stopped", evaluation=make_evaluation(step)) for id, step in ((1, 120), (2, 60)))
    assert cautions([current, older], "AB") == ("Held-out numbers from before the newest step: B (step 60).",)


@pytest.mark.parametrize(
    "quantity",
    ["negative_elbo", "reconstruction", "kl", "mse_per_pixel", "bce_per_pixel", "bits_per_dim", "active_units"],
)
@pytest.mark.parametrize("dataset", ["digits", "mnist"])
def test_a_list_ranks_together_what_compares(quantity: str, dataset: str) -> None:
    for one, other in PAIRS:
        pair = [TrainConfig.parse(one), TrainConfig.parse({**other, "dataset": dataset})]
        if all(has(quantity, config) for config in pair):
            units = {unit_of(quantity, config) for config in pair}
            assert (len(units) == 1) == verdict(quantity, pair).comparable
