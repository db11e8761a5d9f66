from collections.abc import Callable, Iterable
from dataclasses import replace
from importlib import import_module
from itertools import pairwise
from math import isfinite, log, pi
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
import torch

from vae_core.config.train_config import ConfigError, TrainConfig
from vae_core.datasets.registry import Dataset, load
from vae_core.evaluation.heldout import evaluate
from vae_core.events import Checkpoint, Diverged, Evaluation, EvaluationSpan, Event, Pictures, StepTerms, Vitals
from vae_core.report import Report
from vae_core.theory.convention import reduction_weights
from vae_core.training.train import OPTIMIZERS, new_model, train

T = TypeVar("T")
STILL = 1e-30  # a learning rate that no float32 weight can feel


def _steps(events: Iterable[Event], kind: type[StepTerms | Vitals] = StepTerms) -> dict[str, list[float]]:
    """The columns of all blocks, joined."""
    blocks = [vars(event) for event in events if isinstance(event, kind)]
    return {
        name: None if column is None else np.concatenate([block[name] for block in blocks]).tolist()
        for name, column in blocks[0].items()
    }


def _of(kind: type[T], events: Iterable[Event]) -> list[T]:
    return [event for event in events if isinstance(event, kind)]


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        ({"batch_size": 500, "epochs": 2, "max_steps": None}, 6),  # 1437 images: 500, 500 and 437 an epoch
        ({"batch_size": 97, "epochs": 1, "max_steps": 9}, 9),
        ({"batch_size": 480, "epochs": 1, "max_steps": 9}, 3),
        ({"batch_size": 2000, "epochs": 4, "max_steps": None}, 4),
    ],
)
def test_every_step_comes_once_and_in_order(
    small: Callable[..., TrainConfig], digits: Dataset, changes: dict[str, Any], steps: int
) -> None:
    config = small(**changes)
    terms = _steps(train(config, digits))
    assert terms["step"] == list(range(1, steps + 1))
    assert all(earlier < later for earlier, later in pairwise(terms["seconds"]))
    assert terms["epoch"] == [step / config.steps_per_epoch for step in terms["step"]]


def test_the_elbo_is_minus_the_sum_of_its_terms(small: Callable[..., TrainConfig], digits: Dataset) -> None:
    events = list(train(small(beta=3), digits))
    terms = _steps(events)
    for r, kl, elbo, loss in zip(*(terms[name] for name in ("reconstruction", "kl", "elbo", "loss")), strict=True):
        assert elbo == -(r + kl)
        assert loss == pytest.approx(r + 3 * kl, rel=1e-6)
    assert all(e.elbo == -(e.reconstruction + e.kl) for e in _of(Evaluation, events))


def test_a_continuous_bernoulli_learns_dequantised_digits_and_shares_the_yardsticks(
    small: Callable[..., TrainConfig], digits: Dataset
) -> None:
    config = small(likelihood="continuous_bernoulli", dequantize=True, max_steps=200)
    first, *_, last = _of(Evaluation, train(config, digits))
    bernoulli = _of(Evaluation, train(small(max_steps=1), digits))[0]
    assert last.elbo > first.elbo + 5
    assert last.mse_per_pixel < first.mse_per_pixel
    assert first.kl == pytest.approx(bernoulli.kl, rel=0.01)  # the same weights, and almost the same pixels
    assert first.reconstruction < bernoulli.reconstruction - 64 * 0.6  # log 2 a pixel and more


def test_dequantised_pixels_change_the_terms_and_not_the_order_of_images(
    small: Callable[..., TrainConfig], digits: Dataset
) -> None:
    plain, grainy = (_steps(train(small(dequantize=on, max_steps=3), digits)) for on in (False, True))
    assert plain["reconstruction"][0] != grainy["reconstruction"][0]
    assert plain["reconstruction"][0] == pytest.approx(grainy["reconstruction"][0], rel=0.01)


@pytest.mark.parametrize(("reconstruction", "kl"), [("sum", "mean"), ("mean", "sum"), ("mean", "mean")])
def test_reductions_change_the_loss_and_not_the_terms(
    small: Callable[..., TrainConfig], digits: Dataset, reconstruction: str, kl: str
) -> None:
    config = small(reconstruction_reduction=reconstruction, kl_reduction=kl, beta=3, max_steps=4)
    summed = _steps(train(small(beta=3, max_steps=4), digits))
    terms = _steps(train(config, digits))
    weights = reduction_weights(config)
    for r, rate, elbo, loss in zip(*(terms[n] for n in ("reconstruction", "kl", "elbo", "loss")), strict=True):
        assert loss == pytest.approx(weights[0] * r + 3 * weights[1] * rate, rel=1e-5)
        assert elbo == -(r + rate)
    assert terms["reconstruction"][0] == summed["reconstruction"][0]  # before the first update


