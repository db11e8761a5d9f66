"""From the bytes of a data set to the numbers that a likelihood sees, and back to the bins of 8-bit levels."""

from math import inf

import torch
from torch import Generator, Tensor

from vae_core.config.errors import ConfigError
from vae_core.datasets.facts import LEVELS, WHITE


def to_unit(images: Tensor, noise: Generator | None = None) -> Tensor:
    """Pixels y in 0…255 as x = y/255; with `noise` dequantised, x = (y + U)/256 with U uniform on [0, 1).

    A density can grow without end on a pixel that always has one value. Of dequantised pixels it cannot: its expected
    log is at most that of the probability of y plus log 256 a pixel (Theis et al. 2016, arXiv:1511.01844).
    """
    if noise is None:
        return images / WHITE
    uniform = torch.rand(images.shape, generator=noise, device=noise.device)
    return (images + uniform.to(images.device)) / LEVELS


def flipped(images: Tensor, noise: Generator) -> Tensor:
    """Pixels y in 0…255 as 1 with probability y/255 and 0 otherwise: dynamic binarisation (Burda et al. 2016)."""
    uniform = torch.rand(images.shape, generator=noise, device=noise.device)
    return (uniform.to(images.device) < images / WHITE).float()


def bins(levels: Tensor, dequantized: bool) -> tuple[Tensor, Tensor]:
    """Where the pixels lie that show as `levels` y, 0…255 of any type: the lower and the upper edge of each one's bin.

    (y ± ½)/255 of raw pixels y/255, [y/256, (y + 1)/256] of dequantised ones. The outermost bins are open, to ∓∞: so
    every density's 256 probabilities sum to 1.
    """
    low, high = (levels - 0.5) / WHITE, (levels + 0.5) / WHITE
    if dequantized:
        low, high = levels / LEVELS, (levels + 1.0) / LEVELS
    return low.masked_fill(levels == 0, -inf), high.masked_fill(levels == WHITE, inf)


def require_unit(x: Tensor, likelihood: str) -> None:
    """Raise `ConfigError` unless every pixel of x lies in [0, 1], where a Bernoulli or a logistic level has a meaning.

    On a GPU it would wait for the numbers, so there it trusts them.
    """
    if x.device.type != "cpu":
        return
    low, high = (bound.item() for bound in x.aminmax())
    if not (low >= 0 and high <= 1):  # so written, it refuses NaN too
        message = f"likelihood={likelihood} needs pixels from 0 to 1, not from {low:g} to {high:g}"
        raise ConfigError("likelihood", f"{message}: scale the data, or choose likelihood=gaussian", (0, 1))
