from pathlib import Path

from tests.faults.locked import endure

SECONDS = 2  # ten in `make faults`


def test_a_locked_database_delays_writes_and_changes_nothing(tmp_path: Path, calm: str) -> None:
    assert endure(tmp_path, SECONDS) == calm