def test_the_warmup_is_what_the_loss_was_weighted_with(small: Callable[..., TrainConfig], digits: Dataset) -> None:
    terms = _steps(train(small(beta=2, beta_schedule="linear", warmup_steps=8), digits))
    assert terms["beta"] == [2 * min(1, step / 8) for step in range(1, 13)]
    expected = np.array(terms["reconstruction"]) + np.array(terms["beta"]) * np.array(terms["kl"])
    assert terms["loss"] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("changes", [{}, {"model": "ae"}, {"architecture": "conv"}, {"mc_samples": 3}])
def test_one_seed_gives_the_same_terms_whatever_the_global_generator_did(
    small: Callable[..., TrainConfig], digits: Dataset, changes: dict[str, Any]
) -> None:
    def run() -> dict[str, list[float]]:
        terms = _steps(train(small(**changes), digits))
        del terms["seconds"]
        return terms

    torch.manual_seed(1)
    first = run()
    torch.manual_seed(2)
    before = torch.get_rng_state()
    assert run() == first
    assert torch.equal(torch.get_rng_state(), before)


def test_another_seed_gives_other_terms(small: Callable[..., TrainConfig], digits: Dataset) -> None:
    assert _steps(train(small(seed=0), digits))["kl"] != _steps(train(small(seed=1), digits))["kl"]


def test_two_likelihoods_of_one_seed_share_weights_and_order(
    small: Callable[..., TrainConfig], digits: Dataset
) -> None:
    bce, mse = (
        _steps(train(small(likelihood=name, learning_rate=STILL), digits)) for name in ("bernoulli", "gaussian")
    )
    assert bce["kl"] == mse["kl"]
    assert len(set(bce["kl"])) == len(bce["kl"])


def test_two_likelihoods_of_one_seed_share_the_noise(small: Callable[..., TrainConfig], digits: Dataset) -> None:
    def squares(sigma: float) -> np.ndarray:
        terms = _steps(train(small(likelihood="gaussian", sigma=sigma, learning_rate=STILL), digits))
        constant = 32 * log(2 * pi * sigma**2)
        return 2 * sigma**2 * (np.array(terms["reconstruction"]) - constant)

    assert squares(1.0) == pytest.approx(squares(0.3), rel=1e-5)


def test_noise_differs_from_step_to_step(small: Callable[..., TrainConfig], digits: Dataset) -> None:
    config = small(learning_rate=STILL, batch_size=1437)  # every batch is the whole split, so only the noise changes
    terms = _steps(train(config, digits))
    assert np.ptp(terms["kl"]) < 1e-4
    assert len(set(terms["reconstruction"])) == len(terms["reconstruction"])


def test_pictures_come_at_their_interval_and_at_the_end_with_the_same_inputs(
    small: Callable[..., TrainConfig], digits: Dataset
) -> None:
    events = list(train(small(max_steps=12, picture_every=5), digits))
    pictures = _of(Pictures, events)
    (inputs,) = [picture for picture in pictures if picture.kind == "inputs"]
    assert np.array_equal(inputs.images, digits.test.images[:64])
    for kind in ("reconstructions", "prior_means", "prior_samples"):
        assert [picture.step for picture in pictures if picture.kind == kind] == [0, 5, 10, 12]
    assert all(p.images.shape == (64, 8, 8) and p.images.dtype == np.uint8 for p in pictures)
    other = next(event for event in train(small(seed=5), digits) if isinstance(event, Pictures))
    assert np.array_equal(other.images, inputs.images)


def test_evaluations_come_before_training_at_their_interval_and_at_the_end(
    small: Callable[..., TrainConfig], digits: Dataset
) -> None:
    events = list(train(small(max_steps=12, evaluate_every=5), digits))
    assert [(e.step, e.epoch) for e in _of(Evaluation, events)] == [(0, 0), (5, 5 / 23), (10, 10 / 23), (12, 12 / 23)]


def test_what_is_seen_at_a_step_follows_the_terms_of_that_step(
    small: Callable[..., TrainConfig], digits: Dataset
) -> None:
    last = 0
    for event in train(small(evaluate_every=4, picture_every=3), digits):
        if isinstance(event, StepTerms):
            last = event.step[-1]
        elif isinstance(event, Vitals):  # whoever stops after a block has those of its steps, too
            assert event.step[0] > last
        else:
            assert event.step == last


