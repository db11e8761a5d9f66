"""A file is the old or the new one, whole; what a loss of power leaves is tested on checkpoints."""

import os
from pathlib import Path

import pytest

from vae_core.durable import replacing, write_durably


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_durably(tmp_path / "file.npy", b"old")
    return tmp_path / "file.npy"


def test_readers_have_the_old_file_until_the_new_one_is_whole(path: Path) -> None:
    with replacing(path) as fresh:
        fresh.write_bytes(b"new")
        assert path.read_bytes() == b"old"
        assert fresh.suffix == ".npy"  # libraries choose a format by it
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_writer_that_fails_leaves_the_file_as_it_was(path: Path, failure: BaseException) -> None:
    def write_and_fail() -> None:
        with replacing(path) as fresh:
            fresh.write_bytes(b"half of")
            raise failure

    with pytest.raises(type(failure)):
        write_and_fail()
    assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]


def test_a_failing_disk_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        write_durably(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]


def test_the_last_of_two_writers_wins(path: Path) -> None:
    with replacing(path) as first:
        first.write_bytes(b"first")
        with replacing(path) as second:
            second.write_bytes(b"second, longer")
        assert path.read_bytes() == b"second, longer"
    assert path.read_bytes() == b"first"


def test_a_secret_is_never_readable_by_others(path: Path) -> None:
    with replacing(path, mode=0o600) as fresh:
        assert fresh.stat().st_mode & 0o777 == 0o600
        fresh.write_bytes(b"secret")
    assert path.stat().st_mode & 0o777 == 0o600
