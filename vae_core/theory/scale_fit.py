"""Whether a decoder's fixed scale fits the errors that are made, and what it costs where it does not. No torch."""

from dataclasses import dataclass, replace
from math import log
from typing import Any

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.theory.convention import implied
from vae_core.theory.linear import LinearOptimum, linear_optimum
from vae_core.theory.pixel_statistics import Pixels
from vae_core.theory.preflight import SUMS, recommended_scale

FACTOR = 1.5  # beyond which σ² is off by more than twice: σ² is the price of a nat in squared errors


@dataclass(frozen=True)
class ScaleFit:
    """A fixed scale beside the error made, each as a standard deviation of a pixel."""

    expected: float  # by the declared decoder
    error: float  # on held-out images
    trained: float | None  # by the loss, with β and the means in it; None where these change no scale
    density: float | None  # nats per image by which a Gaussian of the error's width describes the same pictures better
    now: LinearOptimum | None  # what linear theory expects of this loss,
    fitted: LinearOptimum | None  # and of the same one with its scale fitted; None unless it is on the error's side
    changes: dict[str, Any]  # that end it

    @property
    def off(self) -> bool:
        """Whether the scale is far from the errors."""
        return apart(self.expected, self.error)

    @property
    def wide(self) -> bool:
        """Whether the decoder expects more than it makes."""
        return self.expected > self.error

    @property
    def made_up(self) -> bool:
        """Whether the scale that the loss amounts to fits the errors, though the declared one does not."""
        return self.off and self.trained is not None and not apart(self.trained, self.error)

    @property
    def rate(self) -> float | None:
        """Nats of KL that a fitted scale would pay more; fewer if negative."""
        return self.fitted.kl - self.now.kl if self.fitted and self.now else None


def scale_fit(config: TrainConfig, expected: float, mse: float, pixels: Pixels | None) -> ScaleFit | None:
    """How the scale fits a held-out squared error a pixel; None where none is fixed, and of a plain autoencoder.

    `pixels` are the training images', None while they are not counted.
    """
    if config.model == "ae" or not config.family.scales or config.scale != "fixed" or mse <= 0 or expected <= 0:
        return None
    error, effective = mse**0.5, implied(config).sigma
    trained = None if effective is None else effective * config.family.deviation(**config.shape)
    density = _density(config, expected, error)
    unexplained = ScaleFit(expected, error, trained, density, None, None, recommended_scale(config))
    if unexplained.made_up:
        return replace(unexplained, changes={**SUMS, "beta": 1.0, "sigma": effective})
    now = linear_optimum(config, pixels) if pixels else None
    changed = TrainConfig.parse({**config.to_dict(), **unexplained.changes}, stored=True)
    fitted = linear_optimum(changed, pixels) if pixels else None
    if now and fitted and (fitted.sigma < (trained or expected)) != (error < expected):
        return unexplained  # theory's linear decoder errs so much more, or less, that it has another answer
    return replace(unexplained, now=now, fitted=fitted)


def apart(one: float, other: float) -> bool:
    """Whether one is more than `FACTOR` times the other."""
    return max(one, other) > FACTOR * min(one, other)


def _density(config: TrainConfig, expected: float, error: float) -> float | None:
    """D(log(σ/e) + ½(e²/σ² − 1)), which is never negative."""
    if config.family.error != "sse":
        return None
    return FACTS[config.dataset].dimensions * (log(expected / error) + 0.5 * ((error / expected) ** 2 - 1))
