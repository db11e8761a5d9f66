from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
import torch

from vae_core.checkpoint import Checkpoints
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.datasets.registry import Dataset
from vae_core.events import Checkpoint, Diverged, Evaluation, EvaluationAborted, EvaluationSpan, Event, StepTerms
from vae_core.model.vae import build_model
from vae_core.report import Report
from vae_core.training.state import load_weights
from vae_core.training.train import OPTIMIZERS, train

T = TypeVar("T")
STEPS, CUT = 60, 37  # 23 steps an epoch: the cut is within the second


def _fingerprint(checkpoint: Checkpoint) -> str:
    return sha256(
        b"".join(name.encode() + value.tobytes() for name, value in sorted(checkpoint.arrays.items()))
    ).hexdigest()


def _columns(events: Iterable[Event]) -> dict[str, np.ndarray]:
    blocks = [vars(event) for event in events if isinstance(event, StepTerms)]
    return {
        name: np.concatenate([block[name] for block in blocks]) for name in ("step", "reconstruction", "kl", "loss")
    }


def _last(kind: type[T], events: Iterable[Event]) -> T:
    return [event for event in events if isinstance(event, kind)][-1]


EVERYTHING = [
    *({"optimizer": name} for name in OPTIMIZERS),
    {"dequantize": True, "likelihood": "continuous_bernoulli"},
    {"likelihood": "gaussian", "scale": "shared"},
    {"likelihood": "gaussian", "scale": "optimal"},
    {"objective": "dreg", "mc_samples": 2},
    {"objective": "beta_tcvae", "beta": 4, "beta_schedule": "cyclical", "warmup_steps": 5, "cycle_steps": 9},
    {"model": "ae", "architecture": "conv", "output_bias": "data_mean"},
]


@pytest.mark.parametrize("changes", EVERYTHING)
def test_a_resumed_run_ends_with_the_bits_of_one_that_never_stopped(
    small: Callable[..., TrainConfig], digits: Dataset, tmp_path: Path, changes: Any
) -> None:
    config = small(max_steps=STEPS, checkpoint_every=CUT, evaluate_every=20, picture_every=STEPS, **changes)
    whole = list(train(config, digits))
    cut, end = (event for event in whole if isinstance(event, Checkpoint))
    assert (cut.step, end.step) == (CUT, STEPS)

    kept = Checkpoints(tmp_path, config.identity)
    kept.save(cut)
    resumed = list(train(config, digits, resume=kept.newest()))
    assert _fingerprint(_last(Checkpoint, resumed)) == _fingerprint(end)
    assert _last(Evaluation, resumed).reconstruction == _last(Evaluation, whole).reconstruction
    if config.model == "vae":
        before, after = _columns(whole), _columns(resumed)
        assert after["step"].tolist() == list(range(CUT + 1, STEPS + 1))
        assert all(np.array_equal(before[name][CUT:], after[name]) for name in before)


def test_asking_after_a_block_gives_a_checkpoint_of_its_last_step(
    small: Callable[..., TrainConfig], digits: Dataset
) -> None:
    config = small(max_steps=200, evaluate_every=200, picture_every=200)
    events = train(config, digits)
    event = next(event for event in events if isinstance(event, StepTerms) and event.step[-1] > 5)
    answer = events.send(True)
    assert isinstance(answer, Checkpoint)
    assert answer.step == event.step[-1] < 200
    whole, resumed = (_columns(train(config, digits, resume=start)) for start in (None, answer))
    assert np.array_equal(whole["loss"][answer.step :], resumed["loss"])