def test_an_autoencoder_has_no_kl_no_elbo_and_no_prior(small: Callable[..., TrainConfig], digits: Dataset) -> None:
    events = list(train(small(model="ae", beta=5), digits))
    terms = _steps(events)
    assert terms["kl"] is terms["elbo"] is terms["beta"] is None
    assert terms["loss"] == terms["reconstruction"]
    assert all(e.kl is e.elbo is None for e in _of(Evaluation, events))
    assert {picture.kind for picture in _of(Pictures, events)} == {"inputs", "reconstructions"}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_lowers_the_loss(small: Callable[..., TrainConfig], digits: Dataset, name: str) -> None:
    rate = {"sgd": 1e-3, "adagrad": 1e-2}.get(name, 1e-3)
    terms = _steps(train(small(optimizer=name, learning_rate=rate, max_steps=60), digits))
    assert np.mean(terms["loss"][-5:]) < np.mean(terms["loss"][:5]) - 1


@pytest.mark.parametrize("architecture", ["mlp", "conv"])
def test_a_short_training_raises_the_held_out_elbo(
    small: Callable[..., TrainConfig], digits: Dataset, architecture: str
) -> None:
    config = small(architecture=architecture, hidden=(64,), latent_dim=8, max_steps=200)
    evaluations = _of(Evaluation, train(config, digits))
    assert evaluations[-1].elbo > evaluations[0].elbo + 10
    assert evaluations[-1].mse_per_pixel < evaluations[0].mse_per_pixel


def test_weight_decay_reaches_the_optimizer(small: Callable[..., TrainConfig], digits: Dataset) -> None:
    plain, decayed = (_steps(train(small(weight_decay=decay), digits)) for decay in (0, 1))
    assert plain["loss"][0] == decayed["loss"][0]
    assert plain["loss"][-1] != decayed["loss"][-1]


def test_a_diverging_run_ends_with_the_step_and_the_term(small: Callable[..., TrainConfig], digits: Dataset) -> None:
    events = list(train(small(optimizer="sgd", learning_rate=10, max_steps=500), digits))
    terms, last = _steps(events), events[-1]
    assert isinstance(last, Diverged)
    assert terms["step"] == list(range(1, last.step + 1))
    assert all(map(isfinite, terms["loss"][:-1]))
    assert not isfinite(terms["loss"][-1])
    assert not isfinite(terms[last.term][-1])
    assert last.step < 500
    assert _steps(events, Vitals)["step"] == terms["step"]


def test_a_run_whose_last_update_broke_it_has_not_finished_well(
    small: Callable[..., TrainConfig], digits: Dataset
) -> None:
    config = small(likelihood="gaussian", sigma=1e-3, optimizer="sgd", learning_rate=10, max_steps=1)
    *_, evaluation, last = train(config, digits)
    assert not isfinite(evaluation.elbo)
    assert last == Diverged(1, "held-out loss")


def test_clipping_the_gradient_tames_the_same_run(small: Callable[..., TrainConfig], digits: Dataset) -> None:
    config = small(optimizer="sgd", learning_rate=10, max_steps=50, grad_clip=1e-4)
    assert not _of(Diverged, train(config, digits))


def test_the_gradients_norm_is_how_far_plain_descent_moves_the_weights(
    small: Callable[..., TrainConfig], digits: Dataset
) -> None:
    config = small(optimizer="sgd", learning_rate=0.01, max_steps=6, checkpoint_every=1)
    start = new_model(config, digits)
    weights = [torch.cat([value.detach().flatten() for value in start.state_dict().values()])]
    names = list(start.state_dict())
    events = list(train(config, digits))
    for checkpoint in _of(Checkpoint, events):
        arrays = [checkpoint.arrays[f"model.{name}"].ravel() for name in names]
        weights.append(torch.from_numpy(np.concatenate(arrays)))
    moved = [float((after - before).double().norm()) for before, after in pairwise(weights)]
    vitals = _steps(events, Vitals)
    assert vitals["step"] == [1, 2, 3, 4, 5, 6]
    assert vitals["grad_norm"] == pytest.approx([distance / 0.01 for distance in moved], rel=1e-4)


