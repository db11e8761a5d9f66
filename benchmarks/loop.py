"""A loop written by hand, and the same work with a peer beside it: `python benchmarks/loop.py PEER`, prints JSON.

Runs in the peer's own environment, so it needs torch and that package alone. A 784-400-20 network with a Bernoulli
decoder on MNIST-sized images of noise, on one thread. The loops take turns in one process; who begins alternates.
"""

import json
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator
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
STEPS, ROUNDS = 200, 15  # steps of each in a round: what is written late still falls into its own turn
TERMS = ("reconstruction", "kl", "elbo", "loss")

Log = Callable[[int, dict[str, float]], object]
Turn = Callable[[], object]  # STEPS steps


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


def steps(x: Tensor, log: Log | None) -> Iterator[None]:
    """Train, one step for every `next`; with `log`, four numbers of each step go to it."""
    encode, decode = Encoder(), decoder()
    optimizer = torch.optim.Adam([*encode.parameters(), *decode.parameters()], lr=1e-3, fused=True)
    batches, step = x.flatten(1).split(BATCH), 0
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
            yield


def by_hand(log: Log | None = None) -> Turn:
    """A turn of the loop."""
    going = steps(images(100 * BATCH), log)
    return lambda: [next(going) for _ in range(STEPS)]


def tensorboard(folder: Path) -> Turn:
    """SummaryWriter, one `add_scalar` a number."""
    from torch.utils.tensorboard import SummaryWriter

    writer = SummaryWriter(str(folder))
    return by_hand(lambda step, terms: [writer.add_scalar(name, value, step) for name, value in terms.items()])


def mlflow(folder: Path) -> Turn:
    """`log_metrics` into SQLite."""
    import mlflow

    mlflow.set_tracking_uri(f"sqlite:///{folder / 'mlflow.sqlite'}")
    mlflow.start_run()
    return by_hand(lambda step, terms: mlflow.log_metrics(terms, step=step))


def trackio(folder: Path) -> Turn:
    """`log`, without a dashboard."""
    os.environ |= {"TRACKIO_DIR": str(folder), "HF_HUB_OFFLINE": "1"}
    import trackio

    trackio.init(project="benchmark", embed=False)
    return by_hand(lambda step, terms: trackio.log(terms, step=step))


def loader(_folder: Path) -> Turn:
    """What pytorch/examples does: a shuffling `DataLoader`, and the loss read at every step."""
    data = torch.utils.data.TensorDataset(images(STEPS * BATCH))
    batches = torch.utils.data.DataLoader(data, BATCH, shuffle=True)

    def shuffled() -> Iterator[None]:
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
                yield

    going = shuffled()
    return lambda: [next(going) for _ in range(STEPS)]


def pythae(folder: Path) -> Turn:
    """Its trainer's epoch over as many batches, with our network."""
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
    data = images(STEPS * BATCH)
    trainer = BaseTrainer(
        VAE(config, encoder=TheirEncoder(), decoder=TheirDecoder()),
        train_dataset=BaseDataset(data, torch.zeros(len(data))),
        training_config=BaseTrainerConfig(
            output_dir=str(folder), num_epochs=1, learning_rate=1e-3, per_device_train_batch_size=BATCH, no_cuda=True
        ),
    )
    trainer.prepare_training()
    return partial(trainer.train_step, 1)


PEERS: dict[str, Callable[[Path], Turn]] = {
    peer.__name__: peer for peer in (tensorboard, mlflow, trackio, loader, pythae)
}


def compare(mine: Turn, theirs: Turn) -> dict[str, float]:
    """Milliseconds a step of both, and the median over the rounds of theirs / mine in that round."""
    rounds = []
    for number in range(ROUNDS + 1):
        turns = {"mine": mine, "theirs": theirs}
        names = list(turns) if number % 2 else list(turns)[::-1]
        rounds.append({name: _milliseconds(turns[name]) for name in names})
    rounds = rounds[1:]  # the first warms up
    told = {name: median(round_[name] for round_ in rounds) for name in ("mine", "theirs")}
    return told | {"ratio": median(round_["theirs"] / round_["mine"] for round_ in rounds)}


def _milliseconds(turn: Turn) -> float:
    started = perf_counter()
    turn()
    return 1000 * (perf_counter() - started) / STEPS


def main() -> None:
    """Print what the peer costs."""
    warnings.simplefilter("ignore")
    logging.disable(logging.INFO)
    torch.set_num_threads(1)
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.chdir(folder)
        told = compare(by_hand(), PEERS[sys.argv[1]](Path(folder)))
        print("\n" + json.dumps(told), flush=True)
        os._exit(0)  # some peers leave threads that never end


if __name__ == "__main__":
    main()
