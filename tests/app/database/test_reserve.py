import shutil
from collections import namedtuple

from app.database import reserve
from app.database.engine import Database

Usage = namedtuple("Usage", "total used free")


def _kept(database):
    return [path.stat().st_size for path in database.path.parent.glob("*-reserve")]


def test_room_is_kept_once_and_given_up_once(database):
    reserve.keep(database)
    reserve.keep(database)
    assert _kept(database) == [reserve.SIZE]
    reserve.spend(database)
    reserve.spend(database)
    assert _kept(database) == []


def test_nothing_is_kept_of_a_disk_that_is_nearly_full(database, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(2**40, 2**40, reserve.PLENTY))
    reserve.keep(database)
    assert _kept(database) == []


def test_a_database_without_a_file_keeps_nothing():
    nowhere = Database("sqlite://")
    reserve.keep(nowhere)
    reserve.spend(nowhere)
