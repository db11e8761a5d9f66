"""What training and recording cost over a loop written by hand: `python benchmarks/train.py`.

Ours includes a real `Recorder` that writes every step into a SQLite file. Both train the same 784-400-20 network on
MNIST-sized images, in one process and in turns, so that whatever else the machine does hits both alike. The ratio is
the median over the rounds of ours / bare in that round.
"""

from collections.abc import Callable, Iterator
from math import log
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from app.database.engine import Database
from app.store import attempts, runs
from app.worker.recorder import Recorder
from vae_core.config.limits import MAX_TOTAL_STEPS
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.datasets.registry import Dataset, Split
from vae_core.events import StepTerms
from vae_core.training.train import train

HIDDEN, LATENT, BATCH = 400, 20, 128
SAME = {"dataset": "mnist", "hidden": (HIDDEN,), "latent_dim": LATENT, "batch_size": BATCH, "device": "cpu"}
ROUNDS, STEPS = 25, 40  # steps of each in a round

Loss = Callable[[Tensor, Tensor, Tensor], Tensor]  # of the decoder's outputs, the pixels and a learned log scale


def bernoulli(outputs: Tensor, x: Tensor, _: Tensor) -> Tensor:
    """The summed cross-entropy."""
    return F.binary_cross_entropy_with_logits(outputs, x, reduction="sum")


def continuous_bernoulli(outputs: Tensor, x: Tensor, _: Tensor) -> Tensor:
    """The cross-entropy less log η / tanh(η/2), with a series near 0."""
    near = outputs.abs() < 0.5
    a = torch.where(near, 0.5, outputs.abs())
    far = torch.log(a) + torch.log1p(torch.exp(-a)) - torch.log(-torch.expm1(-a))
    squared = torch.where(near, outputs, 0).square()
    series = log(2) + squared * (1 / 12 - squared * (7 / 1440 - squared * (31 / 90720 - squared * 127 / 4838400)))
    return F.binary_cross_entropy_with_logits(outputs, x, reduction="sum") - torch.where(near, series, far).sum()


def gaussian(outputs: Tensor, x: Tensor, _: Tensor) -> Tensor:
    """The sum of squares."""
    return F.mse_loss(outputs, x, reduction="sum")


def shared(outputs: Tensor, x: Tensor, log_scale: Tensor) -> Tensor:
    """A Gaussian with one learned width."""
    return F.mse_loss(outputs, x, reduction="sum") * torch.exp(-2 * log_scale) / 2 + x.numel() * log_scale


def optimal(outputs: Tensor, x: Tensor, _: Tensor) -> Tensor:
    """A Gaussian with the best width."""
    return x.numel() / 2 * torch.log(F.mse_loss(outputs, x))


def per_pixel(outputs: Tensor, x: Tensor, _: Tensor) -> Tensor:
    """A Gaussian whose second outputs are log σ, softly kept between −6 and 0."""
    loc, raw = outputs.chunk(2, -1)
    log_sigma = -6 + F.softplus(6 - F.softplus(-raw))
    return (0.5 * ((x - loc) * torch.exp(-log_sigma)).square() + log_sigma).sum()


def laplace(outputs: Tensor, x: Tensor, _: Tensor) -> Tensor:
    """The sum of absolute errors."""
    return F.l1_loss(outputs, x, reduction="sum")


def discretized_logistic(outputs: Tensor, x: Tensor, log_scale: Tensor) -> Tensor:
    """−log of a difference of two sigmoids, as three factors, the outer bins open."""
    inverse = torch.exp(-log_scale)
    upper = torch.where(x == 1, 0, F.softplus((outputs - x - 1 / 510) * inverse))
    lower = torch.where(x == 0, 0, F.softplus((x - 1 / 510 - outputs) * inverse))
    inside = torch.log(-torch.expm1(-inverse / 255)) * ((x > 0) & (x < 1))
    return (upper + lower - inside).sum()


LOSSES: tuple[tuple[Loss, dict[str, Any]], ...] = (  # what one would write, and what our run is configured with
    (bernoulli, {}),
    (continuous_bernoulli, {"dequantize": True}),
    (gaussian, {}),
    (shared, {"likelihood": "gaussian", "scale": "shared"}),
    (optimal, {"likelihood": "gaussian", "scale": "optimal"}),
    (per_pixel, {"likelihood": "gaussian", "scale": "per_pixel"}),
    (laplace, {}),
    (discretized_logistic, {"scale": "shared"}),
)


