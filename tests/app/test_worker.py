import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest
import torch

from app import worker
from app.models import Run
from app.settings import Settings
from app.store import evaluations, pictures, runs, steps
from app.worker import execute

LONG = {"hidden": (4,), "latent_dim": 2, "batch_size": 8, "max_steps": 10**7, "evaluate_every": 10**7}


@pytest.fixture
def settings(tmp_path, database):
    return Settings(data=tmp_path / "data", database_url=database.url.render_as_string(), datasets=())


@pytest.fixture
def claimed(database, new_run):
    """A run in its first attempt, with the configuration given."""

    def make(**config):
        run = new_run(**config)
        with database.write() as session:
            row = session.get(Run, run.id)
            row.status, row.attempt = "running", 1
        return run.id

    return make


@pytest.fixture
def finish(database, settings):
    """Execute a run in this process and read its row."""

    def run(run_id):
        status = execute(settings, run_id, 1)
        with database.read() as session:
            row = runs.get(session, run_id)
        assert status == row.status or row.attempt != 1
        return row

    return run


@pytest.fixture
def meanwhile(database, eventually):
    """Do something from another thread as soon as the run has stored a step."""
    threads = []

    def do(run_id, action):
        def wait():
            eventually(lambda: _steps(database, run_id)["step"])
            action()

        threads.append(Thread(target=wait))
        threads[-1].start()

    yield do
    for thread in threads:
        thread.join()


def _steps(database, run_id):
    with database.read() as session:
        return steps.columns(session, run_id, points=10**6)


def test_a_run_on_digits_is_recorded_whole(database, claimed, finish):
    run_id = claimed(hidden=(16,), latent_dim=3, batch_size=100, epochs=4)
    run = finish(run_id)
    assert (run.status, run.error, run.activity) == ("finished", None, None)
    assert (run.step, run.epoch) == (run.total_steps, 4.0)
    found = _steps(database, run_id)
    assert found["step"] == list(range(1, 61))
    assert found["nonfinite"] == []
    for kl, reconstruction, elbo in zip(found["kl"], found["reconstruction"], found["elbo"], strict=True):
        assert elbo == pytest.approx(-(reconstruction + kl))
    assert run.latest["elbo"] == found["elbo"][-1]
    with database.read() as session:
        assert evaluations.last(session, run_id)["step"] == 60
        kinds = {row["kind"] for row in pictures.all(session, run_id)}
    assert kinds == {"inputs", "reconstructions", "prior_means", "prior_samples"}


def test_threads_are_those_of_the_run_or_of_the_settings(claimed, finish, settings):
    finish(claimed(max_steps=1, threads=2))
    assert torch.get_num_threads() == 2
    finish(claimed(max_steps=1))
    assert torch.get_num_threads() == settings.threads_per_run


def test_a_stop_request_ends_the_run(database, claimed, finish, meanwhile):
    run_id = claimed(**LONG)

    def request():
        with database.write() as session:
            runs.request_stop(session, run_id)

    meanwhile(run_id, request)
    run = finish(run_id)
    assert (run.status, run.error) == ("stopped", None)
    assert _steps(database, run_id)["step"] == list(range(1, run.step + 1))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_run_like_a_stop_request(claimed, finish, meanwhile, number):
    before = signal.getsignal(number)
    run_id = claimed(**LONG)
    meanwhile(run_id, lambda: os.kill(os.getpid(), number))
    assert finish(run_id).status == "stopped"
    assert signal.getsignal(number) == before


def test_a_fenced_attempt_ends_without_a_trace(database, claimed, finish, meanwhile):
    run_id = claimed(**LONG)
    known = []

    def supersede():
        with database.write() as session:
            session.get(Run, run_id).attempt = 2
            known.extend(steps.columns(session, run_id, points=10**6)["step"])

    meanwhile(run_id, supersede)
    run = finish(run_id)
    assert (run.status, run.attempt) == ("running", 2)
    assert _steps(database, run_id)["step"] == known


def test_a_diverging_run_says_where(database, claimed, finish):
    run_id = claimed(likelihood="gaussian", optimizer="sgd", learning_rate=10, hidden=(16,))
    run = finish(run_id)
    assert run.status == "diverged"
    assert run.error.endswith(f"was no longer a finite number at step {run.step}.")
    assert _steps(database, run_id)["nonfinite"] == [run.step]
    assert None in run.latest.values()


@pytest.fixture
def no_network(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")


@pytest.mark.usefixtures("no_network")
def test_a_missing_data_set_is_one_readable_sentence(claimed, finish):
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
        (lambda: {}["secret"], "KeyError: 'secret'"),
        (lambda: torch.ones(2) + torch.ones(3), "RuntimeError: The size of tensor a (2) must match"),
    ],
)
def test_a_failure_is_a_sentence_and_its_traceback_goes_to_the_log(
    claimed, finish, monkeypatch, capfd, fault, expected
):
    def train(*_):
        yield fault()

    monkeypatch.setattr(worker, "train", train)
    run = finish(claimed())
    assert run.status == "failed"
    assert run.error.startswith(expected)
    assert "\n" not in run.error
    assert "Traceback" in capfd.readouterr().err


def test_stopping_while_data_is_prepared(database, claimed, finish, monkeypatch):
    run_id = claimed()

    def load(_name, *, on_progress, **_):
        with database.write() as session:
            runs.request_stop(session, run_id)
        while True:
            on_progress("Downloading")

    monkeypatch.setattr(worker.registry, "load", load)
    assert finish(run_id).status == "stopped"


def test_a_spare_ends_quietly_when_its_server_is_gone():
    spare = subprocess.run(
        [sys.executable, "-m", "app.worker"], input=b"", capture_output=True, check=True, cwd=Path.cwd()
    )
    assert spare.stdout == spare.stderr == b""