def test_vitals_come_at_their_interval_and_at_the_end_and_so_they_do_after_a_resume(
    small: Callable[..., TrainConfig], digits: Dataset
) -> None:
    config = small(max_steps=1100, checkpoint_every=700, evaluate_every=1100, picture_every=1100)
    events = list(train(config, digits))
    whole = _steps(events, Vitals)
    assert whole["step"] == [*range(3, 1100, 3), 1100]
    assert set(whole["learning_rate"]) == {config.learning_rate}
    assert min(whole["memory"]) > 0
    resumed = _steps(train(config, digits, resume=_of(Checkpoint, events)[0]), Vitals)
    assert resumed["step"] == [step for step in whole["step"] if step > 700]
    assert resumed["grad_norm"] == whole["grad_norm"][-len(resumed["step"]) :]


def test_the_norm_is_that_before_clipping(small: Callable[..., TrainConfig], digits: Dataset) -> None:
    free, clipped = (_steps(train(small(max_steps=3, grad_clip=clip), digits), Vitals) for clip in (None, 1e-4))
    assert free["grad_norm"][0] == clipped["grad_norm"][0]
    assert min(clipped["grad_norm"]) > 1


def test_to_stop_it_stop_asking(small: Callable[..., TrainConfig], digits: Dataset) -> None:
    events = train(small(max_steps=10**6), digits)
    assert next(event for event in events if isinstance(event, StepTerms)).step.tolist() == [1]
    events.close()
    assert list(events) == []


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_missing_gpu_is_refused_before_anything_else(small: Callable[..., TrainConfig], digits: Dataset) -> None:
    with pytest.raises(ConfigError, match="device cannot be 'cuda' here"):
        next(train(small(device="cuda"), digits))


@pytest.mark.parametrize(
    "changes",
    [
        {"likelihood": "gaussian", "scale": "shared"},
        {"likelihood": "gaussian", "scale": "optimal"},
        {"likelihood": "laplace", "scale": "per_pixel"},
        {"likelihood": "student_t", "sigma": 0.2},
        {"likelihood": "student_t", "scale": "shared", "nu": 3, "dequantize": True},
        {"likelihood": "student_t", "scale": "per_pixel"},
        {"likelihood": "discretized_logistic", "scale": "shared", "sigma": 0.2},
        {"objective": "iwae", "mc_samples": 2},
        {"objective": "ciwae"},
        {"objective": "dreg"},
        {"objective": "beta_tcvae", "beta": 4},
        {"objective": "mmd", "beta": 0},
        {"free_bits": 0.5},
        {"architecture": "resnet"},
        {"hidden": ()},
        {"output_bias": "data_mean"},
        {"precision": "bfloat16"},
    ],
)
def test_every_choice_learns_and_repeats_itself(
    small: Callable[..., TrainConfig], digits: Dataset, changes: dict[str, Any]
) -> None:
    config = small(max_steps=60, evaluate_every=60, **changes)
    events = list(train(config, digits))
    first, last = _of(Evaluation, events)
    assert last.elbo > first.elbo
    terms, again = (_steps(blocks) for blocks in (events, train(config, digits)))
    assert terms["elbo"] == [-(r + kl) for r, kl in zip(terms["reconstruction"], terms["kl"], strict=True)]
    assert terms["loss"] == again["loss"]


def test_an_optimal_scale_is_judged_with_that_of_the_training_split(
    small: Callable[..., TrainConfig], digits: Dataset
) -> None:
    config = small(likelihood="gaussian", scale="optimal", max_steps=200, evaluate_every=200)
    events = list(train(config, digits))
    last = _of(Evaluation, events)[-1]
    # N(x̂, σ²) with σ² not the held-out error itself: −log p = (D/2) (log 2πσ² + MSE/σ²)
    variance = last.decoder_std**2
    assert last.reconstruction == pytest.approx(32 * (log(2 * pi * variance) + last.mse_per_pixel / variance), rel=1e-3)
    assert variance == pytest.approx(last.mse_per_pixel, rel=0.1)
    assert variance != last.mse_per_pixel


def test_the_mean_image_is_where_a_run_can_start(small: Callable[..., TrainConfig], digits: Dataset) -> None:
    start = {"learning_rate": STILL, "max_steps": 1}
    random, mean = (_of(Evaluation, train(small(output_bias=b, **start), digits))[0] for b in ("random", "data_mean"))
    best = np.var(digits.train.images / 255, axis=0).mean()
    assert random.mse_per_pixel > 2 * best
    assert mean.mse_per_pixel == pytest.approx(best, rel=0.1)


