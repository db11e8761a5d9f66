"""Room kept back beside a SQLite file: given up when the disk is full, so that a run can still record how it ended."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from app.database.engine import Database

SIZE = 2**21  # bytes; an ending takes some pages of 4096, the last steps and pictures before it a few hundred at most
PLENTY = 16 * SIZE  # without this much other room, none is kept back


def keep(database: Database) -> None:
    """Have the reserve where it is missing and the disk has plenty of room."""
    reserve = _reserve(database)
    with suppress(OSError):  # somebody else may fill the disk meanwhile
        if reserve and not reserve.exists() and shutil.disk_usage(reserve.parent).free > PLENTY:
            reserve.write_bytes(os.urandom(SIZE))  # a file of zeros may take no room at all


def spend(database: Database) -> None:
    """Give the room back to the disk, if there is any left."""
    if reserve := _reserve(database):
        reserve.unlink(missing_ok=True)


def _reserve(database: Database) -> Path | None:
    return database.path and database.path.with_name(database.path.name + "-reserve")
