from pathlib import Path

from tests.faults.queue import report, wait_in_line


def test_every_queued_run_ends_once_though_the_server_dies_again_and_again(tmp_path: Path) -> None:
    queue = wait_in_line(tmp_path / "data", 4, 2)
    assert queue.wrong == []
    assert queue.kills >= 1
    assert report(queue).startswith("4 runs in ")
