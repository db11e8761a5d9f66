"""From the bytes of a data set to the numbers that a likelihood sees."""

import torch
from torch import Generator, Tensor


def to_unit(images: Tensor, noise: Generator | None = None) -> Tensor:
    """Pixels y in 0…255 as x = y/255; with `noise` dequantised, x = (y + U)/256 with U uniform on [0, 1).

    A density can grow without end on a pixel that always has one value. Of dequantised pixels it cannot: its expected
    log is at most that of the probability of y plus log 256 a pixel (Theis et al. 2016, arXiv:1511.01844).
    """
    if noise is None:
        return images / 255
    uniform = torch.rand(images.shape, generator=noise, device=noise.device)
    return (images + uniform.to(images.device)) / 256
