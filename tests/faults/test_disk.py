"""Full disks: a small one of our own, and a limit on the size of a worker's files."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.database.engine import Database
from app.jobs.executor import JOB, Job
from app.jobs.local import LocalExecutor
from app.settings import Settings
from app.store import attempts, runs, steps
from app.worker.execute import execute
from tests.faults import disk
from tests.faults.calm import CONFIG, STEPS, final_weights
from vae_core.config.train_config import TrainConfig


def test_a_full_disk_is_a_sentence_and_the_run_goes_on_when_there_is_room(tmp_path: Path, calm: str) -> None:
    if not disk.is_possible():
        pytest.skip("this kernel lets no user mount a disk in a namespace of its own")
    played = disk.play(tmp_path)
    assert played.returncode == 0, played.stdout + played.stderr
    assert calm in played.stdout


@pytest.mark.skipif(not shutil.which("prlimit"), reason="prlimit comes with util-linux")
def test_a_worker_that_may_not_write_its_ending_leaves_a_sentence_and_another_goes_on(
    tmp_path: Path, calm: str
) -> None:
    settings = Settings(data=tmp_path, datasets=())
    database = Database(settings.database_url)
    database.create_tables()
    with database.write() as session:
        run = attempts.claim(session, runs.create(session, TrainConfig.parse(CONFIG)).id)
    job = Job(run.id, run.attempt, settings.log_path(run.id), settings)
    command = ["prlimit", f"--fsize={2**16}", sys.executable, "-m", "app.worker"]
    worker = subprocess.run(command, input=JOB.dump_json(job) + b"\n", check=False)
    assert worker.returncode == 1
    assert database.damage() is None

    why = LocalExecutor(settings).exit_reason(run)
    assert "The run's ending could not be written (disk I/O error): " in why
    with database.write() as session:
        attempts.end_dead_attempt(session, run, why, resume=True)
        again = attempts.claim_next(session)
        stored = steps.window(session, run.id, points=10**6).step
    assert stored == list(range(1, len(stored) + 1))
    assert execute(settings, run.id, again.attempt) == "finished"
    with database.read() as session:
        assert steps.window(session, run.id, points=10**6).step == list(range(1, STEPS + 1))
    assert final_weights(tmp_path, run.id) == calm
    database.close()