@pytest.mark.parametrize("step", [0, 20, STEPS])
def test_a_look_that_is_broken_off_is_done_again_after_a_resume(
    small: Callable[..., TrainConfig], digits: Dataset, step: Any
) -> None:
    config = small(max_steps=STEPS, evaluate_every=20, picture_every=20, likelihood="gaussian", scale="optimal")
    events = train(config, digits)
    while next(events) != EvaluationSpan(step):
        pass
    cut = events.throw(EvaluationAborted())
    assert isinstance(cut, Checkpoint)
    assert (cut.step, cut.evaluated) == (step, False)
    whole, resumed = (list(train(config, digits, resume=start)) for start in (None, cut))
    evaluations, again = ([event for event in run if isinstance(event, Evaluation)] for run in (whole, resumed))
    assert [event.step for event in again] == list(range(step, STEPS + 1, 20))
    assert [event.elbo for event in again] == [event.elbo for event in evaluations if event.step >= step]
    assert _fingerprint(_last(Checkpoint, resumed)) == _fingerprint(_last(Checkpoint, whole))


def test_training_goes_on_after_a_look_that_was_broken_off(small: Callable[..., TrainConfig], digits: Dataset) -> None:
    config = small(max_steps=STEPS, evaluate_every=20, picture_every=STEPS, examine=False)
    events = train(config, digits)
    while next(events) != EvaluationSpan(20):
        pass
    events.throw(EvaluationAborted())
    assert _fingerprint(_last(Checkpoint, events)) == _fingerprint(_last(Checkpoint, train(config, digits)))


def test_the_examination_of_a_finished_model_can_be_made_up_for(
    small: Callable[..., TrainConfig], digits: Dataset
) -> None:
    config = small(max_steps=STEPS, examine=True)
    events = train(config, digits)
    looks = [event for event in events if isinstance(event, EvaluationSpan) and event.step == STEPS and not event.over]
    assert len(looks) == 2  # at the held-out images, and the examination
    events = train(config, digits)
    for _ in range(2):
        while next(events) != looks[0]:
            pass
    cut = events.throw(EvaluationAborted())
    assert isinstance(cut, Checkpoint)
    assert cut.step == STEPS
    assert not any(isinstance(event, Report) for event in events)
    assert isinstance(_last(Report, train(config, digits, resume=cut)), Report)


def test_a_finished_run_can_be_extended_as_if_it_had_always_been_longer(
    small: Callable[..., TrainConfig], digits: Dataset
) -> None:
    short, long = (small(max_steps=steps, examine=False) for steps in (30, STEPS))
    resumed = list(train(long, digits, resume=_last(Checkpoint, train(short, digits))))
    assert _fingerprint(_last(Checkpoint, resumed)) == _fingerprint(_last(Checkpoint, train(long, digits)))
    assert short.identity == long.identity != small(beta=2).identity


def test_a_run_that_diverges_leaves_the_checkpoint_before(small: Callable[..., TrainConfig], digits: Dataset) -> None:
    config = small(learning_rate=10, likelihood="gaussian", sigma=0.001, optimizer="sgd", checkpoint_every=1)
    events = list(train(config, digits))
    assert isinstance(events[-1], Diverged)
    saved = [event.step for event in events if isinstance(event, Checkpoint)]
    assert saved == list(range(1, events[-1].step))


def test_weights_alone_fit_a_model_of_another_loss(small: Callable[..., TrainConfig], digits: Dataset) -> None:
    trained = _last(Checkpoint, train(small(), digits))
    model = build_model(small(likelihood="gaussian", scale="shared"), FACTS["digits"], seed=9)
    load_weights(trained, model)
    weights = model.state_dict()
    assert torch.equal(weights["encoder.0.weight"], torch.from_numpy(trained.arrays["model.encoder.0.weight"]))
    wider = build_model(small(likelihood="gaussian", scale="per_pixel"), FACTS["digits"], seed=9)
    last = wider.decoder[-1].get_parameter("weight").clone()
    load_weights(trained, wider)
    assert torch.equal(wider.state_dict()["decoder.0.weight"], weights["decoder.0.weight"])
    assert torch.equal(wider.decoder[-1].get_parameter("weight"), last)  # has another shape: stays as it was
