"""Training, as a generator of events: it opens no database and has no run. To stop it, stop iterating.

B is the batch, D the pixels of an image, Z the latent dimensions, L the Monte-Carlo samples.
"""

from collections.abc import Callable, Generator, Iterator
from functools import partial
from itertools import chain, count
from math import isfinite
from time import perf_counter

import numpy as np
import torch
from torch import Tensor, nn, optim

from vae_core.config.errors import ConfigError
from vae_core.config.schedules import beta_at, due
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import WHITE
from vae_core.datasets.registry import Dataset
from vae_core.evaluation.examine import examine
from vae_core.evaluation.heldout import evaluate
from vae_core.evaluation.scale import freeze_scale
from vae_core.events import Checkpoint, Diverged, EvaluationAborted, EvaluationSpan, Event, Pictures
from vae_core.model.likelihoods.pixels import flipped, to_unit
from vae_core.model.objectives import choose_objective
from vae_core.model.vae import VAE, build_model
from vae_core.training.buffer import TermBuffer, VitalsBuffer, until_divergence
from vae_core.training.devices import choose_device, memory_gauge
from vae_core.training.pictures import COUNT, draw_held_out, draw_pictures, to_pixels
from vae_core.training.state import capture, restore

OPTIMIZERS: dict[str, Callable[..., optim.Optimizer]] = {  # each in the fastest form that torch has
    "adam": partial(optim.Adam, fused=True),
    "adamw": partial(optim.AdamW, fused=True),
    "rmsprop": partial(optim.RMSprop, foreach=True),
    "adagrad": partial(optim.Adagrad, fused=True),
    "sgd": partial(optim.SGD, fused=True),
}


def train(
    config: TrainConfig, data: Dataset, *, model: VAE | None = None, resume: Checkpoint | None = None
) -> Generator[Event, bool | None, None]:
    """Train a new model, or the one given, under `config`, and yield its events in the order of steps.

    First the inputs of all later pictures, an `Evaluation` and `Pictures` of step 0, before any training; then every
    step once, in blocks of `StepTerms`, each after the `Vitals` of its steps if it has any; evaluations, pictures and
    checkpoints at their intervals and at the end; then, with `examine`, more `Pictures`, the `Scores` and a `Report` of
    the finished model. A loss that is not finite ends the run with `Diverged`, after the block that ends with that
    step, or the evaluation. A caller that sends True in answer to a block gets a `Checkpoint` of its last step next,
    and so does a caller that throws `EvaluationAborted` into an `EvaluationSpan`. With a checkpoint to `resume` from,
    the first event belongs to the step after it, or is the evaluation of its own step if that is missing.

    The same configuration and data give the same terms on the CPU. Weights, data order and noise depend on the seed
    and the shapes only, so runs with another likelihood share them. Raises `ConfigError` for a missing GPU, for images
    that are not bytes, and for data that were binarised in another way than `config.binarize`.
    """
    _check_pixels(config, data)

    # 1. Everything random follows from the seed, in four streams that do not touch torch's global generators.
    device = choose_device(config.device)
    _, order_seed, noise_seed, pixel_seed = _seeds(config)
    noise = torch.Generator(device).manual_seed(noise_seed)
    pixel_noise = torch.Generator(device).manual_seed(pixel_seed)

    # 2. The data moves to the device once, as bytes; the model and its optimiser follow.
    splits = (data.train.images, data.test.images)
    train_images, test_images = (torch.from_numpy(images).flatten(1).to(device) for images in splits)  # [N, D] uint8
    model = (model or new_model(config, data)).to(device)
    parameters = list(model.parameters())
    optimizer = OPTIMIZERS[config.optimizer](parameters, lr=config.learning_rate, weight_decay=config.weight_decay)
    objective = choose_objective(config, len(train_images))
    generators = {"noise": noise, "grain": pixel_noise}  # the names under which checkpoints keep their states
    done, before, evaluated = 0, 0.0, False
    if resume:
        restore(resume, model, optimizer, generators)
        done, before, evaluated = resume.step, resume.seconds, resume.evaluated
    buffer, vitals = TermBuffer(config, done), VitalsBuffer(config, optimizer, memory_gauge(device))
    started = perf_counter() - before

    def save(step: int, *, evaluated: bool) -> Checkpoint:
        return capture(step, perf_counter() - started, model, optimizer, generators, evaluated=evaluated)

    # 3. At intervals the model is evaluated. No later step depends on that, so it may be interrupted.
    inputs, shape = to_unit(test_images[:COUNT]), (data.facts.height, data.facts.width)

    def view(step: int) -> Iterator[Event]:
        epoch, seconds = step / config.steps_per_epoch, perf_counter() - started if step else 0.0
        if step == 0:
            yield Pictures(0, "inputs", to_pixels(inputs, shape))
        freeze_scale(model, train_images, dequantize=config.dequantize)
        if due(config, step, config.picture_interval):
            yield from draw_pictures(model, inputs, shape, step)
        if due(config, step, config.evaluation_interval):
            held_out = partial(evaluate, model, test_images, dequantize=config.dequantize)
            evaluation = held_out(step=step, epoch=epoch, seconds=seconds)
            yield evaluation
            if not isfinite(evaluation.reconstruction + (evaluation.kl or 0)):
                yield Diverged(step, "held-out loss")

    def report(step: int) -> Iterator[Event]:
        yield from draw_held_out(model, test_images, shape, step, dequantize=config.dequantize)
        yield from examine(model, data, (train_images, test_images), dequantize=config.dequantize, step=step)

    def interruptible(step: int, events: Iterator[Event]) -> Generator[Event, bool | None, Event]:
        """Returns the last event: the end of the span, `Diverged`, or the checkpoint of an interruption."""
        event: Event
        try:
            for event in chain([EvaluationSpan(step)], events, [EvaluationSpan(step, over=True)]):
                yield event
                if isinstance(event, Diverged):
                    break
        except EvaluationAborted:
            event = save(step, evaluated=False)
            yield event
        model.train()
        return event

    if not evaluated:
        last: Event | None = yield from interruptible(done, view(done))
        if isinstance(last, Diverged):
            return
        if done and isinstance(last, EvaluationSpan):
            yield save(done, evaluated=True)

    dynamic = config.binarize == "dynamic"
    order = batches(len(train_images), config.batch_size, order_seed, device, skip=done)
    for step, batch in zip(range(done + 1, config.total_steps + 1), order, strict=False):
        # 4. One update. Nothing here waits for the device: no number is copied from it.
        levels = train_images.index_select(0, batch)  # [B, D] uint8
        x = flipped(levels, pixel_noise) if dynamic else to_unit(levels, pixel_noise if config.dequantize else None)
        epsilon = torch.randn((config.samples, len(x), config.latent_dim), generator=noise, device=device)
        beta = beta_at(config, step)
        terms = objective(model, x, epsilon, beta)
        optimizer.zero_grad()
        terms.loss.backward()  # type: ignore[no-untyped-call]
        vitals.take(step)
        if config.grad_clip is not None:
            nn.utils.clip_grad_norm_(parameters, config.grad_clip)
        optimizer.step()
        seconds = perf_counter() - started
        buffer.append(terms, beta, seconds)

        # 5. At intervals the terms of several steps are fetched in one transfer: a sync point on a GPU.
        evaluating = any(due(config, step, every) for every in (config.picture_interval, config.evaluation_interval))
        saving = due(config, step, config.checkpoint_interval)
        if not (evaluating or saving or buffer.due(seconds)):
            continue
        block, diverged = until_divergence(buffer.fetch())
        yield from vitals.fetch(int(block.step[-1]))
        requested = yield block
        if diverged:
            yield diverged
            return

        # 6. The held-out view of the weights after this step, and a checkpoint. A requested one does not wait for it.
        if requested:
            yield save(step, evaluated=not evaluating)
        last = (yield from interruptible(step, view(step))) if evaluating else None
        if isinstance(last, Diverged):
            return
        if saving and not requested and not isinstance(last, Checkpoint):
            yield save(step, evaluated=True)

    # 7. The finished model is examined more closely.
    if config.examine:
        yield from interruptible(config.total_steps, report(config.total_steps))


