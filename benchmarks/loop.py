"""A loop written by hand, and the same work with a peer beside it: `python benchmarks/loop.py PEER`, prints JSON.

Runs in the peer's own environment, so it needs torch and that package alone. A 784-400-20 network with a Bernoulli
decoder on MNIST-sized images of noise, on one thread.

A machine's pace drifts by some percent within seconds, so the turns that are compared are short and neighbours. What
logs is switched on and off in one and the same loop: two loops differ by a percent, for where their weights lie.
"""

import json
import logging
import os
import sys
import warnings
from collections.abc import Callable, Generator, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

HIDDEN, LATENT, BATCH = 400, 20, 128
EPOCH = 100  # batches
LEAD, STEPS = 40, 60  # of a turn: the first are not timed, since what the turn before has left is written meanwhile
TERMS = ("reconstruction", "kl", "elbo", "loss")

Log = Callable[[int, dict[str, float]], object]
Advance = Callable[[bool], int]  # some steps of a loop, with the extra work or without; returns how many


class Encoder(nn.Module):
    """Pixels to the mean and log variance of q(z|x)."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(784, HIDDEN)
        self.mu, self.log_variance = nn.Linear(HIDDEN, LATENT), nn.Linear(HIDDEN, LATENT)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        hidden = F.relu(self.hidden(x.flatten(1)))
        return self.mu(hidden), self.log_variance(hidden)


def decoder() -> nn.Sequential:
    """Latent code to logits."""
    return nn.Sequential(nn.Linear(LATENT, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 784))


def images(count: int) -> Tensor:
    """Grey images, [N, 1, 28, 28] in [0, 1]."""
    return torch.rand(count, 1, 28, 28, generator=torch.Generator().manual_seed(0))


def steps(x: Tensor) -> Generator[None, Log | None, None]:
    """Train, one step for every `send`; with a log, four numbers of the step go to it."""
    encode, decode = Encoder(), decoder()
    optimizer = torch.optim.Adam([*encode.parameters(), *decode.parameters()], lr=1e-3, fused=True)
    batches, step = x.flatten(1).split(BATCH), 0
    log = yield
    while True:
        for batch in batches:
            step += 1
            optimizer.zero_grad()
            mu, log_variance = encode(batch)
            z = mu + torch.exp(0.5 * log_variance) * torch.randn_like(mu)
            reconstruction = F.binary_cross_entropy_with_logits(decode(z), batch, reduction="sum") / len(batch)
            kl = -0.5 * torch.sum(1 + log_variance - mu.square() - log_variance.exp()) / len(batch)
            loss = reconstruction + kl
            loss.backward()
            optimizer.step()
            if log:
                r, k = reconstruction.item(), kl.item()
                log(step, dict(zip(TERMS, (r, k, -(r + k), r + k), strict=True)))
            log = yield


def by_hand(log: Log | None = None) -> Advance:
    """One step of the loop."""
    going = steps(images(EPOCH * BATCH))
    next(going)

    def advance(on: bool) -> int:
        going.send(log if on else None)
        return 1

    return advance


def tensorboard(folder: Path) -> Advance:
    """SummaryWriter, one `add_scalar` a number."""
    from torch.utils.tensorboard import SummaryWriter

    writer = SummaryWriter(str(folder))
    return by_hand(lambda step, terms: [writer.add_scalar(name, value, step) for name, value in terms.items()])


def mlflow(folder: Path) -> Advance:
    """`log_metrics` into SQLite."""
    import mlflow

    mlflow.set_tracking_uri(f"sqlite:///{folder / 'mlflow.sqlite'}")
    mlflow.start_run()
    return by_hand(lambda step, terms: mlflow.log_metrics(terms, step=step))


def trackio(folder: Path) -> Advance:
    """`log`, without a dashboard."""
    os.environ |= {"TRACKIO_DIR": str(folder), "HF_HUB_OFFLINE": "1"}
    import trackio

    trackio.init(project="benchmark", embed=False)
    return by_hand(lambda step, terms: trackio.log(terms, step=step))


def loader(_folder: Path) -> Advance:
    """What pytorch/examples does: a shuffling `DataLoader`, and the loss read at every step."""
    data = torch.utils.data.TensorDataset(images(EPOCH * BATCH))
    batches = torch.utils.data.DataLoader(data, BATCH, shuffle=True)

    def shuffled() -> Iterator[int]:
        encode, decode = Encoder(), decoder()
        optimizer = torch.optim.Adam([*encode.parameters(), *decode.parameters()], lr=1e-3)
        total = 0.0
        while True:
            for (batch,) in batches:
                optimizer.zero_grad()
                mu, log_variance = encode(batch)
                z = mu + torch.exp(0.5 * log_variance) * torch.randn_like(mu)
                outputs = torch.sigmoid(decode(z))
                loss = F.binary_cross_entropy(outputs, batch.flatten(1), reduction="sum")
                loss = loss - 0.5 * torch.sum(1 + log_variance - mu.square() - log_variance.exp())
                loss.backward()
                total += loss.item()
                optimizer.step()
                yield 1

    return beside(shuffled())


def pythae(folder: Path) -> Advance:
    """Its trainer's epochs, with our network."""
    from pythae.data.datasets import BaseDataset
    from pythae.models import VAE, VAEConfig
    from pythae.models.base.base_utils import ModelOutput
    from pythae.models.nn import BaseDecoder, BaseEncoder
    from pythae.trainers import BaseTrainer, BaseTrainerConfig

    class TheirEncoder(BaseEncoder):
        def __init__(self) -> None:
            super().__init__()
            self.network = Encoder()

        def forward(self, x: Tensor) -> Any:
            mu, log_variance = self.network(x)
            return ModelOutput(embedding=mu, log_covariance=log_variance)

    class TheirDecoder(BaseDecoder):
        def __init__(self) -> None:
            super().__init__()
            self.network = decoder()

        def forward(self, z: Tensor) -> Any:
            return ModelOutput(reconstruction=torch.sigmoid(self.network(z)).reshape(-1, 1, 28, 28))

    config = VAEConfig(input_dim=(1, 28, 28), latent_dim=LATENT, reconstruction_loss="bce")
    data = images(EPOCH * BATCH)
    trainer = BaseTrainer(
        VAE(config, encoder=TheirEncoder(), decoder=TheirDecoder()),
        train_dataset=BaseDataset(data, torch.zeros(len(data))),
        training_config=BaseTrainerConfig(
            output_dir=str(folder), num_epochs=1, learning_rate=1e-3, per_device_train_batch_size=BATCH, no_cuda=True
        ),
    )
    trainer.prepare_training()
    return beside(EPOCH for _ in iter(partial(trainer.train_step, 1), None))


