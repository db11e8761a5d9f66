"""What a comparison comes to, in words."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.comparison.compare import Comparison, compare
from app.comparison.summary import of_readings, share_of_reading, unpaired
from app.records import Run
from app.text.numbers import number
from tests.app.builders import make_evaluation, make_run
from vae_core.report import Floats, Reading, Report, Scores

Compared = tuple[Comparison, dict[int, Report], dict[int, dict[str, Floats]]]
Pair = Callable[..., Compared]


ERRED: dict[str, Any] = {"elbo": -99.0, "mse_per_pixel": 0.02, "bce_per_pixel": 0.2, "kl": 12.0, "active_units": 4}


def run(id: int, **more: Any) -> Run:
    """A finished run with a held-out evaluation."""
    return make_run(id, **{"evaluation": make_evaluation(**ERRED), **more})


@pytest.fixture
def pair(report: Report) -> Pair:
    """Runs, what they scored and their reports; a run that has None was not scored."""

    def make(runs: list[Run], *scores: Scores | None, reading: Sequence[dict[str, float]] = ()) -> Compared:
        pairs = [(one, each) for one, each in zip(runs, scores, strict=True) if each]
        reports = {one.id: replace(report, step=one.step) for one, _ in pairs}
        scored: dict[int, dict[str, Floats]] = {
            one.id: {**each.values, "label": each.label.astype(float)} for one, each in pairs
        }
        for one, shifts in zip(runs, reading, strict=False):
            for name, shift in shifts.items():
                scored[one.id][name] = scored[one.id][name] + shift
        return compare(runs, reports, scored), reports, scored

    return make


ONE_EACH = "One run each: another seed may change the order."


def test_without_a_shared_bound_the_errors_are_compared_beside_their_price(
    pair: Pair, scores: Callable[..., Scores]
) -> None:
    runs = [run(1), run(2, likelihood="gaussian")]
    comparison, _, _ = pair(runs, scores(mse=0.02), scores(mse=0.01), reading=({"kl": 1.0}, {"kl": 8.0}))
    rates = [float(np.mean(scores().values["kl"])) + more for more in (1.0, 8.0)]
    assert comparison.headline == (
        "On the same 10 held-out images, MSE has the lower squared error of these two trained models, 0.0100 a pixel "
        f"(BCE: 0.0200). For it MSE pays {number(rates[1])} nats of KL (BCE: {number(rates[0])}). {ONE_EACH}"
    )


def test_a_shared_bound_comes_first_and_every_other_run_is_named(pair: Pair, scores: Callable[..., Scores]) -> None:
    runs = [run(1), run(2, latent_dim=3), run(3, latent_dim=4)]
    comparison, _, _ = pair(runs, scores(mean=100), scores(mean=90), scores(mean=80))
    sentence = comparison.headline
    assert sentence.startswith(
        "On the same 10 held-out images, Z=4 has the lowest −ELBO of these three trained models, 80.0 nats "
        "(Z=3: 90.0, Z=20: 100); the squared error of Z=20 and that of Z=3 do not clearly differ (both "
    )
    assert "In nats of KL, Z=20 pays 10.0 (Z=3: 10.0, Z=4: 10.0)." in sentence


def test_densities_may_be_negative(pair: Pair, scores: Callable[..., Scores]) -> None:
    runs = [run(1, likelihood="gaussian", sigma=1), run(2, likelihood="gaussian", sigma=0.5)]
    comparison, _, _ = pair(runs, scores(mean=-100), scores(mean=-110))
    assert "σ=0.5 has the lower −ELBO of these two trained models, −110 nats (σ=1: −100)" in comparison.headline


def seeds(
    scores: Callable[..., Scores], bce: Sequence[float], mse: Sequence[float], apart: int = 0
) -> tuple[list[Run], list[Scores]]:
    """Runs of two losses, a seed each, with these squared errors; the second loss's seeds are so far `apart`."""
    losses = [("bernoulli", each) for each in bce] + [("gaussian", each) for each in mse]
    runs = [
        run(
            id,
            likelihood=loss,
            seed=(id - 1) % len(bce) + apart * (loss == "gaussian"),
            evaluation=make_evaluation(**{**ERRED, "mse_per_pixel": each}),
        )
        for id, (loss, each) in enumerate(losses, 1)
    ]
    return runs, [scores(mse=each) for _, each in losses]