def new_model(config: TrainConfig, data: Dataset) -> VAE:
    """The model that `train` begins with: its weights follow from the seed, and its last bias from `output_bias`."""
    model = build_model(config, data.facts, _seeds(config)[0])
    if config.output_bias == "data_mean":
        images = data.train.images
        model.start_at(torch.from_numpy(images.reshape(len(images), -1).mean(0) / WHITE).float())
    return model


def _check_pixels(config: TrainConfig, data: Dataset) -> None:
    for split in (data.train, data.test):
        if split.images.dtype != np.uint8:
            message = f"dataset must hold 8-bit pixels from 0 to 255, not {split.images.dtype}: scale and round them"
            raise ConfigError("dataset", message, 255)
    if data.binarize != config.binarize:
        raise ConfigError("binarize", f"binarize is {config.binarize}, but the data were loaded with {data.binarize}")


def _seeds(config: TrainConfig) -> list[int]:
    """Seeds of the weights, the data order, the noise of codes, and the noise of pixels."""
    return np.random.SeedSequence(config.seed).generate_state(4).tolist()  # type: ignore[no-any-return]


def batches(n: int, size: int, seed: int, device: torch.device, skip: int = 0) -> Iterator[Tensor]:
    """Indices of endless minibatches after the first `skip`: every epoch has a permutation of n of its own.

    An epoch's order follows from the seed and its number alone, so that no checkpoint has to keep it. Its last batch
    may be smaller.
    """
    per_epoch = -(-n // size)
    for epoch in count(skip // per_epoch):
        mixed = np.random.SeedSequence((seed, epoch)).generate_state(1).item()
        order = torch.randperm(n, generator=torch.Generator().manual_seed(mixed))  # on the CPU: the same everywhere
        yield from torch.split(order.to(device), size)[skip % per_epoch :]
        skip = 0
