"""A database that is no sound SQLite file any more: refused with advice by whoever would open it, and left as it is."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from random import Random

import numpy as np
import pytest

from app.database.engine import Database
from app.errors import Unusable
from app.store import runs, steps
from vae_core.config.train_config import TrainConfig
from vae_core.events import StepTerms


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database of some thirty pages, all of it in one file."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('sound') / 'elboard.sqlite'}")
    database.create_tables()
    step = np.arange(1, 1001)
    column = step.astype(float)
    block = StepTerms(step, column, column, reconstruction=column, kl=column, elbo=column, loss=column, beta=column)
    with database.write() as session:
        steps.append(session, runs.create(session, TrainConfig()).id, block)
    database.close()
    return database.path.read_bytes()


def _flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


DAMAGES = {
    "text": lambda _: b"Meeting notes, and certainly no database.\n" * 200,
    "cut in its header": lambda content: content[:60],
    "cut in its first page": lambda content: content[:3000],
    "cut in half": lambda content: content[: len(content) // 2],
    "another magic word": lambda content: _flipped(content, 3),
    "another page size": lambda content: _flipped(content, 16),
    "a broken schema page": lambda content: _flipped(content, 100),
    "a broken page": lambda content: _flipped(content, 4096 * 3),
    "pages of zeros": lambda content: content[:4096] + bytes(len(content) - 4096),
}


@pytest.fixture
def damaged(tmp_path: Path, sound: bytes) -> Callable[[str], Path]:
    """Put a damaged database into a data folder; returns it with what to compare it to later."""

    def make(damage: str) -> Path:
        path = tmp_path / "elboard.sqlite"
        path.write_bytes(DAMAGES[damage](sound))
        return path

    return make


def _sum(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_refused_and_left_as_it_is(damaged: Callable[[str], Path], damage: str) -> None:
    path = damaged(damage)
    before = _sum(path)
    with pytest.raises(Unusable, match=r"is damaged .* put a backup in its place"):
        Database(f"sqlite:///{path}").create_tables()
    assert _sum(path) == before


@pytest.mark.parametrize("command", [["serve", "--port", "0", "--no-auth"], ["train", "--set", "max_steps=1"]])
def test_a_command_says_so_in_one_line(damaged: Callable[[str], Path], command: list[str]) -> None:
    path = damaged("a broken page")
    before = _sum(path)
    ended = subprocess.run(
        [sys.executable, "-m", "elboard", *command, "--data", str(path.parent)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"elboard: {path} is damaged (")
    assert ended.stderr.endswith(
        "save what can be read with: sqlite3 elboard.sqlite .recover | sqlite3 rescued.sqlite\n"
    )
    assert ended.stderr.count("\n") == 1
    assert _sum(path) == before


def test_whatever_bytes_are_flipped_it_is_refused_untouched_or_opens(tmp_path: Path, sound: bytes) -> None:
    """Half of them in the first pages, where the header and the schema are."""
    random = Random(1)
    refused: list[str] = []
    for number in range(100):
        content = bytearray(sound)
        for _ in range(random.choice([1, 8])):
            content[random.randrange(3 * 4096 if number % 2 else len(content))] ^= 1 << random.randrange(8)
        path = tmp_path / f"{number}.sqlite"
        path.write_bytes(content)
        database = Database(f"sqlite:///{path}")
        try:
            database.create_tables()
        except Unusable as refusal:
            refused.append(str(refusal))
            assert path.read_bytes() == content
        finally:
            database.close()
    assert 0 < len(refused) < 100
    assert all(sentence.isprintable() for sentence in refused)


def test_a_log_that_was_not_yet_moved_into_the_file_is_left_alone_too(tmp_path: Path, sound: bytes) -> None:
    """Whoever reads a write-ahead log last would move it into the file, damaged or not."""
    path = tmp_path / "elboard.sqlite"
    path.write_bytes(sound)
    writer = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "c.execute('UPDATE run SET notes = ?', ['x' * 10000]); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", writer, str(path)], check=False)
    log = path.with_name("elboard.sqlite-wal")
    path.write_bytes(DAMAGES["a broken page"](path.read_bytes()))
    before = _sum(path), _sum(log)
    with pytest.raises(Unusable):
        Database(f"sqlite:///{path}").create_tables()
    assert (_sum(path), _sum(log)) == before


@pytest.mark.parametrize("leftover", ["-wal", "-shm"])
def test_files_beside_it_may_be_missing(tmp_path: Path, sound: bytes, leftover: str) -> None:
    path = tmp_path / "elboard.sqlite"
    path.write_bytes(sound)
    open_elsewhere = sqlite3.connect(path)
    open_elsewhere.execute("UPDATE run SET notes = 'kept or not'")
    open_elsewhere.close()
    path.with_name(path.name + leftover).unlink(missing_ok=True)
    database = Database(f"sqlite:///{path}")
    database.create_tables()
    assert database.damage() is None
    database.close()