def test_two_seeds_of_one_loss_are_never_the_answer(pair: Pair, scores: Callable[..., Scores]) -> None:
    """Six runs, three seeds of each loss: one verdict for each loss."""
    runs, scored = seeds(scores, (0.060, 0.061, 0.0605), (0.077, 0.078, 0.0775))
    comparison, _, _ = pair(runs, *scored)
    assert comparison.names == ("BCE s0", "BCE s1", "BCE s2", "MSE s0", "MSE s1", "MSE s2")
    assert comparison.headline == (
        "BCE has the lower squared error on average, 0.0605\xa0±\xa00.0012 a pixel over 3 seeds: below MSE by "
        "0.0170 (p < 0.001), on each of 3 seeds. In nats of KL: BCE 12.0 and MSE 12.0. "
        "± is Student's 95 % interval over seeds; which images are held out adds its own, below."
    )
    assert "clearly differ" not in comparison.headline
    assert "One run each" not in comparison.headline


def test_seeds_that_disagree_are_counted(pair: Pair, scores: Callable[..., Scores]) -> None:
    runs, scored = seeds(scores, (0.060, 0.061, 0.090), (0.077, 0.078, 0.0775))
    headline = pair(runs, *scored)[0].headline
    assert "By squared error, BCE and MSE cannot be told apart: they are 0.007" in headline
    assert "A paired permutation test of 3 seeds cannot go below p = 0.250." in headline
    assert "in 4 of 5 cases; about " in headline
    runs, scored = seeds(scores, (0.060, 0.061, 0.063), (0.077, 0.078, 0.0775), apart=3)
    assert "below MSE by 0.01" in (unpaired_seeds := pair(runs, *scored)[0].headline)
    assert "on each of" not in unpaired_seeds


def test_seeds_of_one_configuration_have_no_best(pair: Pair, scores: Callable[..., Scores]) -> None:
    runs, scored = seeds(scores, (0.060, 0.061, 0.0605), ())
    headline = pair(runs, *scored)[0].headline
    assert "differ in the seed alone: squared error 0.0605\xa0±\xa00.0012 a pixel over 3 seeds" in headline
    assert "lowest" not in headline


def test_what_a_diverged_run_scored_before_is_no_result(pair: Pair, scores: Callable[..., Scores]) -> None:
    first = make_evaluation(0, **{**ERRED, "mse_per_pixel": 0.001})
    gone = run(3, likelihood="gaussian", status="diverged", evaluation=first, max_steps=12)
    runs = [run(1), run(2, likelihood="gaussian", sigma=0.1), gone]
    comparison, _, _ = pair(runs, scores(mse=0.02), scores(mse=0.01), None)
    assert comparison.status_notes == (None, None, "diverged at step 12")
    rows = {row.quantity: row for row in comparison.yardsticks}
    assert rows["mse_per_pixel"].values == (0.02, 0.02, None)
    assert rows["mse_per_pixel"].best == 1
    assert "of these two trained models" in comparison.headline
    assert comparison.names == ("BCE", "MSE", "run-3")  # by its own name: it is compared with none
    assert comparison.headline.endswith("Left out: run-3 (diverged at step 12).")
    assert "run-3: diverged at step 12" in comparison.why_unpaired


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"status": "queued", "evaluation": None}, "queued, not trained yet"),
        ({"status": "running", "evaluation": make_evaluation(0, **ERRED)}, "no held-out result yet"),
        ({"status": "failed", "evaluation": None}, "failed before its first held-out result"),
        ({"status": "stopped"}, None),
    ],
)
def test_a_run_without_a_result_says_why(changes: dict[str, Any], note: str | None) -> None:
    steps = {"step": 0} if changes["status"] == "queued" else {}
    runs = [run(1), run(2, **changes).model_copy(update=steps)]
    assert compare(runs).status_notes == (None, note)


