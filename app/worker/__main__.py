"""The program of a run's process: warm up, read one job from standard input, train, record, end.

Whoever executes runs starts `python -m app.worker` and writes a `Job` as one line of JSON when there is one.
"""

import faulthandler
import os
import select
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from app.database.engine import Database
from app.errors import Unrecorded
from app.jobs.executor import JOB
from app.settings import Settings
from app.store import attempts, runs
from app.worker.execute import execute
from vae_core.config.train_config import TrainConfig


def main() -> None:
    """Wait for a job and execute it; end quietly when there will be none, because the server is gone."""
    torch.set_num_interop_threads(1)
    if not select.select([sys.stdin], [], [], 0)[0]:
        _rehearse()
    line = sys.stdin.buffer.readline()
    if line:
        job = JOB.validate_json(line)
        _redirect_output(job.log)
        faulthandler.enable()
        try:
            execute(job.settings, job.run_id, job.attempt)
        except Unrecorded as failure:
            sys.exit(str(failure))  # the log's last line, which the server reads


def _rehearse() -> None:
    """Execute a run of two steps and throw it away: torch, SQLAlchemy and Pillow load much of themselves at first use,
    torch its compiler with the first optimiser. What an examination needs it loads itself.
    """
    config = TrainConfig(hidden=(2,), latent_dim=1, max_steps=2, examine=False, device="cpu", threads=1)
    with TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), database_url=f"sqlite:///{folder}/rehearsal.sqlite")
        database = Database(settings.database_url)
        database.create_tables()
        with database.write() as session:
            run = attempts.claim(session, runs.create(session, config).id)
        execute(settings, run.id, run.attempt)
        database.close()


def _redirect_output(log: Path) -> None:
    """Everything that this process and its libraries print from here on goes to the run's log."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), sys.stdin.fileno())
        os.dup2(output.fileno(), sys.stdout.fileno())
        os.dup2(output.fileno(), sys.stderr.fileno())


if __name__ == "__main__":
    main()
