"""A run that needs more memory than there is, under a real server."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.calm import CONFIG
from tests.server import Server, wait_until

ROOM = 2**30  # bytes of address space besides what a worker's libraries take
HUGE = {**CONFIG, "hidden": [8192, 8192, 8192], "max_steps": 1}  # takes four times as much


@pytest.mark.skipif(not shutil.which("prlimit"), reason="prlimit comes with util-linux")
def test_a_run_without_memory_fails_with_a_sentence_and_harms_nobody(tmp_path: Path) -> None:
    measure = "import app.worker.execute, psutil; print(psutil.Process().memory_info().vms)"
    taken = int(subprocess.check_output([sys.executable, "-c", measure]))
    server = Server(tmp_path, limits=["prlimit", f"--as={taken + ROOM}"])
    try:
        (run,) = (run["id"] for run in server.launch(config=HUGE))
        ended = wait_until(lambda: (row := server.api.get(f"/api/runs/{run}").json())["finished_at"] and row)
        assert (ended["status"], ended["attempt"]) == ("failed", 1)
        assert ended["error"].startswith("The run needs more memory than there is: ")
        assert "\n" not in ended["error"]
    finally:
        assert server.stop() == 0
