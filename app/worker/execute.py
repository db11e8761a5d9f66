"""The program of a run's process: warm up, read one job from standard input, train, record, end.

Whoever executes runs starts `python -m app.worker` and writes a `Job` as one line of JSON when there is one.
"""

import errno
import signal
import traceback
from contextlib import suppress
from threading import main_thread

import torch
from sqlalchemy.exc import OperationalError

from app.database.engine import Database
from app.records import Run
from app.settings import Settings
from app.store import runs
from app.worker.recorder import Recorder
from app.worker.signals import SignalRequests, Training
from vae_core.checkpoint import Checkpoints
from vae_core.config.train_config import ConfigError, RefusedConfig
from vae_core.datasets import registry
from vae_core.events import Checkpoint, Diverged, Evaluation, EvaluationAborted, EvaluationSpan, StepTerms
from vae_core.model.vae import VAE
from vae_core.training.state import load_weights
from vae_core.training.train import new_model, train

Outcome = tuple[str, str | None]  # a status, and why in a sentence
ENDINGS = {  # the status of a run that was asked to end; a fenced one's is not written
    "stop": "stopped", "kill": "stopped", "pause": "paused", "interrupt": "interrupted", "fenced": "interrupted",
}  # fmt: skip


def execute(settings: Settings, run_id: int, attempt: int) -> str:
    """Train the claimed attempt of a run in the main thread, to its end; returns the status that it ended with.

    A run that has a checkpoint goes on from it. SIGTERM interrupts it and SIGINT pauses it, after another checkpoint.
    Whatever goes wrong in training ends up in the row, as a sentence. Raises `Unrecorded` when it cannot.
    """
    database = Database(settings.database_url)
    recorder = Recorder(database, run_id, attempt, on_request=_wake_main_thread)
    with SignalRequests(recorder) as requests, recorder:
        status, error = _outcome(database, settings, run_id, requests)
        recorder.close(status, error)
    database.close()
    return status


def _wake_main_thread() -> None:
    """Let it hear of a request even where it waits: a signal to the process might go to another thread."""
    signal.pthread_kill(main_thread().ident or 0, signal.SIGTERM)


def _outcome(database: Database, settings: Settings, run_id: int, requests: SignalRequests) -> Outcome:
    """How training ended, with every failure as one sentence for people; its traceback goes to the log."""
    try:
        with database.read() as session:
            run = runs.get(session, run_id)
        torch.set_num_threads(run.train_config.threads or settings.threads_per_run)
        return _train(run, settings, requests)
    except EvaluationAborted:
        return ENDINGS[requests.recorder.requested], None
    except (ConfigError, RefusedConfig, registry.DatasetUnavailable) as refusal:
        return "failed", str(refusal)
    except Exception as error:
        with suppress(OSError):  # the log may lie on the disk that is full
            traceback.print_exc()
        return "failed", _sentence(error)


def _sentence(error: Exception) -> str:
    """What went wrong, and what to do where we know."""
    if _is_out_of_memory(error):
        return f"The run needs more memory than there is: {_first_line(error)}"
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return f"The disk is full ({error.strerror}): make room, then resume from the last checkpoint."
    if isinstance(error, OperationalError):
        return f"The database could not be written ({error.orig}): make room on its disk, then resume the run."
    return f"{type(error).__name__}: {_first_line(error)}"


def _train(run: Run, settings: Settings, requests: SignalRequests) -> Outcome:
    config, recorder = run.train_config, requests.recorder

    def show(activity: str) -> None:
        if recorder.requested != "run":
            raise EvaluationAborted
        recorder.say(activity)

    show(f"Loading {config.dataset}")
    data = registry.load(
        config.dataset,
        folders=settings.datasets,
        cache=settings.dataset_cache,
        binarize=config.binarize,
        on_progress=show,
    )
    kept = Checkpoints(settings.checkpoints(run.id), config.identity)
    begin = kept.newest(at_most=recorder.stored, damaged=recorder.warn)
    model = None if begin else _inherited(run, settings, new_model(config, data))
    recorder.say(None)
    return _follow(train(config, data, model=model, resume=begin), requests, kept)


def _follow(training: Training, requests: SignalRequests, kept: Checkpoints) -> Outcome:
    """Record what training yields, keep its checkpoints, and end it when that is requested, after a last one.

    Before its first step there is nothing to save: until then it may be aborted anywhere, as an evaluation may.
    """
    recorder, save_now, stepped = requests.recorder, None, False
    scores: dict[int, float] = {}
    requests.evaluating = training
    while True:
        try:
            if requests.evaluating and recorder.requested != "run":
                requests.evaluating = None
                event = training.throw(EvaluationAborted())
            else:
                event = training.send(save_now)
        except StopIteration:
            return "finished", None
        save_now = True if isinstance(event, StepTerms) and recorder.requested != "run" else None
        if isinstance(event, EvaluationSpan):
            requests.evaluating = None if event.over and stepped else training
        elif isinstance(event, Checkpoint):
            requests.evaluating = None
            if recorder.settle():  # first the steps, then the checkpoint: none may be missing when the run goes on
                kept.save(event, scores.get(event.step))
            if recorder.requested != "run":
                return ENDINGS[recorder.requested], None
        else:
            recorder.record(event)
        if isinstance(event, StepTerms):
            stepped, requests.evaluating = True, None
        if isinstance(event, Evaluation):
            scores = {event.step: -event.reconstruction if event.elbo is None else event.elbo}
        if isinstance(event, Diverged):
            return "diverged", _diverged(event, kept)


def _diverged(event: Diverged, kept: Checkpoints) -> str:
    """What happened, and what there is from before."""
    good = kept.newest(at_most=event.step - 1)
    before = f" The checkpoint of step {good.step} is from before that." if good else ""
    return f"The {event.term} was no longer a finite number at step {event.step}.{before}"


def _inherited(run: Run, settings: Settings, model: VAE) -> VAE:
    """The model with the weights of the checkpoint that a forked run begins from."""
    if run.parent_id is None:
        return model
    parent = Checkpoints(settings.checkpoints(run.parent_id))
    checkpoint = parent.load(run.parent_step) if run.parent_step else parent.newest()
    if checkpoint is None:
        raise ConfigError("parent", f"Run {run.parent_id} has no checkpoint that this one could begin from.")
    load_weights(checkpoint, model)
    return model


def _is_out_of_memory(error: Exception) -> bool:
    """Torch has an exception for it on a GPU; its CPU allocator raises a RuntimeError."""
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or "can't allocate memory" in str(error)


def _first_line(error: Exception) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), "no reason given")
