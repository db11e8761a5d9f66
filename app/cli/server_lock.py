"""One server for a data folder: two would start every queued run twice. The kernel frees the lock, however it ends."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from app.errors import Occupied

GLANCE_S = 0.2  # longer than `is_owned` holds the lock


@contextmanager
def owned(data: Path, url: str) -> Iterator[None]:
    """Own the folder as the server at `url` until the end. Raises `Occupied` where another one does."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock, owner = FileLock(data / "server.lock"), data / "server.json"
    try:
        lock.acquire(timeout=GLANCE_S)
    except Timeout:
        raise Occupied(f"{data} belongs to {_named(owner)}: stop it, or give another folder with --data") from None
    try:
        owner.write_text(json.dumps({"pid": os.getpid(), "url": url}))
        yield
    finally:
        owner.unlink(missing_ok=True)
        lock.release()


def is_owned(data: Path) -> bool:
    """Whether a server owns the folder just now."""
    lock = FileLock(data / "server.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


def _named(owner: Path) -> str:
    with suppress(OSError, ValueError, KeyError):
        known = json.loads(owner.read_text())
        return f"the server at {known['url']} (process {known['pid']})"
    return "another server"
