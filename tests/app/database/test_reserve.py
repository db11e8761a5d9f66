import shutil
from collections import namedtuple

import pytest

from app.database import reserve
from app.database.engine import Database

Usage = namedtuple("Usage", "total used free")


def _kept(database: Database) -> list[int]:
    return [path.stat().st_size for path in database.path.parent.glob("*-reserve")]


def test_room_is_kept_once_and_given_up_once(database: Database) -> None:
    reserve.keep(database)
    reserve.keep(database)
    assert _kept(database) == [reserve.SIZE]
    reserve.spend(database)
    reserve.spend(database)
    assert _kept(database) == []


def test_nothing_is_kept_of_a_disk_that_is_nearly_full(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(2**40, 2**40, reserve.PLENTY))
    reserve.keep(database)
    assert _kept(database) == []


def test_a_database_without_a_file_keeps_nothing() -> None:
    nowhere = Database("sqlite://")
    reserve.keep(nowhere)
    reserve.spend(nowhere)
