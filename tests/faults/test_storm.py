from pathlib import Path

from tests.faults.storm import rage


def test_kills_lose_nothing_double_nothing_and_change_no_weight(tmp_path: Path) -> None:
    storm = rage(tmp_path / "data", kills=3, seed=1)
    assert storm.wrong == []
    assert storm.kills.total() == 3
    assert storm.steps == storm.runs * 2000