@pytest.mark.parametrize("how", ["static", "dynamic"])
def test_black_and_white_digits_are_flipped_once_or_at_every_step(
    small: Callable[..., TrainConfig], tmp_path: Path, how: str
) -> None:
    config = small(model="ae", output_bias="data_mean", binarize=how, batch_size=2000, learning_rate=STILL, max_steps=3)
    data = load("digits", cache=tmp_path, binarize=how)
    # Every step sees all images, the code is a point and the weights stand still: only new flips can change a term.
    spread = np.ptp(_steps(train(config, data))["reconstruction"])
    assert spread > 0.005 if how == "dynamic" else spread < 1e-4


def test_black_and_white_digits_have_bits(small: Callable[..., TrainConfig], tmp_path: Path) -> None:
    data = load("digits", cache=tmp_path, binarize="static")
    for evaluation in _of(Evaluation, train(small(binarize="static", max_steps=3), data)):
        assert evaluation.bits_per_dim == pytest.approx(-evaluation.elbo / 64 / log(2))


def test_data_in_other_pixels_than_the_configuration_says_are_refused(
    small: Callable[..., TrainConfig], digits: Dataset
) -> None:
    with pytest.raises(ConfigError, match="binarize is static, but the data were loaded with none") as refused:
        next(train(small(binarize="static"), digits))
    assert refused.value.field == "binarize"


@pytest.mark.parametrize("model", ["vae", "ae"])
def test_a_report_comes_last_where_it_is_wanted(small: Callable[..., TrainConfig], digits: Dataset, model: str) -> None:
    events = [
        event for event in train(small(model=model, examine=True), digits) if not isinstance(event, EvaluationSpan)
    ]
    *_, evaluation, checkpoint, inputs, means, scores, report = events
    assert len(inputs.images) == len(means.images) == len(scores.label) == len(digits.test.images)
    assert isinstance(evaluation, Evaluation)
    assert checkpoint.step == 12
    assert isinstance(report, Report)
    assert report.step == evaluation.step == 12
    assert report.xray[0].reconstruction == pytest.approx(evaluation.reconstruction, rel=1e-6)
    assert (report.bound is None) == (report.surgery is None) == (model == "ae")


def test_a_linear_vae_with_a_learned_scale_becomes_probabilistic_pca(
    small: Callable[..., TrainConfig], digits: Dataset
) -> None:
    # Lucas et al. 2019, arXiv:1911.02469: no local optimum but pPCA's (Tipping and Bishop 1999), where q(z|x) is exact.
    config = small(
        hidden=(), latent_dim=5, likelihood="gaussian", scale="shared", batch_size=1437, learning_rate=3e-3,
        max_steps=1800, evaluate_every=1800, picture_every=1800,
    )  # fmt: skip
    model = new_model(config, digits)
    assert sum(len(block.step) for block in _of(StepTerms, train(config, digits, model=model))) == 1800

    images = digits.train.images.reshape(1437, 64)
    eigenvalues = np.linalg.eigvalsh(np.cov(images.T / 255, bias=True))[::-1]
    kept, variance = eigenvalues[:5], eigenvalues[5:].mean()
    log_likelihood = -0.5 * (64 * log(2 * pi) + np.log(kept).sum() + 59 * log(variance) + 64)
    evaluation = evaluate(model, torch.from_numpy(images), step=0, epoch=0, seconds=0)
    assert evaluation.elbo == pytest.approx(log_likelihood, abs=0.5)
    assert evaluation.elbo < log_likelihood + 0.15  # a bound, up to the noise of one z an image
    assert evaluation.decoder_std**2 == pytest.approx(variance, rel=0.02)
    assert np.sort(evaluation.kl_per_dim)[::-1] == pytest.approx(0.5 * np.log(kept / variance), abs=0.1)


def test_images_of_other_numbers_than_bytes_are_refused(small: Callable[..., TrainConfig], digits: Dataset) -> None:
    floats = replace(digits, train=replace(digits.train, images=digits.train.images / 255.0))  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="dataset must hold 8-bit pixels from 0 to 255, not float64") as refused:
        next(train(small(), floats))
    assert refused.value.field == "dataset"


def test_an_optimal_scale_is_frozen_only_where_something_is_held_out(
    small: Callable[..., TrainConfig], digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    monkeypatch.setattr(import_module("vae_core.training.train"), "freeze_scale", lambda *_, **__: calls.append(1))
    config = small(likelihood="gaussian", scale="optimal", max_steps=40, evaluate_every=20, picture_every=10)
    blocks = _of(StepTerms, train(replace(config, checkpoint_every=1), digits))
    assert len(blocks) == 40
    assert len(calls) == 1 + 4  # before training, and at every tenth step
