from pathlib import Path

import pytest

from app.cli.server_lock import owned
from app.errors import Occupied


def test_a_folder_has_one_owner_at_a_time(tmp_path: Path) -> None:
    data = tmp_path / "new" / "folder"
    with owned(data, "http://one"):
        with pytest.raises(Occupied, match="belongs to the server at http://one") as refused, owned(data, "http://two"):
            pass
        assert refused.value.exit_status == 3
    with owned(data, "http://two"):
        assert "http://two" in (data / "server.json").read_text()
    assert not (data / "server.json").exists()


def test_an_owner_that_left_no_name_is_another_server(tmp_path: Path) -> None:
    with owned(tmp_path, "http://one"):
        (tmp_path / "server.json").write_text("{")
        with pytest.raises(Occupied, match="belongs to another server"), owned(tmp_path, "http://two"):
            pass