def bare(loss: Loss, images: np.ndarray, config: TrainConfig) -> Iterator[None]:
    """The loop that one would write: float batches cut beforehand, nothing kept. One step for every `next`."""
    encode = nn.Sequential(nn.Linear(784, HIDDEN), nn.ReLU())
    to_mu, to_log_variance = nn.Linear(HIDDEN, LATENT), nn.Linear(HIDDEN, LATENT)
    outputs = 784 * (2 if config.scale == "per_pixel" else 1)
    decode = nn.Sequential(nn.Linear(LATENT, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, outputs))
    log_scale = nn.Parameter(torch.tensor(log(config.sigma)))
    parameters = [log_scale, *nn.ModuleList([encode, to_mu, to_log_variance, decode]).parameters()]
    optimizer = torch.optim.Adam(parameters, lr=1e-3, fused=True)
    batches = (torch.from_numpy(images[: 100 * BATCH]).flatten(1) / 255).split(BATCH)
    while True:
        for grey in batches:
            x = (255 * grey + torch.rand_like(grey)) / 256 if config.dequantize else grey
            optimizer.zero_grad()
            hidden = encode(x)
            mu, log_variance = to_mu(hidden), to_log_variance(hidden)
            z = mu + torch.exp(0.5 * log_variance) * torch.randn_like(mu)
            kl = -0.5 * torch.sum(1 + log_variance - mu.pow(2) - log_variance.exp())
            (loss(decode(z), x, log_scale) + kl).backward()
            optimizer.step()
            yield


def ours(config: TrainConfig, data: Dataset, database: Database) -> Iterator[int]:
    """The steps of each block that `train` yields, once the recorder has taken it."""
    with database.write() as session:
        run = attempts.claim(session, runs.create(session, config).id)
    with Recorder(database, run.id, run.attempt) as recorder:
        for event in train(config, data):
            recorder.record(event)
            if isinstance(event, StepTerms):
                yield len(event.step)


def noise(config: TrainConfig) -> Dataset:
    """Images of noise, as many and as large as the data set's."""
    facts, generator = FACTS[config.dataset], np.random.default_rng(0)
    images, held_out = (generator.integers(0, 256, (n, 28, 28), dtype=np.uint8) for n in (facts.train, facts.test))
    return Dataset(facts, Split(images, np.zeros(len(images), np.uint8)), Split(held_out, np.zeros(1, np.uint8)))


def in_turns(mine: Iterator[int], theirs: Iterator[None]) -> Iterator[tuple[float, float]]:
    """Milliseconds a step of both, theirs first, for every round after the first, which warms up.

    Who begins alternates, so that neither always runs on caches that the other has just left.
    """
    one_each = (1 for _ in theirs)
    for round_ in range(ROUNDS + 1):
        if round_ % 2:
            ours_ms, bare_ms = _milliseconds(mine), _milliseconds(one_each)
        else:
            bare_ms, ours_ms = _milliseconds(one_each), _milliseconds(mine)
        if round_:
            yield bare_ms, ours_ms


def _milliseconds(blocks: Iterator[int]) -> float:
    """Time a step over at least `STEPS` of them."""
    steps, started = 0, perf_counter()
    while steps < STEPS:
        steps += next(blocks)
    return 1000 * (perf_counter() - started) / steps


def main() -> None:
    """Print one line for each likelihood and number of threads."""
    data = noise(TrainConfig(**SAME))
    print(f"{'likelihood':<22}{'threads':>8}{'bare ms/step':>14}{'ours ms/step':>14}{'ratio':>8}")
    for threads in (1, 2):
        torch.set_num_threads(threads)
        for loss, changes in LOSSES:
            config = TrainConfig(**{**SAME, "likelihood": loss.__name__, "max_steps": MAX_TOTAL_STEPS, **changes})
            with TemporaryDirectory() as folder:
                database = Database(f"sqlite:///{Path(folder) / 'benchmark.sqlite'}")
                database.create_tables()
                mine = ours(config, data, database)
                rounds = list(in_turns(mine, bare(loss, data.train.images, config)))
                mine.close()
                database.close()
            bare_ms, ours_ms = (median(column) for column in zip(*rounds, strict=True))
            ratio = median(mine / theirs for theirs, mine in rounds)
            print(f"{loss.__name__:<22}{threads:>8}{bare_ms:>14.2f}{ours_ms:>14.2f}{ratio:>8.3f}")


if __name__ == "__main__":
    main()
