"""Named configurations that start from a known place, some with a published number to reproduce. No torch here."""

from dataclasses import dataclass
from math import sqrt
from typing import Any

from vae_core.config import TrainConfig


@dataclass(frozen=True)
class Published:
    """A number from the literature: held-out −ELBO in nats per example."""

    negative_elbo: float
    tolerance: float
    source: str


@dataclass(frozen=True)
class Preset:
    """A name, a sentence for people, and one change of the defaults for each run that it launches."""

    name: str
    title: str
    description: str
    changes: tuple[dict[str, Any], ...]
    published: Published | None = None

    def configs(self, overrides: dict[str, Any] | None = None) -> tuple[TrainConfig, ...]:
        """The configurations to launch, with `overrides` on top. Raises `RefusedConfig`."""
        return tuple(TrainConfig.parse({**change, **(overrides or {})}) for change in self.changes)


BCE = {"likelihood": "bernoulli", "max_steps": 3000}
MSE = {"likelihood": "gaussian", "sigma": sqrt(0.5), "max_steps": 3000}

PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            "digits-demo",
            "Quick demo",
            "A small VAE on the embedded 8×8 digits; done in under 10 seconds, needs no download.",
            ({"dataset": "digits", "hidden": (128,), "latent_dim": 10, "batch_size": 64, "epochs": 100},),
        ),
        Preset(
            "bce",
            "BCE",
            "Bernoulli decoder, sums: the loss is the binary cross-entropy plus the KL.",
            (BCE,),
        ),
        Preset(
            "mse",
            "MSE",
            "Gaussian decoder with σ = √½, sums: the loss is the sum of squares plus the KL, plus a constant.",
            (MSE,),
        ),
        Preset(
            "bce-vs-mse",
            "BCE vs MSE",
            "Both losses, one run each, from the same seed: same first weights, same batches, same noise.",
            (BCE, MSE),
        ),
        Preset(
            "pytorch-examples",
            "pytorch/examples",
            "The best-known VAE script: MNIST, 784-400-20, BCE on grey pixels, Adam 1e-3, 10 epochs.",
            ({"dataset": "mnist", "hidden": (400,), "latent_dim": 20, "batch_size": 128, "epochs": 10},),
            Published(105.6, 0.5, "pytorch/examples vae/main.py, z sampled at test; independent logs 105.56–105.59"),
        ),
    )
}
