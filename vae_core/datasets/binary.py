"""Pixels of 0 or 1: by a threshold, or by one flip a pixel with its grey level as the probability. No torch here."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vae_core.datasets.facts import WHITE
from vae_core.durable import replacing

Images = NDArray[np.uint8]
CHUNK = 5000  # images whose random numbers are in memory at once


def by_threshold(images: Images) -> Images:
    """White where a pixel is nearer to white than to black."""
    return np.where(images > WHITE // 2, np.uint8(WHITE), np.uint8(0))


def by_flips(images: Images, seed: int) -> Images:
    """White with probability y/255 (Salakhutdinov and Murray 2008), from numpy's frozen generator: always the same."""
    random = np.random.RandomState(seed)
    chunks = (images[start : start + CHUNK] for start in range(0, len(images), CHUNK))
    return np.concatenate(
        [WHITE * (random.randint(0, WHITE, chunk.shape) < chunk).astype(np.uint8) for chunk in chunks]
    )


def kept(path: Path, shape: tuple[int, ...], make: Callable[[], Images]) -> Images:
    """What `make` gave the first time, of this shape, from a file of one bit a pixel; a damaged file is replaced."""
    try:
        return WHITE * np.unpackbits(np.load(path), axis=-1, count=shape[-1]).reshape(shape)
    except (OSError, ValueError, EOFError):
        images = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as fresh:
        np.save(fresh, np.packbits(images > 0, axis=-1))
    return images