def beside(theirs: Iterator[int]) -> Advance:
    """Their loop or, without it, ours; they yield the steps that they have done."""
    mine = by_hand()
    return lambda on: next(theirs) if on else mine(False)


PEERS: dict[str, tuple[Callable[[Path], Advance], int]] = {  # and rounds: the nearer to 1, the more
    "tensorboard": (tensorboard, 60),
    "mlflow": (mlflow, 20),
    "trackio": (trackio, 150),
    "loader": (loader, 20),
    "pythae": (pythae, 20),
}


def compare(advance: Advance, rounds: int) -> dict[str, float]:
    """Milliseconds a step without and with the extra work, the median over the rounds of with / without in that round,
    and the bounds of its 95 % interval, which are two of those ratios (the sign test's).
    """
    taken = []
    for number in range(rounds):
        order = (False, True) if number % 2 else (True, False)
        taken.append({on: _turn(advance, on) for on in order})
    ratios = sorted(turn[True] / turn[False] for turn in taken)
    bound = int(rounds / 2 - 0.98 * rounds**0.5)
    result = {"ratio": median(ratios), "low": ratios[bound], "high": ratios[-1 - bound]}
    return result | {name: median(turn[on] for turn in taken) for name, on in (("without", False), ("with", True))}


def _turn(advance: Advance, on: bool) -> float:
    _several(advance, on, LEAD)
    started = perf_counter()
    done = _several(advance, on, STEPS)
    return 1000 * (perf_counter() - started) / done


def _several(advance: Advance, on: bool, steps: int) -> int:
    done = 0
    while done < steps:
        done += advance(on)
    return done


def main() -> None:
    """Print what the peer costs."""
    warnings.simplefilter("ignore")
    logging.disable(logging.INFO)
    torch.set_num_threads(1)
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.chdir(folder)
        peer, rounds = PEERS[sys.argv[1]]
        result = compare(peer(Path(folder)), rounds)
        print("\n" + json.dumps(result), flush=True)
        os._exit(0)  # some peers leave threads that never end


if __name__ == "__main__":
    main()
