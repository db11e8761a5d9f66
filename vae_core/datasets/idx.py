"""The IDX format of the MNIST family, memory-mapped: pixels are read when a batch asks for them.

An IDX file is a big-endian header (two zero bytes, the type of a number, the rank, one 32-bit length a dimension)
and then the numbers, the last dimension fastest (LeCun, Cortes, Burges, "The MNIST database", file formats).
"""

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

UNSIGNED_BYTE = b"\0\0\x08"


class IdxError(ValueError):
    """A file that is not the IDX file it should be; the message names the expected and the actual content."""


def map_idx(path: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """The unsigned bytes of an IDX file of this shape, mapped copy-on-write: writable, the file never changes.

    Raises `IdxError` where the header or the length of the file differs, `OSError` where it cannot be read.
    """
    actual = _read_shape(path)
    if actual != shape:
        raise IdxError(f"{path} has the shape {list(actual)}; {list(shape)} was expected.")
    offset = 4 + 4 * len(shape)
    length, expected = path.stat().st_size, offset + int(np.prod(shape))
    if length != expected:
        raise IdxError(f"{path} is {length} bytes long; its header announces {expected}.")
    return np.memmap(path, dtype=np.uint8, mode="c", offset=offset, shape=shape)


def _read_shape(path: Path) -> tuple[int, ...]:
    """The lengths that the header names, one a dimension."""
    with path.open("rb") as file:
        magic = file.read(4)
        if len(magic) < 4 or magic[:3] != UNSIGNED_BYTE:
            raise IdxError(f"{path} starts with 0x{magic.hex()}; an IDX file of unsigned bytes starts with 0x000008.")
        rank = magic[3]
        lengths = file.read(4 * rank)
    if len(lengths) < 4 * rank:
        raise IdxError(f"{path} ends within its header.")
    return struct.unpack(f">{rank}I", lengths)
