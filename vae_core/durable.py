"""Files that appear whole or not at all, whatever happens while they are written.

A file is written under another name in the same folder, forced to the disk, and renamed. So its own name stands for
the old content or the new at every moment, for every reader, and after a crash or a loss of power too. When a writer
fails, the old content stays and what it had written is removed; a crash may leave that other file, whose name ends like
the first and begins with a dot. Any number of processes may write the same file: the last to finish wins.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex


@contextmanager
def replacing(path: Path, mode: int = 0o666) -> Iterator[Path]:
    """An empty file beside `path` to write; without an exception it then takes the place of `path`, on the disk.

    `mode` are its permissions, less the umask. Raises `OSError`.
    """
    fresh = path.with_name(f".{token_hex(4)}.{path.name}")
    os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
    try:
        yield fresh
        _force_to_disk(fresh)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)  # half a file would only fill a disk that is full already
        raise
    _force_to_disk(path.parent)  # the new name


def write_durably(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Make `path` hold `content`, or leave it as it was. Raises `OSError`."""
    with replacing(path, mode) as fresh:
        fresh.write_bytes(content)


def _force_to_disk(path: Path) -> None:
    """What was written to this file or folder, by whomever."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
