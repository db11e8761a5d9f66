"""Full disks: a small one of our own, and a limit on the size of a worker's files."""

import psutil
import pytest

from tests.faults import disk
from tests.faults.calm import CONFIG, STEPS, final_weights, losses
from tests.server import Server, wait_until


def test_a_full_disk_is_a_sentence_and_the_run_goes_on_when_there_is_room(tmp_path, calm):
    if not disk.is_possible():
        pytest.skip("this kernel lets no user mount a disk in a namespace of its own")
    played = disk.play(tmp_path)
    assert played.returncode == 0, played.stdout + played.stderr
    assert calm in played.stdout


def test_a_worker_that_may_not_write_any_more_leaves_a_sentence_and_another_goes_on(tmp_path, calm):
    """Its files may not grow, so neither its steps nor its ending can be stored; the server's files may."""
    server = Server(tmp_path)
    try:
        (run,) = (run["id"] for run in server.launch(config=CONFIG))

        def row():
            return server.api.get(f"/api/runs/{run}").json()

        wait_until(lambda: row()["step"] > 200)
        [worker] = [child for child in psutil.Process(server.process.pid).children() if _executes(child, run)]
        worker.rlimit(psutil.RLIMIT_FSIZE, (2**16, 2**16))  # enough for its log
        ended = wait_until(lambda: (now := row())["finished_at"] and now, 120)
        assert (ended["status"], ended["attempt"]) == ("finished", 2)
        assert ended["notice"].startswith("It goes on after its process died. The process ended with exit code 1: ")
        assert "The run's ending could not be written (" in ended["notice"]
        assert list(losses(server, run)) == list(range(1, STEPS + 1))
        assert final_weights(tmp_path, run) == calm
    finally:
        server.stop()


def _executes(process: psutil.Process, run: int) -> bool:
    """Whether a worker has the run's log open."""
    return any(file.path.endswith(f"runs/{run}/log.txt") for file in process.open_files())
