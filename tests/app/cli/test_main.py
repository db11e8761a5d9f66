"""The command as a shell sees it: lines, exit statuses, the store it leaves."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from io import StringIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from app.cli.main import _listen, main
from app.database import schema
from app.database.engine import PRAGMAS, Database
from app.database.tables import RunRow
from app.store import runs
from app.web.security import HOSTS
from tests.server import NO_NETWORK, Server, wait_until
from vae_core.config.train_config import TrainConfig
from vae_core.presets import PRESETS

QUICK = [*("--set", "hidden=8"), *("--set", "latent_dim=2"), *("--set", "max_steps=5"), *("--set", "examine=false")]


def elboard(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "elboard", *words]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **NO_NETWORK}, check=False)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """The same in this process, for what needs no process of its own: exit status, output, errors."""

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["elboard", *words])
        monkeypatch.setattr(sys, "stdin", StringIO(LOSS))
        with pytest.raises(SystemExit) as ended:
            main()
        output = capsys.readouterr()
        return int(ended.value.code or 0), output.out, output.err

    return call


def test_presets_are_listed(command: Callable[..., tuple[int, str, str]]) -> None:
    status, told, _ = command("presets")
    assert status == 0
    assert [line.split()[0] for line in told.splitlines()] == list(PRESETS)


def test_train_runs_here_and_leaves_the_run_in_the_store(tmp_path: Path) -> None:
    told = elboard("train", "--data", str(tmp_path), "--json", "--name", "here", *QUICK)
    assert told.returncode == 0, told.stderr
    (run,) = json.loads(told.stdout)["runs"]
    assert (run["name"], run["status"], run["step"]) == ("here", "finished", 5)
    database = Database(f"sqlite:///{tmp_path / 'elboard.sqlite'}")
    with database.read() as session:
        assert runs.get(session, run["id"]).config["hidden"] == [8]
    database.close()


def test_a_run_is_exported_into_a_new_file_and_never_over_another(
    command: Callable[..., tuple[int, str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'data' / 'elboard.sqlite'}")
    database.create_tables()
    with database.write() as session:
        runs.create(session, TrainConfig(max_steps=5), name="here")
    database.close()
    monkeypatch.chdir(tmp_path)
    words = ["export", "1", "--data", "data", "--format"]
    assert command(*words, "script")[:2] == (0, "elboard-run-1.py (5 kB)\n")
    assert "Run 1, here: a variational autoencoder" in Path("elboard-run-1.py").read_text()
    assert command(*words, "json", "--output", "record.json")[0] == 0
    assert json.loads(Path("record.json").read_text())["run"]["name"] == "here"
    for refused, said in {
        ("json", "--output", "record.json"): "record.json is there already",
        ("csv", "--output", "nowhere/steps.csv"): "cannot write nowhere/steps.csv: No such file",
        ("xml",): "format must be one of script, html, csv, parquet, json, safetensors, not 'xml'",
        ("safetensors",): "Run 1 has no checkpoint",
    }.items():
        status, _, errors = command(*words, *refused)
        assert (status, said in errors) == (2, True), errors
    assert {path.name for path in tmp_path.iterdir()} == {"data", "elboard-run-1.py", "record.json"}


def test_train_says_how_it_ended(tmp_path: Path) -> None:
    told = elboard("train", "--data", str(tmp_path), *QUICK)
    assert told.returncode == 0
    assert "held out −ELBO" in " ".join(told.stdout.split())
    failed = elboard("train", "--data", str(tmp_path), "--set", "dataset=mnist", *QUICK)
    assert failed.returncode == 1
    assert "MNIST" in failed.stdout


def test_control_c_saves_and_pauses_and_train_goes_on(tmp_path: Path) -> None:
    longer = ["--set", "max_steps=100000", "--set", "batch_size=8"]
    command = [sys.executable, "-m", "elboard", "train", "--data", str(tmp_path), "--json", *QUICK, *longer]
    database = Database(f"sqlite:///{tmp_path / 'elboard.sqlite'}")

    def row() -> RunRow | None:
        with suppress(OperationalError), database.read() as session:  # its tables are not there yet
            return session.get(RunRow, 1)
        return None

    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **NO_NETWORK}) as training:
        wait_until(lambda: (run := row()) and run.step)
        training.send_signal(signal.SIGINT)
        output, _ = training.communicate(timeout=60)
    assert json.loads(output)["runs"][0]["status"] == "paused"
    paused = row()
    assert (paused.status, training.returncode) == ("paused", 1)
    with database.write() as session:  # so little is left that the test is short
        run = session.get(RunRow, 1)
        run.config, run.total_steps = {**run.config, "max_steps": run.step + 10}, run.step + 10
    assert elboard("train", "--data", str(tmp_path), "--resume", "1").returncode == 0
    assert (row().status, row().step) == ("finished", paused.step + 10)
    refused = elboard("train", "--data", str(tmp_path), "--resume", "1")
    assert refused.returncode == 2
    assert "Run 1 is finished, so it cannot resume" in refused.stderr
    database.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["train", "--resume", "1", "--set", "beta=2"], "--resume goes on with a run as it is"),
        (["train", "--set", "latent_dim=0"], "latent_dim must be at least 1, not '0'"),
        (["train", "--set", "learning_rate=nan"], "learning_rate must be a finite number"),
        (["train", "--set", "nope=1"], "nope is not a field"),
        (["train", "--set", "beta"], "--set takes field=value, not 'beta'"),
        (["train", "--preset", "nope"], "preset must be one of"),
        (["serve", "--port", "99999"], "99999"),
        (["serve", "--no-auth", "--host", "0.0.0.0", "--port", "0"], "loopback"),  # noqa: S104
        (["dance"], "dance"),
    ],
)
def test_nonsense_is_refused_with_status_2_and_no_traceback(
    command: Callable[..., tuple[int, str, str]], words: list[str], said: str, tmp_path: Path
) -> None:
    status, _, errors = command(*words, *(["--data", str(tmp_path)] if words[0] != "dance" else []))
    assert status == 2
    assert said in errors
    assert "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = elboard("serve", "--port", str(port), "--data", str(tmp_path))
    assert told.returncode == 2
    assert told.stderr.count("\n") == 1
    assert f"port {port}" in told.stderr


def test_the_first_line_is_the_address_and_the_second_signs_in(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "elboard", "serve", "--port", "0", "--data", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    url, entry = process.stdout.readline().strip(), process.stdout.readline().split()[-1]
    process.terminate()
    assert process.wait(300) == 0
    process.stdout.close()
    assert url.startswith("http://127.0.0.1:")
    assert entry.startswith(f"{url}/login?code=")
    assert "127.0.0.1" in HOSTS


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_between_the_first_line_and_the_first_request_ends_the_server(
    tmp_path: Path, number: signal.Signals
) -> None:
    signalled = f"""
