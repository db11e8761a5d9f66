"""Exports as files: named, whole or not at all."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.database.engine import Database
from app.errors import AppError, Refused
from app.export.formats import FORMATS, Export, export
from app.records import Run
from app.settings import Settings
from app.store import runs


def test_a_file_that_could_not_be_finished_is_not_left(tmp_path: Path) -> None:
    def parts() -> Iterator[bytes]:
        yield b"half"
        raise AppError("The other half is missing")

    with pytest.raises(AppError, match="other half"):
        Export("steps.csv", "text/csv", parts()).save(tmp_path / "steps.csv")
    assert not list(tmp_path.iterdir())


def test_an_unknown_format_is_told_which_there_are(database: Database, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=f"one of {', '.join(FORMATS)}, not 'yaml'") as refused:
        export(database, Settings(data=tmp_path), 1, "yaml")
    assert refused.value.field == "format"


def test_a_deleted_run_can_be_exported_too(database: Database, new_run: Callable[..., Run], tmp_path: Path) -> None:
    run = new_run(max_steps=5)
    with database.write() as session:
        runs.get_row(session, run.id).status = "finished"
        runs.delete(session, run.id)
    made = export(database, Settings(data=tmp_path), run.id, "csv")
    assert (made.file_name, b"".join(made.parts).count(b"\n")) == (f"elboard-run-{run.id}-steps.csv", 1)
