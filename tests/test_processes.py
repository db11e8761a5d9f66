"""What tests start ends with them."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests import processes
from tests.server import wait_until

ROOT = Path(__file__).parent.parent
SESSION = """
import subprocess, sys
from tests import processes
processes.watch()
child = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'input()'], start_new_session=True); input()"
subprocess.Popen([sys.executable, "-c", child], stdin=subprocess.PIPE, start_new_session=True)
input()
"""


@pytest.mark.parametrize("stop", [subprocess.Popen.terminate, subprocess.Popen.kill])
def test_what_a_session_started_ends_with_it(stop: Callable[[subprocess.Popen[bytes]], None]) -> None:
    """A process and one that that one started, each in a session of its own, as servers and their workers are."""
    environment = {name: value for name, value in os.environ.items() if name != processes.MARK}
    command = [sys.executable, "-c", SESSION]
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, cwd=ROOT) as session:
        started = wait_until(lambda: len(below := psutil.Process(session.pid).children(recursive=True)) == 2 and below)
        stop(session)
    psutil.wait_procs(started, timeout=60)
    assert not any(process.is_running() for process in started)


LEFT = """
import subprocess, sys

def test_that_fails():
    global left
    left = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True)
    raise AssertionError

def test_that_comes_after():
    assert left.wait(300) == -9
"""


def test_what_a_test_that_failed_left_is_ended_before_the_next(tmp_path: Path) -> None:
    (tmp_path / "test_left.py").write_text(LEFT)
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "--rootdir", str(tmp_path), str(tmp_path)]
    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    assert "1 failed, 1 passed" in output
