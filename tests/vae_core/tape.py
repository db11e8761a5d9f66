"""What a folder may hold after a crash: the calls that changed it are taped and played back with gaps.

A SIGKILL leaves everything that was called. A power cut leaves of each file what it held when it was last forced to the
disk, or more; and of the names that changed since the folder was last forced, any selection, for nothing keeps them in
order. (Pillai et al., "All file systems are not created equal", OSDI 2014.)
"""

import io
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, combinations, product
from pathlib import Path
from typing import Any

import pytest

Folder = dict[str, bytes]  # every file by its name
Names = dict[str, str | None]  # which file a name means; None: none


@dataclass(frozen=True)
class Call:
    """One call: open, write or sync a file, name or remove one, or sync the folder, which has no `file`."""

    kind: str
    file: str | None = None
    content: bytes = b""
    names: Names = field(default_factory=dict)  # what changes, all at once


class Disk:
    """One folder under the calls so far: what is there for good, and what the kernel has yet to write."""

    def __init__(self, folder: Folder):
        self.names: Names = {name: name for name in folder}
        self.changes: list[Names] = []  # since the folder was synced
        self.written, self.synced = dict(folder), dict(folder)

    def play(self, call: Call) -> None:
        if call.kind == "open":
            self.written[call.file] = self.synced[call.file] = b""
        elif call.kind == "write":
            self.written[call.file] += call.content
        elif call.kind == "sync" and call.file:
            self.synced[call.file] = self.written[call.file]
        elif call.kind == "sync":
            self.names, self.changes = self._named(self.changes), []
        if call.names:
            self.changes.append(call.names)

    def killed(self) -> Folder:
        """The process is gone, the kernel is not."""
        return {name: self.written[file] for name, file in self._named(self.changes).items() if file}

    def unplugged(self) -> Iterator[Folder]:
        """Every folder that a power cut may leave."""
        unsynced = [file for file in self.written if self.written[file] != self.synced[file]]
        sizes = range(len(self.changes) + 1)
        for changes in chain.from_iterable(combinations(self.changes, size) for size in sizes):
            for contents in product(*map(self._torn, unsynced)):
                held = self.written | dict(zip(unsynced, contents, strict=True))
                yield {name: held[file] for name, file in self._named(changes).items() if file}

    def _torn(self, file: str) -> list[bytes]:
        synced, written = self.synced[file], self.written[file]
        return [synced, written[: (len(synced) + len(written)) // 2], written]

    def _named(self, changes: Iterable[Names]) -> Names:
        return dict(chain(self.names.items(), *(change.items() for change in changes)))


@contextmanager
def taped(folder: Path) -> Iterator[list[Call]]:
    """Tape what this process does to a folder's files; only through `io.open` (so `pathlib`) and `os`."""
    calls: list[Call] = []
    meant: Names = {path.name: path.name for path in folder.iterdir()}
    inodes = {path.stat().st_ino: path.name for path in folder.iterdir()}
    real_open, fsync, replace, unlink = io.open, os.fsync, os.replace, os.unlink

    class Taped(io.FileIO):
        def __init__(self, path: Path):
            super().__init__(path, "w")
            self._file = inodes[os.fstat(self.fileno()).st_ino] = f"file {len(calls)}"
            rename({path.name: self._file}, "open", self._file)

        def write(self, content: Any) -> int:
            calls.append(Call("write", self._file, bytes(content)))
            return super().write(content)

    def rename(names: Names, kind: str = "name", file: str | None = None) -> None:
        meant.update(names)
        calls.append(Call(kind, file, names=names))

    def open_(path: Path, mode: str = "r", *rest: Any, **options: Any) -> Any:
        return io.BufferedWriter(Taped(path)) if mode == "wb" else real_open(path, mode, *rest, **options)

    def fsync_(descriptor: int) -> None:
        calls.append(Call("sync", inodes.get(os.fstat(descriptor).st_ino)))
        fsync(descriptor)

    def replace_(path: Path, target: Path) -> None:
        rename({path.name: None, target.name: meant[path.name]})
        replace(path, target)

    def unlink_(path: Path) -> None:
        rename({path.name: None})
        unlink(path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(io, "open", open_)
        for name, function in {"fsync": fsync_, "replace": replace_, "unlink": unlink_}.items():
            patch.setattr(os, name, function)
        yield calls


def fill(folder: Path, files: Folder) -> None:
    """Make the folder hold these files and nothing else."""
    for path in folder.iterdir():
        path.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)


def held(folder: Path) -> Folder:
    return {path.name: path.read_bytes() for path in folder.iterdir()}
