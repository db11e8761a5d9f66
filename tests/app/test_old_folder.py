"""A data folder of an older version opens: it is read, its runs go on bit for bit, and they are exported.

`tests/fixtures/data-folder-0.1.0.zip` was written by commit 0022480 with torch 2.13: run 1 finished 60 steps, run 2 has
the same configuration and was paused after step 38, with its checkpoint.
"""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.database.engine import Database
from app.export.formats import FORMATS, export
from app.settings import Settings
from app.store import attempts, control, runs, steps
from app.worker.execute import execute
from vae_core.datasets import registry
from vae_core.events import StepTerms
from vae_core.training import train

FOLDER = Path(__file__).parents[1] / "fixtures" / "data-folder-0.1.0.zip"
WHOLE, PAUSED = 1, 2
STEPS, PAUSED_AT = 60, 38
TERMS = ("reconstruction", "kl", "loss")
CLOSE = 1e-4  # relative: what float32 leaves between processors whose vector units differ


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    with zipfile.ZipFile(FOLDER) as archive:
        archive.extractall(tmp_path)
    return Settings(data=tmp_path, database_url=f"sqlite:///{tmp_path / 'elboard.sqlite'}")


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = Database(settings.database_url)
    database.create_tables()
    yield database
    database.close()


def terms(database: Database, run_id: int) -> dict[str, Any]:
    with database.read() as session:
        window = steps.window(session, run_id, fields=TERMS)
    return {name: getattr(window, name) for name in ("step", *TERMS)}


def test_its_runs_are_read(database: Database, settings: Settings) -> None:
    with database.read() as session:
        whole, paused = (runs.get(session, run_id) for run_id in (WHOLE, PAUSED))
    assert (whole.name, whole.status, whole.step, whole.tags) == ("whole", "finished", STEPS, ["old"])
    assert (paused.name, paused.status, paused.step) == ("paused", "paused", PAUSED_AT)
    assert terms(database, WHOLE)["step"] == list(range(1, STEPS + 1))
    assert len([*settings.data.glob("*.sqlite")]) == 2  # the database, and the backup from before it was migrated


def test_a_paused_run_goes_on_as_if_it_had_never_stopped(database: Database, settings: Settings) -> None:
    with database.write() as session:
        control.resume(session, PAUSED)
        attempt = attempts.claim_next(session).attempt
    assert execute(settings, PAUSED, attempt) == "finished"
    whole, resumed = terms(database, WHOLE), terms(database, PAUSED)
    assert resumed["step"] == whole["step"]
    for name in TERMS:
        np.testing.assert_allclose(resumed[name], whole[name], rtol=CLOSE)
        if computes_the_same_bits(database):
            assert resumed[name] == whole[name]


def computes_the_same_bits(database: Database) -> bool:
    """Whether this machine's arithmetic is that of the one that wrote the folder: run 1 again, from its seed."""
    with database.read() as session:
        config = runs.get(session, WHOLE).train_config
    data = registry.load(config.dataset, folders=(), cache=Path("nowhere"))
    again = StepTerms.joined([event for event in train(config, data) if isinstance(event, StepTerms)])
    return bool(again.loss.tolist() == terms(database, WHOLE)["loss"])


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("run_id", [WHOLE, PAUSED])
def test_its_runs_are_exported(database: Database, settings: Settings, run_id: int, name: str) -> None:
    assert b"".join(export(database, settings, run_id, name).parts)
