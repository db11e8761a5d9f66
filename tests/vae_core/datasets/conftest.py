"""A tiny MNIST in place of the real one, and mirrors on this machine."""

import gzip
import hashlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from vae_core.datasets.facts import FACTS
from vae_core.datasets.files import DIGESTS, Files
from vae_core.datasets.mirrors import MIRRORS

TINY = replace(FACTS["mnist"], height=5, width=3, train=6, test=4)


def idx_bytes(array: NDArray[np.uint8]) -> bytes:
    """What an IDX file of these unsigned bytes holds."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


@dataclass
class Tiny:
    """Four small files in place of MNIST's, and what is said while they are sought."""

    arrays: dict[str, NDArray[np.uint8]]
    contents: dict[str, bytes]  # of each file, unpacked
    folder: Path  # a local folder, and the cache, neither of which exists yet
    cache: Path
    set_mirrors: Callable[[Sequence[str]], None]
    lines: list[str] = field(default_factory=list)

    def files(self, *folders: Path) -> Files:
        """Of these folders, or else of the one local folder."""
        return Files(FACTS["mnist"], folders or (self.folder,), self.cache, self.lines.append)

    def packed(self, stem: str) -> bytes:
        return gzip.compress(self.contents[stem])

    def write(self, folder: Path, *, packed: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for stem, content in self.contents.items():
            (folder / f"{stem}.gz").write_bytes(self.packed(stem)) if packed else (folder / stem).write_bytes(content)


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    """A data set that is MNIST by name; no mirror has it unless the test sets one."""
    rng = np.random.default_rng(0)
    arrays = {}
    for prefix, count in (("train", TINY.train), ("t10k", TINY.test)):
        arrays[f"{prefix}-images-idx3-ubyte"] = rng.integers(0, 256, (count, TINY.height, TINY.width), np.uint8)
        arrays[f"{prefix}-labels-idx1-ubyte"] = rng.integers(0, 10, count, np.uint8)
    contents = {stem: idx_bytes(array) for stem, array in arrays.items()}
    digests = {stem: hashlib.sha256(content).hexdigest() for stem, content in contents.items()}
    monkeypatch.setitem(FACTS, "mnist", TINY)
    monkeypatch.setitem(DIGESTS, "mnist", digests)
    monkeypatch.setitem(MIRRORS, "mnist", ())
    set_mirrors = partial(monkeypatch.setitem, MIRRORS, "mnist")
    return Tiny(arrays, contents, tmp_path / "local", tmp_path / "cache", set_mirrors)


@dataclass
class Site:
    """A mirror on 127.0.0.1: what it answers to each path, and the paths that it was asked for."""

    url: str
    bodies: dict[str, bytes] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    missing_bytes: int = 0  # how much shorter each answer is than its Content-Length
    requested: list[str] = field(default_factory=list)


@pytest.fixture
def start_site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Site]]:
    """Starts one more mirror at each call; all end with the test."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    servers: list[ThreadingHTTPServer] = []

    def start() -> Site:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.requested.append(self.path)
                body = site.bodies.get(self.path)
                if body is None:
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(body) + site.missing_bytes))
                for name, value in site.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Stay quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        site = Site(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return site

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def closed_port(monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a mirror that does not run."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"
