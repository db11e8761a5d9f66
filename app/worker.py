"""The program of a run's process: warm up, read one job from standard input, train, record, end.

Whoever executes runs starts `python -m app.worker` and writes a `Job` as one line of JSON when there is one.
"""

import faulthandler
import os
import select
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from app.database import Database
from app.jobs.executor import JOB
from app.recorder import Recorder
from app.settings import Settings
from app.store import attempts, runs
from vae_core.config import ConfigError, RefusedConfig, TrainConfig
from vae_core.datasets import registry
from vae_core.events import Diverged
from vae_core.training import train

Outcome = tuple[str, str | None]  # a status, and why in a sentence


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
        execute(job.settings, job.run_id, job.attempt)


def execute(settings: Settings, run_id: int, attempt: int) -> str:
    """Train the claimed attempt of a run in the main thread, to its end; returns the status that it ended with.

    SIGTERM and SIGINT stop it like a stop request. Whatever goes wrong in training ends up in the row, as a sentence.
    """
    database = Database(settings.database_url)
    with Recorder(database, run_id, attempt) as recorder, _stopped_by_signals(recorder):
        status, error = _outcome(database, settings, run_id, recorder)
        recorder.close(status, error)
    database.close()
    return status


def _outcome(database: Database, settings: Settings, run_id: int, recorder: Recorder) -> Outcome:
    """How training ended, with every failure as one sentence for people; its traceback goes to the log."""
    try:
        with database.read() as session:
            config = runs.get(session, run_id).train_config
        torch.set_num_threads(config.threads or settings.threads_per_run)
        return _train(config, settings, recorder)
    except _Stopped:
        return "stopped", None
    except (ConfigError, RefusedConfig, registry.DatasetUnavailable) as refusal:
        return "failed", str(refusal)
    except Exception as error:
        traceback.print_exc()
        if _is_out_of_memory(error):
            return "failed", f"The run needs more memory than there is: {_first_line(error)}"
        return "failed", f"{type(error).__name__}: {_first_line(error)}"


def _train(config: TrainConfig, settings: Settings, recorder: Recorder) -> Outcome:
    def show(activity: str) -> None:
        if recorder.wanted != "run":
            raise _Stopped
        recorder.say(activity)

    show(f"Loading {config.dataset}")
    data = registry.load(
        config.dataset,
        folders=settings.datasets,
        cache=settings.dataset_cache,
        binarize=config.binarize,
        on_progress=show,
    )
    recorder.say(None)
    for event in train(config, data):
        recorder.record(event)
        if isinstance(event, Diverged):
            return "diverged", f"The {event.term} was no longer a finite number at step {event.step}."
        if recorder.wanted != "run":
            return "stopped", None
    return "finished", None


class _Stopped(BaseException):
    """A stop request while data is prepared; no handler of errors on the way may take it for one."""


@contextmanager
def _stopped_by_signals(recorder: Recorder) -> Iterator[None]:
    """The handlers only leave a note: they run between any two lines of training."""
    before = {number: signal.signal(number, lambda *_: recorder.stop()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_out_of_memory(error: Exception) -> bool:
    """Torch has an exception for it on a GPU; its CPU allocator raises a RuntimeError."""
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or "can't allocate memory" in str(error)


def _first_line(error: Exception) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), "no reason given")


def _rehearse() -> None:
    """Execute a run of two steps and throw it away: torch, SQLAlchemy and Pillow load much of themselves at first use,
    torch its compiler with the first optimiser.
    """
    config = TrainConfig(hidden=(2,), latent_dim=1, max_steps=2, device="cpu", threads=1)
    with TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), database_url=f"sqlite:///{folder}/rehearsal.sqlite")
        database = Database(settings.database_url)
        database.create_tables()
        with database.write() as session:
            run = attempts.claim(session, runs.create(session, config))
        execute(settings, run.id or 0, run.attempt)
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