def test_a_run_that_goes_on_is_not_what_was_scored(pair: Pair, scores: Callable[..., Scores]) -> None:
    runs = [run(1), run(2, latent_dim=3)]
    _, reports, scored = pair(runs, scores(), scores(mean=90))
    gone_on = [runs[0], runs[1].model_copy(update={"status": "running"})]
    comparison = compare(gone_on, reports, scored)
    assert comparison.headline is None
    assert comparison.why_unpaired == (
        "Not paired image by image yet. Z=3: the model is examined when training has finished."
    )


def test_an_autoencoder_is_no_vae_of_another_size(pair: Pair, scores: Callable[..., Scores]) -> None:
    runs = [run(1, latent_dim=8), run(2, latent_dim=8, model="ae")]
    plain = scores(mse=0.001)
    values = {name: each for name, each in plain.values.items() if name != "kl"}
    comparison, _, _ = pair(runs, scores(mse=0.02), replace(plain, values=values))
    assert comparison.why_no_prior == (
        "No pictures from one z: AE is a plain autoencoder, which has no prior to draw from."
    )
    assert "AE is a plain autoencoder and pays no KL for it (VAE: 10.0 nats)." in comparison.headline
    assert not next(one for one in comparison.verdicts if one.quantity == "active_units").comparable
    sizes = compare([run(1, latent_dim=8), run(2, latent_dim=20)]).why_no_prior
    assert sizes == "No pictures from one z: the latent codes have 8 and 20 dimensions."
    assert compare([run(1), run(2, likelihood="gaussian")]).why_no_prior is None


def test_nothing_is_said_of_other_images_or_without_scores(pair: Pair, scores: Callable[..., Scores]) -> None:
    runs = [run(1), run(2, dataset="mnist")]
    comparison, _, _ = pair(runs, scores(), scores())
    assert comparison.headline is None
    assert comparison.images is None
    assert comparison.cautions == ()
    assert comparison.why_unpaired == (
        "These runs look at different images, which cannot be paired. Digits 8×8: Digits 8×8; MNIST: MNIST."
    )
    assert comparison.actions == ()
    assert comparison.why_no_readings.startswith("These runs look at different images")
    assert compare(runs[:1] * 2).headline is None


def test_runs_of_the_same_images_among_others_are_one_click_away() -> None:
    runs = [run(1), run(2, dataset="mnist"), run(3, likelihood="gaussian"), run(4, beta=4)]
    comparison = compare(runs)
    assert "Digits 8×8: 3 runs; MNIST: BCE MNIST β=1." in comparison.why_unpaired
    assert [(one.label, one.address) for one in comparison.actions] == [
        ("Compare the 3 of Digits 8×8", "/compare?runs=1,3,4")
    ]
    assert comparison.sentence == (
        "These runs look at Digits 8×8 and MNIST: likelihoods of different images cannot be compared."
    )


def test_what_variational_runs_share_is_compared_beside_an_autoencoder(
    pair: Pair, scores: Callable[..., Scores]
) -> None:
    runs = [run(1), run(2, latent_dim=3), run(3, model="ae")]
    plain = scores(mse=0.001)
    values = {name: each for name, each in plain.values.items() if name != "kl"}
    comparison, _, _ = pair(runs, scores(mean=100, mse=0.02), scores(mean=90, mse=0.03), replace(plain, values=values))
    rows = {row.quantity: row for row in comparison.yardsticks}
    assert rows["kl"].values == (12.0, 12.0, None)
    assert rows["negative_elbo"].values == (99.0, 99.0, None)
    assert rows["active_units"].values == (4, 4, None)
    kl = next(one for one in comparison.verdicts if one.quantity == "kl")
    assert (kl.comparable, kl.reason.endswith("A plain autoencoder has no KL.")) == (True, True)
    assert "has the lower −ELBO of these two trained models" in comparison.headline
    assert "AE Z=20 has the lowest squared error of these three trained models" in comparison.headline


