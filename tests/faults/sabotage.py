"""Breaks the promises of runs on purpose, one at a time, and asks the tests: `python -m tests.faults.sabotage`.

Each break is made in a copy of the tracked files, where the tests that should notice are run. Exit status 1 when one
is missed, or when the untouched copy fails.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Break:
    """A promise that is broken when `text`, which stands once in `file`, becomes `instead`."""

    name: str
    file: str
    text: str
    instead: str
    tests: tuple[str, ...]


BREAKS = (
    Break(
        "no fsync before a checkpoint is renamed",
        "vae_core/durable.py",
        "        _force_to_disk(fresh)\n",
        "",
        ("tests/vae_core/test_checkpoint.py",),
    ),
    Break(
        "random generators not restored",
        "vae_core/training/state.py",
        "generators[name].set_state(state)",
        "pass",
        ("tests/vae_core/training/test_state.py",),
    ),
    Break(
        "optimiser state dropped on restore",
        "vae_core/training/state.py",
        '"state": states}',
        '"state": {}}',
        ("tests/vae_core/training/test_state.py",),
    ),
    Break(
        "fence removed: any attempt may write",
        "app/store/attempts.py",
        'TABLE.c.attempt == sa.bindparam("held_attempt")',
        'TABLE.c.attempt >= 0 * sa.bindparam("held_attempt", type_=sa.Integer)',
        ("tests/app/store/test_attempts.py", "tests/app/worker/test_recorder.py"),
    ),
    Break(
        "flush acknowledged before its commit",
        "app/worker/recorder.py",
        """\
            self._write(self._unwritten)
        except OperationalError as refusal:
""",
        """\
            for item in self._unwritten:
                if isinstance(item, _Settled):
                    item.signal.set()
            self._write(self._unwritten)
        except OperationalError as refusal:
""",
        ("tests/app/worker/test_recorder.py",),
    ),
    Break(
        "processes adopted by number alone",
        "app/jobs/local.py",
        'return process if abs(process.create_time() - handle["create_time"]) < CLOCK_SLACK_S else None',
        "return process",
        ("tests/app/jobs/test_local.py",),
    ),
)


def main() -> int:
    """Print who caught what; the exit status."""
    files = sorted({file for broken in BREAKS for file in broken.tests})
    verdicts = [("nothing: an untouched copy", "", _first_failure(files, None) or "passes")]
    if verdicts[0][2] == "passes":
        verdicts += [(b.name, b.file, _first_failure(b.tests, b) or "MISSED") for b in BREAKS]
    for name, file, verdict in verdicts:
        print(f"{name:42} {file:24} {verdict}")
    missed = [verdict for _, _, verdict in verdicts[1:] if verdict == "MISSED"]
    return int(bool(missed) or len(verdicts) == 1)


def _first_failure(tests: Iterable[str], broken: Break | None) -> str | None:
    """The first test that fails in a fresh copy with this break, or None. Raises `RuntimeError` where none ran."""
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        _copy_tracked_files(copy)
        if broken:
            source = copy / broken.file
            source.write_text(broken_source(source.read_text(), broken))
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
        done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1}:
        raise RuntimeError(f"pytest ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    failed = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    return failed[1] if failed else None


def broken_source(source: str, broken: Break) -> str:
    """The source with the break in it. Raises `ValueError` unless the text to break stands there just once."""
    if source.count(broken.text) != 1:
        raise ValueError(f"{broken.name}: its text stands {source.count(broken.text)} times in {broken.file}, not once")
    return source.replace(broken.text, broken.instead)


def _copy_tracked_files(target: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.split("\0")[:-1]:
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copy)


if __name__ == "__main__":
    sys.exit(main())
