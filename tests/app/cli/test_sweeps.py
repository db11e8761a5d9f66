"""The sweep commands over a real store; no server takes part, so that no trial is made but by the test."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.server_lock import owned
from app.cli.sweeps import app
from app.database.engine import Database
from app.errors import AppError, Conflict, NotFound
from app.records import Interval
from app.store import sweeps
from vae_core.config.train_config import RefusedConfig

Command = Callable[..., str]


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """Call a command on the test's data folder; returns what it printed."""

    def call(*words: str) -> str:
        result = CliRunner().invoke(app, [*words, "--data", str(tmp_path / "data")])
        if isinstance(result.exception, AppError | RefusedConfig):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    return call


def test_a_sweep_is_started_where_there_was_nothing(command: Command, tmp_path: Path) -> None:
    vary = ("--vary", "beta=0.1:10:log", "--vary", "latent_dim=2:16", "--vary", "hidden=200,100x50")
    output = command("start", *vary, "--set", "max_steps=50", "--trials", "8", "--name", "β", "--prune", "median")
    assert output == "Sweep 1, β: running.\nNo server is there to start its runs: elboard serve\n"
    database = Database(f"sqlite:///{tmp_path / 'data' / 'elboard.sqlite'}")
    with database.read() as session:
        sweep = sweeps.get(session, 1)
    database.close()
    assert sweep.space == {
        "beta": Interval(low=0.1, high=10, log=True),
        "latent_dim": Interval(low=2, high=16),
        "hidden": [[200], [100, 50]],
    }
    assert (sweep.config["max_steps"], sweep.trials, sweep.prune, sweep.minimise) == (
        50,
        8,
        "median",
        ["negative_elbo"],
    )


def test_with_a_server_nothing_more_is_said(command: Command, tmp_path: Path) -> None:
    with owned(tmp_path / "data", "http://127.0.0.1:1"):
        assert command("start", "--vary", "beta=1,2", "--minutes", "1", "--name", "one") == "Sweep 1, one: running.\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--vary", "beta=1:2:3", "--trials", "1"), "--vary takes field=low:high or field=low:high:log, not '1:2:3'"),
        (("--vary", "beta", "--trials", "1"), "--vary takes name=value, not 'beta'"),
        (("--vary", "beta=1,2"), "trials or minutes must say when the sweep is over"),
        (("--vary", "beta=1,2", "--trials", "0"), "trials must be at least 1, not 0"),
        (("--vary", "beta=1,2", "--trials", "1", "--sampler", "grid"), "sampler must be one of 'random' or 'tpe', not"),
        (("--vary", "beta=a:b", "--trials", "1"), "space must be a number, not 'a'"),
        (("--vary", "beta=2:1", "--trials", "1"), "space.beta must have low below high, 1, not 2"),
    ],
)
def test_a_refusal_is_one_clear_line(command: Command, words: tuple[str, ...], message: str) -> None:
    with pytest.raises((AppError, RefusedConfig)) as refused:
        command("start", *words)
    assert str(refused.value).startswith(message)


def test_sweeps_and_their_trials_are_listed(command: Command, database: Database) -> None:
    command("start", "--vary", "beta=0.5,2", "--vary", "latent_dim=2:4", "--trials", "4", "--name", "width")
    with database.write() as session:
        sweep = sweeps.get(session, 1)
        for number, value in ((1, 98.76), (2, 98.71)):
            sweeps.add_trial(session, sweep, number, {"beta": 2.0, "latent_dim": number}, [])
            (trial, _), *_ = sweeps.open_trials(session, 1)
            sweeps.note_result(session, trial, "complete", [value], 40)
        sweeps.add_trial(session, sweep, 3, {"beta": 0.5, "latent_dim": 3}, [])
    (row,) = command("list").splitlines()[1:]
    assert row.split() == ["1", "width", "running", "3/4", "negative_elbo", "beta,", "latent_dim"]
    first, second, third = command("show", "1").splitlines()[2:]
    assert first.split() == ["1", "1", "complete", "98.8", "2.00", "1"]
    assert second.split() == ["*", "2", "2", "complete", "98.7", "2.00", "2"]
    assert third.split() == ["3", "3", "running", "0.500", "3"]


def test_a_sweep_is_paused_resumed_stopped_and_extended(command: Command) -> None:
    command("start", "--vary", "beta=0.5,2", "--trials", "4", "--name", "width")
    assert command("pause", "1") == "Sweep 1, width: paused.\n"
    assert command("resume", "1") == "Sweep 1, width: running.\n"
    assert command("stop", "1") == "Sweep 1, width: stopped.\n"
    assert command("extend", "1", "--trials", "8") == "Sweep 1, width: running.\n"
    with pytest.raises(Conflict, match="8 are no more than that"):
        command("extend", "1", "--trials", "8")
    with pytest.raises(RefusedConfig, match="trials must be at most 1000, not 1001"):
        command("extend", "1", "--trials", "1001")
    with pytest.raises(NotFound, match="There is no sweep 2"):
        command("pause", "2")
