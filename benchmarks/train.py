"""What training and recording cost over a loop written by hand: `python benchmarks/train.py`.

Ours includes a real `Recorder` that writes every step into a SQLite file. Both train the same 784-400-20 network on
MNIST-sized images, in one process and in turns, so that whatever else the machine does hits both alike. The ratio is
the median over the rounds of ours / bare in that round.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from app.database import Database
from app.recorder import Recorder
from app.store import attempts, runs
from vae_core.config import MAX_TOTAL_STEPS, TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.datasets.registry import Dataset, Split
from vae_core.events import StepTerms
from vae_core.training import train

HIDDEN, LATENT, BATCH = 400, 20, 128
SAME = {"dataset": "mnist", "hidden": (HIDDEN,), "latent_dim": LATENT, "batch_size": BATCH}
ROUNDS, STEPS = 25, 40  # steps of each in a round
LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "bernoulli": lambda outputs, x: F.binary_cross_entropy_with_logits(outputs, x, reduction="sum"),
    "gaussian": lambda outputs, x: F.mse_loss(outputs, x, reduction="sum"),
}


def bare(likelihood: str, images: np.ndarray) -> Iterator[None]:
    """The loop that one would write: float batches cut beforehand, nothing kept. One step for every `next`."""
    encode = nn.Sequential(nn.Linear(784, HIDDEN), nn.ReLU())
    to_mu, to_log_variance = nn.Linear(HIDDEN, LATENT), nn.Linear(HIDDEN, LATENT)
    decode = nn.Sequential(nn.Linear(LATENT, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 784))
    modules = nn.ModuleList([encode, to_mu, to_log_variance, decode])
    optimizer = torch.optim.Adam(modules.parameters(), lr=1e-3, fused=True)
    batches = (torch.from_numpy(images[: 100 * BATCH]).flatten(1) / 255).split(BATCH)
    while True:
        for x in batches:
            optimizer.zero_grad()
            hidden = encode(x)
            mu, log_variance = to_mu(hidden), to_log_variance(hidden)
            z = mu + torch.exp(0.5 * log_variance) * torch.randn_like(mu)
            kl = -0.5 * torch.sum(1 + log_variance - mu.pow(2) - log_variance.exp())
            loss = LOSSES[likelihood](decode(z), x) + kl
            loss.backward()
            optimizer.step()
            yield


def ours(config: TrainConfig, data: Dataset, database: Database) -> Iterator[int]:
    """The steps of each block that `train` yields, once the recorder has taken it."""
    with database.write() as session:
        run = attempts.claim(session, runs.create(session, config))
    with Recorder(database, run.id, run.attempt) as recorder:
        for event in train(config, data):
            recorder.record(event)
            if isinstance(event, StepTerms):
                yield len(event.step)


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
    facts, generator = FACTS["mnist"], np.random.default_rng(0)
    images, held_out = (generator.integers(0, 256, (n, 28, 28), dtype=np.uint8) for n in (facts.train, facts.test))
    data = Dataset(facts, Split(images, np.zeros(len(images), np.uint8)), Split(held_out, np.zeros(1, np.uint8)))
    print(f"{'likelihood':<12}{'threads':>8}{'bare ms/step':>14}{'ours ms/step':>14}{'ratio':>8}")
    for threads in (1, 2):
        torch.set_num_threads(threads)
        for likelihood in LOSSES:
            config = TrainConfig(**SAME, likelihood=likelihood, max_steps=MAX_TOTAL_STEPS, device="cpu")
            with TemporaryDirectory() as folder:
                database = Database(f"sqlite:///{Path(folder) / 'benchmark.sqlite'}")
                database.create_tables()
                mine = ours(config, data, database)
                rounds = list(in_turns(mine, bare(likelihood, images)))
                mine.close()
                database.close()
            bare_ms, ours_ms = (median(column) for column in zip(*rounds, strict=True))
            ratio = median(mine / theirs for theirs, mine in rounds)
            print(f"{likelihood:<12}{threads:>8}{bare_ms:>14.2f}{ours_ms:>14.2f}{ratio:>8.3f}")


if __name__ == "__main__":
    main()