def test_seeds_beside_an_autoencoder_are_not_all_that_is_compared(pair: Pair, scores: Callable[..., Scores]) -> None:
    runs = [run(1), run(2, seed=1), run(3, model="ae")]
    comparison, _, _ = pair(runs, scores(mse=0.02), scores(mse=0.03), scores(mse=0.001))
    assert "AE has the lowest squared error of these three trained models" in comparison.headline
    assert "on average" not in comparison.headline
    assert comparison.headline.endswith("Some configurations have one run alone: another seed may change the order.")


def test_readings_agree_or_not(pair: Pair, scores: Callable[..., Scores]) -> None:
    runs = [run(1), run(2, likelihood="gaussian")]
    comparison, reports, _ = pair(runs, scores(mean=100), scores(mean=90))
    assert of_readings(comparison.readings, runs, reports, "AB") == "However the outputs are read, B is ahead."
    comparison, reports, _ = pair(runs, scores(), scores())
    assert "No run is clearly ahead" in of_readings(comparison.readings, runs, reports, "AB")
    comparison, reports, _ = pair(runs, scores(), scores(), reading=({"soft_bernoulli": 3.0}, {"gaussian_fitted": 3.0}))
    sentence = of_readings(comparison.readings, runs, reports, "AB")
    assert sentence.endswith(
        "B as “Bernoulli: BCE of the grey levels”; A as “Gaussian, σ fitted”; read otherwise, none clearly is."
    )
    comparison, reports, _ = pair(runs, scores(), scores(), reading=({"soft_bernoulli": 3.0}, {}))
    assert "depends on how the outputs are read: B as" in of_readings(comparison.readings, runs, reports, "AB")


def test_a_bce_and_a_cb_run_differ_by_a_share_of_the_reading(
    pair: Pair, scores: Callable[..., Scores], report: Report
) -> None:
    runs = [run(1), run(2, likelihood="continuous_bernoulli", dequantize=True)]
    comparison, reports, _ = pair(runs, scores(), scores())
    better = tuple(replace(one, elbo=one.elbo + 100) for one in report.xray)
    reports[2] = replace(reports[2], xray=better)
    assert "make up for 35\u00a0% of that" in of_readings(comparison.readings, runs, reports, "AB")


def test_runs_that_cannot_be_paired_say_what_is_missing(pair: Pair, scores: Callable[..., Scores]) -> None:
    runs = [run(1), run(2), run(3, examine=False)]
    _, reports, scored = pair(runs, scores(), scores(), scores())
    assert unpaired(runs, reports, scored, "ABC") is None
    del scored[1], scored[3], reports[3]
    sentence = unpaired(runs, reports, scored, "ABC")
    assert "A: ended before images were scored one by one, so rerun it to pair" in sentence
    assert "C: the configuration leaves the examination out" in sentence
    assert "B:" not in sentence
    assert " yet" not in sentence  # nobody will score them
    live = [runs[0].model_copy(update={"status": "running"}), *runs[1:2]]
    assert unpaired(live, reports, scored, "AB").startswith("Not paired image by image yet. A: the model is examined")
    stopped = [runs[0].model_copy(update={"status": "stopped"}), *runs[1:2]]
    assert "A: ended before" in unpaired(stopped, reports, scored, "AB")


def with_elbos(report: Report, **elbos: float) -> list[Reading]:
    """The report's X-ray with other ELBOs in the named rows."""
    return [replace(one, elbo=elbos.get(one.name, one.elbo)) for one in report.xray]


def test_the_share_of_the_reading_is_the_papers(report: Report) -> None:
    """1470, 1139 and 1416 nats (Loaiza-Ganem and Cunningham 2019): 84 % of 331."""
    bce = with_elbos(report, continuous_bernoulli_raw=1139.0, continuous_bernoulli_mean=1416.0)
    cb = with_elbos(report, continuous_bernoulli_raw=1470.0)
    sentence = share_of_reading(bce, cb)
    assert "331 nats behind" in sentence
    assert "83.7\u00a0% of that" in sentence
    assert share_of_reading(cb, bce[:1]) is None
    worse = with_elbos(report, continuous_bernoulli_raw=1000.0)
    assert share_of_reading(bce, worse) is None
