"""A full disk under a real server and its workers: `python -m tests.faults.disk`.

The disk is a small tmpfs in a mount namespace of its own, which needs no rights but those of a user namespace.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from sqlalchemy.exc import OperationalError

from app.database import reserve
from app.database.engine import Database
from app.database.tables import RunRow
from app.errors import Unrecorded
from app.store import attempts, runs, steps
from app.worker.recorder import Recorder
from tests.faults.calm import CONFIG, STEPS, calm_weights, final_weights, losses
from tests.server import Server, wait_until
from vae_core.config.train_config import TrainConfig
from vae_core.events import StepTerms

SIZE_MIB = 64


def is_possible() -> bool:
    """Whether this kernel lets us mount a disk of our own."""
    return bool(shutil.which("unshare")) and _in_namespace("true").returncode == 0


def play(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run this program on a small disk mounted at `folder`, which only it sees."""
    script = f'mount -t tmpfs -o size={SIZE_MIB}m tmpfs "$1" && exec "$2" -m tests.faults.disk "$1"'
    return _in_namespace("sh", "-c", script, "sh", str(folder), sys.executable)


def _in_namespace(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["unshare", "-Urm", *command], capture_output=True, text=True, check=False)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Somebody else's file takes all the room there is, to the last page."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(2**16)) == 2**16:
                pass
        except OSError:
            pass
    yield
    ballast.unlink()


def run_fails_and_goes_on(disk: Path) -> str:
    """The disk fills under a run: it fails with a sentence, keeps what it had told, and goes on when there is room."""
    data = disk / "data"
    server = Server(data)
    (run,) = (run["id"] for run in server.launch(config=CONFIG))

    def row() -> dict[str, Any]:
        return server.api.get(f"/api/runs/{run}").json()

    wait_until(lambda: row()["step"] > 200)
    with full(disk):
        before = losses(server, run)
        ended = wait_until(lambda: (now := row())["status"] != "running" and now)
        assert ended["status"] == "failed", ended
        assert "make room" in ended["error"], ended["error"]
        assert "\n" not in ended["error"]
        kept = losses(server, run)
        assert before.items() <= kept.items()
        assert list(kept) == list(range(1, ended["step"] + 1))
        assert server.api.get(f"/runs/{run}").status_code == 200
    assert server.api.post(f"/api/runs/{run}/resume").status_code == 200
    ended = wait_until(lambda: (now := row())["finished_at"] and now)
    assert (ended["status"], ended["error"]) == ("finished", None), ended
    after = losses(server, run)
    assert kept.items() <= after.items()
    assert list(after) == list(range(1, STEPS + 1))
    assert server.stop() == 0
    assert Database(f"sqlite:///{data / 'elboard.sqlite'}").damage() is None
    return f"{len(before)} steps told before, {len(kept)} after, {len(after)} in the end; {final_weights(data, run)}"


def ending_is_recorded(disk: Path) -> str:
    """The disk fills under the very last steps: the room kept back is enough for them and the ending."""
    database, run = _claimed(disk / "ending")
    reserve.keep(database)
    with Recorder(database, run.id, run.attempt) as recorder, full(disk):
        _fill_log(database)
        recorder.record(_block(1, 1000))
        recorder.close("finished")
    with database.read() as session:
        assert runs.get(session, run.id).status == "finished"
        assert steps.last(session, run.id) == 1000
    database.close()
    return "1000 steps and the ending written into the room kept back"


def ending_cannot_be_recorded(disk: Path) -> str:
    """Without that room the recorder neither hangs nor lies: it raises a sentence and leaves the row to the server."""
    database, run = _claimed(disk / "nothing")
    with Recorder(database, run.id, run.attempt) as recorder, full(disk):
        _fill_log(database)
        try:
            recorder.close("failed", "Something else went wrong.")
        except Unrecorded as error:
            sentence = str(error)
    assert sentence.startswith("The run's ending could not be written (database or disk is full): ")
    assert database.damage() is None
    database.close()
    return f"it raises: {sentence}"


def _claimed(folder: Path) -> tuple[Database, RunRow]:
    database = Database(f"sqlite:///{folder / 'elboard.sqlite'}")
    database.create_tables()
    with database.write() as session:
        return database, attempts.claim(session, runs.create(session, TrainConfig(max_steps=1000)).id)


def _fill_log(database: Database) -> None:
    """Use up the room that the write-ahead log has already."""
    try:
        while True:
            with database.write() as session:
                runs.create(session, TrainConfig())
    except OperationalError:
        pass


def _block(first: int, last: int) -> StepTerms:
    step = np.arange(first, last + 1)
    column = step.astype(float)
    return StepTerms(step, column, column, reconstruction=column, kl=column, elbo=column, loss=column, beta=column)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        for scene in (ending_is_recorded, ending_cannot_be_recorded, run_fails_and_goes_on):
            print(f"{scene.__name__}: {scene(Path(sys.argv[1]))}", flush=True)
    else:
        with TemporaryDirectory() as folder:
            played, calm = play(Path(folder)), calm_weights(Path(folder) / "calm")
        print(
            played.stdout + played.stderr + ("the weights of a calm run" if calm in played.stdout else "OTHER WEIGHTS")
        )
        sys.exit(played.returncode or calm not in played.stdout)
