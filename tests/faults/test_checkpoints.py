"""A killed worker's newest checkpoint, damaged afterwards: the run goes on from the one before, and says so."""

import shutil
from pathlib import Path

import pytest

from app.database.engine import Database
from app.jobs.local import LocalExecutor
from app.jobs.scheduler import Scheduler
from app.settings import Settings
from app.store import attempts, runs, steps
from app.worker.execute import execute
from tests.faults.calm import CONFIG, STEPS, final_weights
from tests.server import wait_until
from vae_core.config.train_config import TrainConfig

DAMAGES = {
    "truncated": lambda newest, _: newest.write_bytes(newest.read_bytes()[:1000]),
    "another's in its place": lambda newest, before: newest.write_bytes(before.read_bytes()),
    "without its description": lambda newest, _: newest.with_suffix(".json").unlink(),
}


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """The data folder of a run whose worker was killed when it had two checkpoints, and its number."""
    data = tmp_path_factory.mktemp("killed")
    settings = Settings(data=data, datasets=(), slots=1)
    database, executor = Database(settings.database_url), LocalExecutor(settings)
    database.create_tables()
    with database.write() as session:
        run_id = runs.create(session, TrainConfig.parse(CONFIG)).id
    Scheduler(database, executor, slots=1).turn()
    wait_until(lambda: len(list(settings.checkpoints(run_id).glob("[0-9]*.json"))) >= 2)  # not one still written, ".…"
    with database.read() as session:
        executor.kill(runs.get_row(session, run_id).handle)
    for worker in executor._children.values():
        worker.wait()
    executor.close()
    database.close()
    return data, run_id


@pytest.mark.parametrize("damage", DAMAGES)
def test_it_goes_on_from_the_one_before_to_the_same_weights(
    tmp_path: Path, killed: tuple[Path, int], calm: str, damage: str
) -> None:
    data, run_id = tmp_path / "data", killed[1]
    shutil.copytree(killed[0], data)
    settings = Settings(data=data, datasets=())
    before, newest = sorted(settings.checkpoints(run_id).glob("*.safetensors"))[-2:]
    DAMAGES[damage](newest, before)

    database = Database(settings.database_url)
    with database.write() as session:
        attempts.end_dead_attempt(session, attempts.running(session)[0], "It was killed.", resume=True)
        run = attempts.claim_next(session)
    assert execute(settings, run.id, run.attempt) == "finished"
    with database.read() as session:
        ended = runs.get(session, run_id)
        explained = ended.notice.startswith("The checkpoint of step ")
        assert explained != (damage == "without its description")  # it then looks as if it had never been whole
        assert steps.window(session, run_id, points=10**6).step == list(range(1, STEPS + 1))
    database.close()
    assert final_weights(data, run_id) == calm
