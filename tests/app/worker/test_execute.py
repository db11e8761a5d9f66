import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from threading import Event, Thread
from typing import Any, NoReturn, get_args

import pytest
import sqlalchemy as sa
import torch
from sqlmodel import Session

from app.database.engine import Database
from app.database.tables import RunRow
from app.records import Run, Steps
from app.settings import Settings
from app.store import attempts, control, evaluations, pictures, reports, runs, steps
from app.worker.execute import execute
from app.worker.recorder import Recorder
from tests.app.conftest import Eventually
from vae_core.checkpoint import Checkpoints
from vae_core.config.train_config import TrainConfig
from vae_core.events import PictureKind

PROGRAM = import_module("app.worker.execute")
TRAINING = import_module("vae_core.training.train")  # the module, whose room has the function under its name

LONG: dict[str, Any] = {"hidden": (4,), "latent_dim": 2, "batch_size": 8, "max_steps": 10**7, "evaluate_every": 10**7}

SHORT: dict[str, Any] = {"hidden": (8,), "latent_dim": 2, "examine": False}

Finish = Callable[[int], RunRow]
Meanwhile = Callable[[int, Callable[[], object]], None]
Change = Callable[[Session, int], object]


@pytest.fixture
def settings(tmp_path: Path, database: Database) -> Settings:
    return Settings(data=tmp_path / "data", database_url=database.url.render_as_string(), datasets=())


@pytest.fixture
def claimed(database: Database, new_run: Callable[..., Run]) -> Callable[..., int]:
    """A run in its first attempt, with the configuration given."""

    def make(**config: Any) -> int:
        run = new_run(**config)
        with database.write() as session:
            row = session.get(RunRow, run.id)
            row.status, row.attempt = "running", 1
        return run.id

    return make


@pytest.fixture
def finish(database: Database, settings: Settings) -> Finish:
    """Execute a run in this process and read its row."""

    def run(run_id: int) -> RunRow:
        status = execute(settings, run_id, 1)
        with database.read() as session:
            row = runs.get_row(session, run_id)
        assert status == row.status or row.attempt != 1
        return row

    return run


@pytest.fixture
def meanwhile(database: Database, eventually: Eventually) -> Iterator[Meanwhile]:
    """Do something from another thread as soon as the run has stored a step."""
    threads: list[Thread] = []

    def do(run_id: int, action: Callable[[], object]) -> None:
        def wait() -> None:
            eventually(lambda: _steps(database, run_id).step)
            action()

        threads.append(Thread(target=wait))
        threads[-1].start()

    yield do
    for thread in threads:
        thread.join()


def _steps(database: Database, run_id: int) -> Steps:
    with database.read() as session:
        window = steps.window(session, run_id, points=10**6)
    assert isinstance(window, Steps)
    return window


def test_a_run_on_digits_is_recorded_whole(database: Database, claimed: Callable[..., int], finish: Finish) -> None:
    run_id = claimed(hidden=(16,), latent_dim=3, batch_size=100, epochs=4)
    run = finish(run_id)
    assert (run.status, run.error, run.activity) == ("finished", None, None)
    assert (run.step, run.epoch) == (run.total_steps, 4.0)
    stored = _steps(database, run_id)
    assert stored.step == list(range(1, 61))
    assert stored.nonfinite == []
    for kl, reconstruction, elbo in zip(stored.kl, stored.reconstruction, stored.elbo, strict=True):
        assert elbo == pytest.approx(-(reconstruction + kl))
    assert run.latest["elbo"] == stored.elbo[-1]
    with database.read() as session:
        assert evaluations.last(session, run_id).step == 60
        kinds = {row.kind for row in pictures.of_run(session, run_id)}
    assert kinds == set(get_args(PictureKind))


def test_threads_are_those_of_the_run_or_of_the_settings(
    claimed: Callable[..., int], finish: Finish, settings: Settings
) -> None:
    finish(claimed(max_steps=1, threads=2))
    assert torch.get_num_threads() == 2
    finish(claimed(max_steps=1))
    assert torch.get_num_threads() == settings.threads_per_run


def test_a_stop_request_ends_the_run(
    database: Database, claimed: Callable[..., int], finish: Finish, meanwhile: Meanwhile
) -> None:
    run_id = claimed(**LONG)

    def request() -> None:
        with database.write() as session:
            control.stop(session, run_id)

    meanwhile(run_id, request)
    run = finish(run_id)
    assert (run.status, run.error) == ("stopped", None)
    assert _steps(database, run_id).step == list(range(1, run.step + 1))


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, "interrupted"), (signal.SIGINT, "paused")])
def test_a_signal_ends_the_run_after_a_checkpoint(
    settings: Settings,
    claimed: Callable[..., int],
    finish: Finish,
    meanwhile: Meanwhile,
    number: signal.Signals,
    status: str,
) -> None:
    before = signal.getsignal(number)
    run_id = claimed(**LONG)
    meanwhile(run_id, lambda: os.kill(os.getpid(), number))
    run = finish(run_id)
    assert run.status == status
    assert Checkpoints(settings.checkpoints(run_id)).newest().step == run.step
    assert signal.getsignal(number) == before


