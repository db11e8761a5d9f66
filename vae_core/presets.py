"""Named configurations that start from a known place, some with a published number to reproduce. No torch here."""

from dataclasses import dataclass
from math import sqrt
from typing import Any

from vae_core.config.train_config import TrainConfig
from vae_core.schema import DESCRIBED
from vae_core.theory.references import BOUND, Reference


@dataclass(frozen=True)
class Published:
    """A number from the literature: held-out −ELBO in nats per example, its source and its protocol."""

    __pydantic_config__ = DESCRIBED

    negative_elbo: float
    """Held-out −ELBO, nats per image."""
    tolerance: float
    """How far from it a reproduction may end."""
    source: str
    """Where it was published."""
    protocol: str
    """How it was measured."""

    @property
    def reference(self) -> Reference:
        """The line to compare a run's −ELBO with."""
        return Reference("published", self.negative_elbo, BOUND, f"{self.source}; {self.protocol}.")


@dataclass(frozen=True)
class Preset:
    """Named configurations, one for each run that it launches."""

    __pydantic_config__ = DESCRIBED

    name: str
    """As commands and requests call it."""
    title: str
    """As people call it."""
    description: str
    """What it is for, in a sentence."""
    changes: tuple[dict[str, Any], ...]
    """Of each run, the fields that differ from the defaults."""
    published: Published | None = None
    """The number that it reproduces."""

    def configs(self, overrides: dict[str, Any] | None = None) -> tuple[TrainConfig, ...]:
        """The configurations to launch, with `overrides` on top. Raises `RefusedConfig`."""
        return tuple(TrainConfig.parse({**change, **(overrides or {})}) for change in self.changes)


BCE = {"likelihood": "bernoulli", "max_steps": 3000}
CB = {"likelihood": "continuous_bernoulli", "dequantize": True}
MSE = {"likelihood": "gaussian", "sigma": sqrt(0.5), "max_steps": 3000}
FITTED = {"likelihood": "gaussian", "scale": "optimal", "max_steps": 3000}
LOAIZA = {"dataset": "mnist", "hidden": (500, 500), "latent_dim": 20, "batch_size": 50, "epochs": 20}

PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            "digits-demo",
            "Quick demo",
            "A small VAE on the embedded 8×8 digits; some ten seconds on a machine that is free, and no download.",
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
            "Three runs from one seed, with the same first weights, batches and noise: BCE; MSE as the plain sum of "
            "squares, whose decoder expects errors of σ = √½ and so pays for hardly any code; and MSE with σ fitted, "
            "which shows what squared errors do once their scale is right.",
            (BCE, MSE, FITTED),
        ),
        Preset(
            "pytorch-examples",
            "pytorch/examples",
            "The best-known VAE script: MNIST, 784-400-20, BCE on grey pixels, Adam 1e-3, 10 epochs.",
            ({"dataset": "mnist", "hidden": (400,), "latent_dim": 20, "batch_size": 128, "epochs": 10},),
            Published(
                105.6,
                0.5,
                "pytorch/examples vae/main.py, independent logs 105.56–105.59",
                "grey MNIST, 10 epochs, one z sampled for each test image",
            ),
        ),
        Preset(
            "cb-vs-bce",
            "CB vs BCE",
            "MNIST with the continuous Bernoulli, and with the binary cross-entropy read as one: 784-500-500-20.",
            tuple({**LOAIZA, **change} for change in (CB, {"likelihood": "bernoulli", "dequantize": True})),
        ),
        Preset(
            "sigma-vae",
            "σ-VAE",
            "MNIST under a Gaussian of four widths: σ = 1, learned for all pixels, in closed form, one for each pixel.",
            tuple(
                {"dataset": "mnist", "likelihood": "gaussian", "epochs": 10, **change}
                for change in ({"sigma": 1.0}, {"scale": "shared"}, {"scale": "optimal"}, {"scale": "per_pixel"})
            ),
        ),
        Preset(
            "static-mnist",
            "Binarised MNIST",
            "MNIST flipped to black and white once, 784-256-256-128, RMSprop, 30,000 steps.",
            (
                {
                    "dataset": "mnist",
                    "binarize": "static",
                    "hidden": (256, 256),
                    "latent_dim": 128,
                    "optimizer": "rmsprop",
                    "max_steps": 30_000,
                },
            ),
            Published(
                106.64,
                1.0,
                "jaanli/variational-autoencoder, README",
                "30,000 steps on Larochelle's flips of 50,000 images; ours are flips of our own, of 60,000",
            ),
        ),
        Preset(
            "iwae",
            "IWAE",
            "Burda et al.'s network with one stochastic layer, 784-200-200-50, tanh, K = 50; 27 epochs of their 3280.",
            (
                {
                    "dataset": "mnist",
                    "binarize": "dynamic",
                    "hidden": (200, 200),
                    "activation": "tanh",
                    "latent_dim": 50,
                    "output_bias": "data_mean",
                    "objective": "iwae",
                    "importance_samples": 50,
                    "batch_size": 20,
                    "epochs": 27,
                },
            ),
        ),
    )
}