import os, sys, uvicorn
run = uvicorn.Server.run
def signalled(*args, **kwargs):
    os.kill(os.getpid(), {number:d})
    run(*args, **kwargs)
uvicorn.Server.run = signalled
from app.cli.main import main
main()
"""
    words = ["serve", "--port", "0", "--data", str(tmp_path)]
    process = subprocess.Popen([sys.executable, "-c", signalled, *words], stdout=subprocess.DEVNULL)
    assert process.wait(300) == 0


def test_a_second_server_on_one_folder_exits_3_and_names_the_first(tmp_path: Path) -> None:
    first = Server(tmp_path)
    told = elboard("serve", "--port", "0", "--no-auth", "--data", str(tmp_path))
    assert told.returncode == 3
    assert told.stderr == (
        f"elboard: {tmp_path} belongs to the server at {first.url} (process {first.process.pid}): stop it, or give "
        "another folder with --data\n"
    )
    first.process.kill()
    first.stop()
    second = Server(tmp_path)  # a lock does not outlive its server, whatever killed it
    assert second.stop() == 0


LOSS = "F.mse_loss(r, x) + beta * torch.mean(-0.5 * torch.sum(1 + v - mu**2 - v.exp(), dim=1))"


def test_translate_says_what_a_file_a_pipe_or_a_recipe_trains(
    command: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    file = tmp_path / "loss.py"
    file.write_text(LOSS)
    status, told, errors = command("translate", str(file), "--value", "beta=1")
    assert status == 0, errors
    assert told.startswith("This loss is the −ELBO of a Gaussian decoder with σ = 19.8, up to a factor.\n")
    assert "Linear theory predicts that every latent unit dies" in told
    assert "def negative_elbo(mean, x, mu, logvar, sigma=19.7989898732, beta=1.0):" in told
    _, piped, _ = command("translate", "--value", "beta=1", "--json", "--dataset", "digits")
    assert json.loads(piped)["implied_sigma"] == pytest.approx((64 / 2) ** 0.5)
    assert "β = 784" in command("translate", "--recipe", "keras-2016")[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--recipe", "nope"], "recipe must be one of pytorch-examples"),
        (["--recipe", "pythae", "--latent-dim", "0"], "latent_dim must be at least 1, not 0"),
        (["--recipe", "pythae", "--dataset", "cifar"], "dataset must be one of digits, mnist"),
        (["nowhere.py"], "cannot read nowhere.py: No such file"),
        (["--value", "beta"], "--value takes name=value, not 'beta'"),
    ],
)
def test_translate_refuses_in_one_line(
    command: Callable[..., tuple[int, str, str]], words: list[str], said: str
) -> None:
    status, _, errors = command("translate", *words)
    assert status == 2
    assert said in errors
    assert errors.count("\n") == 1


def test_a_database_of_a_newer_version_is_refused_with_status_2(
    command: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'elboard.sqlite'}")
    database.create_tables()
    with database.write() as session:
        session.execute(sa.update(schema.TABLE).values(version_num="9999"))
    database.close()
    status, _, errors = command("serve", "--port", "0", "--data", str(tmp_path))
    assert status == 2
    assert errors.startswith("elboard: The database has tables of version 9999")
    assert errors.count("\n") == 1


def test_a_locked_database_is_one_clear_line_to_who_writes(
    command: Callable[..., tuple[int, str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'elboard.sqlite'}")
    database.create_tables()
    with database.write() as session:
        run = runs.create(session, TrainConfig.parse({}))
    monkeypatch.setitem(PRAGMAS, "busy_timeout", 0)
    with database.write() as session:
        runs.update(session, run.id, notes="somebody else's transaction")
        listed, _, _ = command("list", "--data", str(tmp_path))
        status, _, errors = command("stop", str(run.id), "--data", str(tmp_path))
    database.close()
    assert (listed, status) == (0, 1)
    assert errors.startswith("elboard: Nothing was changed, since the database is busy with another process")
    assert errors.count("\n") == 1


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="Linux only")
def test_the_kernel_drops_a_client_that_takes_nothing() -> None:
    with _listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 15_000


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere connections need not inherit it")
def test_answers_wait_for_no_acknowledgement() -> None:
    with _listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
