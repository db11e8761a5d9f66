from pathlib import Path

from tests.faults.sweep import report, sweep


def test_every_trial_is_made_once_though_the_server_dies(tmp_path: Path) -> None:
    outcome = sweep(tmp_path / "data", 8, 1)
    assert outcome.wrong == []
    assert outcome.kills == 1
    assert report(outcome).startswith("8 trials, ")