def _weights(settings: Settings, run_id: int) -> dict[str, bytes]:
    arrays = Checkpoints(settings.checkpoints(run_id)).newest().arrays
    return {name: value.tobytes() for name, value in arrays.items()}


@pytest.fixture
def again(database: Database) -> Callable[..., int]:
    """Claim a run that has ended for its next attempt."""

    def claim(run_id: int, change: Change = control.resume) -> int:
        with database.write() as session:
            change(session, run_id)
            return attempts.claim(session, run_id).attempt

    return claim


def test_a_run_that_was_paused_and_resumed_is_the_one_that_never_stopped(
    database: Database,
    settings: Settings,
    claimed: Callable[..., int],
    finish: Finish,
    meanwhile: Meanwhile,
    again: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole, paused = (claimed(**SHORT, batch_size=8, max_steps=600, evaluate_every=250) for _ in range(2))
    finish(whole)
    heard, beta_at, interrupt = Event(), TRAINING.beta_at, Recorder.interrupt

    def beta_once_the_request_is_heard(config: TrainConfig, step: int) -> float:
        assert step < 300 or heard.wait(300)
        return beta_at(config, step)

    def hear(recorder: Recorder, request: str) -> None:
        interrupt(recorder, request)
        heard.set()

    def pause() -> None:
        with database.write() as session:
            control.pause(session, paused)

    meanwhile(paused, pause)
    with monkeypatch.context() as patch:
        patch.setattr(TRAINING, "beta_at", beta_once_the_request_is_heard)
        patch.setattr(Recorder, "interrupt", hear)
        run = finish(paused)
    assert (run.status, run.error, run.finished_at) == ("paused", None, None)
    assert 0 < run.step <= 300
    assert execute(settings, paused, again(paused)) == "finished"
    first, second = (_steps(database, run_id) for run_id in (whole, paused))
    for name in ("step", "reconstruction", "kl", "loss"):
        assert getattr(first, name) == getattr(second, name)
    assert _weights(settings, whole) == _weights(settings, paused)


def test_no_request_waits_for_an_evaluation(
    database: Database,
    settings: Settings,
    claimed: Callable[..., int],
    finish: Finish,
    again: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_id = claimed(**SHORT | {"examine": True}, max_steps=60)
    examining = Event()

    def examine_for_ever(*_: object, **__: object) -> NoReturn:
        examining.set()
        Event().wait(300)
        raise AssertionError("the examination was not broken off")

    def stop() -> None:
        examining.wait(300)
        with database.write() as session:
            control.stop(session, run_id)

    thread = Thread(target=stop)
    thread.start()
    with monkeypatch.context() as patch:
        patch.setattr(TRAINING, "examine", examine_for_ever)
        run = finish(run_id)
    thread.join()
    assert (run.status, run.step, run.error) == ("stopped", 60, None)
    assert execute(settings, run_id, again(run_id)) == "finished"
    with database.read() as session:
        assert reports.last(session, run_id)
    assert _steps(database, run_id).step == list(range(1, 61))


def test_no_request_waits_for_a_first_step(
    database: Database,
    settings: Settings,
    claimed: Callable[..., int],
    finish: Finish,
    again: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_id, stepping, real = claimed(**SHORT, max_steps=60), Event(), TRAINING.beta_at

    def step_for_ever(*_: object) -> NoReturn:
        stepping.set()
        Event().wait(300)
        raise AssertionError("the step was not broken off")

    def pause() -> None:
        stepping.wait(300)
        with database.write() as session:
            control.pause(session, run_id)

    thread = Thread(target=pause)
    thread.start()
    monkeypatch.setattr(TRAINING, "beta_at", step_for_ever)
    run = finish(run_id)
    thread.join()
    assert (run.status, run.step, run.error) == ("paused", 0, None)
    monkeypatch.setattr(TRAINING, "beta_at", real)
    assert execute(settings, run_id, again(run_id)) == "finished"
    assert _steps(database, run_id).step == list(range(1, 61))


def test_steps_that_were_stored_after_the_last_checkpoint_are_replayed_and_compared(
    database: Database,
    settings: Settings,
    claimed: Callable[..., int],
    finish: Finish,
    again: Callable[..., int],
) -> None:
    run_id = claimed(**SHORT, max_steps=60, checkpoint_every=20)
    finish(run_id)
    before = _steps(database, run_id)

    def lost(session: Session, run_id: int) -> None:
        """The process died after step 60 was stored and before its checkpoint was."""
        for file in settings.checkpoints(run_id).glob("000000060.*"):
            file.unlink()
        row = runs.get_row(session, run_id)
        row.status = "queued"

    assert execute(settings, run_id, again(run_id, lost)) == "finished"
    with database.read() as session:
        assert runs.get(session, run_id).notice is None
    assert _steps(database, run_id) == before

    with database.write() as session:
        session.execute(sa.update(steps.TABLE).where(steps.TABLE.c.step == 50).values(loss=1.0))
    execute(settings, run_id, again(run_id, lost))
    with database.read() as session:
        assert "the loss of step 50 was" in runs.get(session, run_id).notice


def test_a_damaged_checkpoint_is_named_and_the_one_before_is_used(
    database: Database,
    settings: Settings,
    claimed: Callable[..., int],
    finish: Finish,
    again: Callable[..., int],
) -> None:
    run_id = claimed(**SHORT, max_steps=60, checkpoint_every=20)
    finish(run_id)
    before = _steps(database, run_id)
    (settings.checkpoints(run_id) / "000000060.safetensors").write_bytes(b"\0" * 100)

    def longer(session: Session, run_id: int) -> None:
        control.extend(session, run_id, max_steps=80)

    assert execute(settings, run_id, again(run_id, longer)) == "finished"
    with database.read() as session:
        run = runs.get(session, run_id)
    assert run.notice == "The checkpoint of step 60 is damaged: its SHA-256 differs."
    after = _steps(database, run_id)
    assert after.step == list(range(1, 81))
    assert after.loss[:60] == before.loss


def test_a_full_disk_is_a_sentence_and_loses_no_step(
    database: Database, claimed: Callable[..., int], finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Checkpoints, "save", full)
    run = finish(claimed(max_steps=30, checkpoint_every=20))
    assert run.status == "failed"
    assert run.error == ("The disk is full (No space left on device): make room, then resume from the last checkpoint.")
    assert _steps(database, run.id).step[:20] == list(range(1, 21))


def test_a_forked_run_begins_with_its_parents_weights(
    database: Database, settings: Settings, claimed: Callable[..., int], finish: Finish
) -> None:
    parent = claimed(**SHORT, max_steps=200, evaluate_every=200)
    finish(parent)
    with database.write() as session:
        child = control.fork(session, parent, {"beta": 4.0, "learning_rate": 1e-9, "max_steps": 1})
        assert (child.parent_id, child.parent_step) == (parent, None)
        attempts.claim(session, child.id)
    execute(settings, child.id, 1)
    with database.read() as session:
        ended, began = evaluations.last(session, parent), evaluations.at_step(session, child.id, 0)
    assert began.reconstruction == ended.reconstruction


def test_a_fenced_attempt_ends_without_a_trace(
    database: Database, claimed: Callable[..., int], finish: Finish, meanwhile: Meanwhile
) -> None:
    run_id = claimed(**LONG)
    known: list[int] = []

    def supersede() -> None:
        with database.write() as session:
            session.get(RunRow, run_id).attempt = 2
            known.extend(steps.window(session, run_id, points=10**6).step)

    meanwhile(run_id, supersede)
    run = finish(run_id)
    assert (run.status, run.attempt) == ("running", 2)
    assert _steps(database, run_id).step == known


def test_a_diverging_run_says_where(database: Database, claimed: Callable[..., int], finish: Finish) -> None:
    run_id = claimed(likelihood="gaussian", optimizer="sgd", learning_rate=10, hidden=(16,), checkpoint_every=1)
    run = finish(run_id)
    assert run.status == "diverged"
    reason, before = run.error.split(". ")
    assert reason.endswith(f"was no longer a finite number at step {run.step}")
    assert before == f"The checkpoint of step {run.step - 1} is from before that."
    assert _steps(database, run_id).nonfinite == [run.step]
    assert None in run.latest.values()


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")


@pytest.mark.usefixtures("no_network")
def test_a_missing_data_set_is_one_readable_sentence(claimed: Callable[..., int], finish: Finish) -> None:
    run = finish(claimed(dataset="mnist"))
    assert run.status == "failed"
    assert "mnist" in run.error.lower()
    assert "Traceback" not in run.error
    assert run.activity is None


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (lambda: torch.empty(2**60), "The run needs more memory than there is: "),
        (lambda: bytearray(2**62), "The run needs more memory than there is: "),
        (lambda: dict[str, int]()["secret"], "KeyError: 'secret'"),
        (lambda: torch.ones(2) + torch.ones(3), "RuntimeError: The size of tensor a (2) must match"),
    ],
)
def test_a_failure_is_a_sentence_and_its_traceback_goes_to_the_log(
    claimed: Callable[..., int],
    finish: Finish,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    fault: Callable[[], object],
    expected: str,
) -> None:
    def train(*_: object, **__: object) -> Iterator[object]:
        yield fault()

    monkeypatch.setattr(PROGRAM, "train", train)
    run = finish(claimed())
    assert run.status == "failed"
    assert run.error.startswith(expected)
    assert "\n" not in run.error
    assert "Traceback" in capfd.readouterr().err


def test_stopping_while_data_is_prepared(
    database: Database, claimed: Callable[..., int], finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = claimed()

    def load(_name: str, *, on_progress: Callable[[str], object], **_: object) -> NoReturn:
        with database.write() as session:
            control.stop(session, run_id)
        while True:
            on_progress("Downloading")

    monkeypatch.setattr(PROGRAM.registry, "load", load)
    assert finish(run_id).status == "stopped"


def test_a_spare_ends_quietly_when_its_server_is_gone() -> None:
    spare = subprocess.run(
        [sys.executable, "-m", "app.worker"], input=b"", capture_output=True, check=True, cwd=Path.cwd()
    )
    assert spare.stdout == spare.stderr == b""
