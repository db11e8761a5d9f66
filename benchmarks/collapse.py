"""How many latent units live, predicted and seen: `python -m benchmarks.collapse`, ten minutes on one core.

Trains VAEs with a linear encoder, a linear decoder and five latent dimensions on MNIST, under losses that let all, some
or none of them live. A unit is alive if its posterior mean varies over the held-out images by more than 0.01. MNIST
comes from where the application has it, or is downloaded.
"""

from typing import Any

import torch

from app.settings import Settings
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.registry import Dataset, load
from vae_core.events import Evaluation
from vae_core.theory.linear import live_units
from vae_core.theory.pixel_statistics import statistics
from vae_core.training.train import train

SAME = {
    "dataset": "mnist", "hidden": (), "latent_dim": 5, "output_bias": "data_mean", "learning_rate": 5e-3,
    "batch_size": 512, "max_steps": 4000, "device": "cpu", "examine": False,
}  # fmt: skip
LOSSES: tuple[tuple[str, dict[str, Any]], ...] = (
    *((f"Bernoulli, β = {beta}", {"beta": beta}) for beta in (15, 28, 36, 50)),
    *((f"Gaussian, σ² = {s:g}", {"likelihood": "gaussian", "sigma": s**0.5}) for s in (1, 3.5, 4.5, 6)),
)


def trained(config: TrainConfig, data: Dataset) -> Evaluation:
    """The held-out view of the trained model."""
    *_, last = (event for event in train(config, data) if isinstance(event, Evaluation))
    return last


def main() -> None:
    """Print the table."""
    torch.set_num_threads(1)
    settings = Settings()
    places = {"folders": settings.datasets, "cache": settings.dataset_cache}
    data = load("mnist", **places)
    pixels = statistics("mnist", "none", **places).train
    print("| loss | predicted | seen | KL of each unit, seen | by theory |\n|---|---|---|---|---|", flush=True)
    right = 0
    for name, loss in LOSSES:
        config = TrainConfig(**{**SAME, **loss})
        predicted, model = live_units(config, pixels), trained(config, data)
        right += predicted == model.active_units
        rates = _listed(sorted(model.kl_per_dim, reverse=True))
        theory = _listed(rates(pixels.spectrum, config.sigma**2, 5)) if config.likelihood == "gaussian" else "—"
        print(f"| {name} | {predicted} | {model.active_units} | {rates} | {theory} |", flush=True)
    print(f"\n{right} of {len(LOSSES)} as predicted.")


def _listed(numbers: Any) -> str:
    return ", ".join(f"{number:.3f}" for number in numbers)


if __name__ == "__main__":
    main()
