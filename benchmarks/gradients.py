"""Is one sample of z enough? The noise of a step's gradient, measured: `python -m benchmarks.gradients`.

Trains a 400-20-400 Bernoulli VAE and stops twice, early and late. At both it prints, in Markdown, the signal-to-noise
ratio ‖E g‖ / √E‖g − E g‖² of the gradient g of −ELBO for every M images and L samples of z, for the encoder's and the
decoder's parameters, and the share of the noise that comes with z rather than with the choice of images.
"""

from argparse import ArgumentParser
from os import environ, pathsep
from pathlib import Path
from tempfile import gettempdir

import torch
from torch import Tensor, optim

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.registry import load
from vae_core.evaluation.gradients import GradientNoise, expected_gradient, gradient_noise
from vae_core.model.elbo import elbo_terms
from vae_core.model.likelihoods.pixels import to_unit
from vae_core.model.vae import VAE, build_model

SAMPLES, BATCHES = (1, 2, 5, 10, 50), (10, 32, 100, 500)
EPOCHS = (1, 10)  # after which to measure
CODES = 20_000  # decoded twice for each cell of the table; more where that would be fewer than
REPEATS = 8  # pairs of steps


def train(model: VAE, optimizer: optim.Optimizer, images: Tensor, generator: torch.Generator) -> None:
    """One epoch with M = 100 and L = 1."""
    for batch in torch.randperm(len(images), generator=generator).split(100):
        noise = torch.randn((1, len(batch), model.latent_dim), generator=generator)
        optimizer.zero_grad()
        elbo_terms(model, to_unit(images[batch]), noise, (1.0, 1.0)).loss.backward()
        optimizer.step()


def measure(model: VAE, images: Tensor, generator: torch.Generator) -> dict[tuple[int, int], dict[str, GradientNoise]]:
    """The noise for every M and L, against one expected gradient."""
    expected = expected_gradient(model, images, samples=2, generator=generator)
    return {
        (batch_size, samples): gradient_noise(
            model,
            images,
            expected,
            batch_size=batch_size,
            samples=samples,
            repeats=max(REPEATS, CODES // (batch_size * samples)),
            generator=generator,
        )
        for batch_size in BATCHES
        for samples in SAMPLES
    }


def show(title: str, cells: list[list[str]]) -> None:
    """A Markdown table with a row for each M and a column for each L."""
    print(f"\n{title}\n\n| | {' | '.join(f'L = {samples}' for samples in SAMPLES)} |")
    print("|---" * (len(SAMPLES) + 1) + "|")
    for batch_size, row in zip(BATCHES, cells, strict=True):
        print(f"| **M = {batch_size}** | {' | '.join(row)} |")


def main() -> None:
    """Train, stop, measure, print."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", default="mnist", help="mnist, fashion-mnist or digits, which needs no download")
    dataset = parser.parse_args().dataset
    folders = [Path(folder) for folder in environ.get("ELBOARD_DATASETS", "").split(pathsep) if folder]
    data = load(dataset, folders=folders, cache=Path(gettempdir()) / "elboard-datasets", on_progress=print)
    images = torch.from_numpy(data.train.images).flatten(1)
    model = build_model(TrainConfig(dataset=dataset), data.facts, seed=0)
    optimizer = optim.Adam(model.parameters(), lr=1e-3)
    generator = torch.Generator().manual_seed(0)

    for epoch in range(1, EPOCHS[-1] + 1):
        train(model, optimizer, images, generator)
        if epoch not in EPOCHS:
            continue
        noises = measure(model, images, generator)
        for part in ("encoder", "decoder"):
            noise = [[noises[batch_size, samples][part] for samples in SAMPLES] for batch_size in BATCHES]
            after = f"{part.capitalize()}, after {epoch} epoch{'s' * (epoch > 1)}"
            show(f"{after}: signal-to-noise", [[f"{cell.snr:.2f}" for cell in row] for row in noise])
            show(f"{after}: share of z in the noise", [[f"{cell.samples_share:.0%}" for cell in row] for row in noise])


if __name__ == "__main__":
    main()
