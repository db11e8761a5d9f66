import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from vae_core.datasets.idx import IdxError, map_idx

HEADER = struct.pack(">HBB3I", 0, 8, 3, 2, 3, 4)
GOOD = HEADER + bytes(range(24))


@given(array=arrays(np.uint8, array_shapes(min_dims=1, max_dims=4, max_side=5)), data=st.data())
def test_what_was_written_is_mapped(
    tmp_path_factory: pytest.TempPathFactory, array: NDArray[np.uint8], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("idx") / "file"
    path.write_bytes(struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes())
    mapped = map_idx(path, array.shape)
    assert mapped.dtype == np.uint8
    np.testing.assert_array_equal(mapped, array)
    index = data.draw(st.integers(0, len(array) - 1))
    np.testing.assert_array_equal(mapped[index], array[index])


def test_writing_to_the_map_leaves_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(GOOD)
    path.chmod(0o444)
    mapped = map_idx(path, (2, 3, 4))
    assert mapped.flags.writeable  # torch.from_numpy warns of arrays that are not
    mapped[:] = 0
    assert path.read_bytes() == GOOD


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "starts with 0x;"),
        (b"\x1f\x8b\x08\x00" + GOOD, "starts with 0x1f8b0800"),
        (b"\0\0\x0d\x03" + GOOD[4:], "starts with 0x00000d03"),  # floats
        (GOOD[:10], "ends within its header"),
        (GOOD[:-1], "39 bytes long; its header announces 40"),
        (GOOD + b"\0", "41 bytes long; its header announces 40"),
        (struct.pack(">HBB3I", 0, 8, 3, 2, 4, 3) + GOOD[16:], r"shape \[2, 4, 3\]; \[2, 3, 4\] was expected"),
        (struct.pack(">HBB1I", 0, 8, 1, 24) + GOOD[16:], r"shape \[24\]; \[2, 3, 4\] was expected"),
    ],
)
def test_another_file_is_refused_with_what_was_found(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(IdxError, match=sentence):
        map_idx(path, (2, 3, 4))
