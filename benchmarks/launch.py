"""How long a launch takes: from `POST /api/runs` to the first stored step, with a warm spare and without one.

A real server process answers; this process watches its database. `python -m benchmarks.launch`.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from threading import Event
from time import perf_counter

import psutil

from app.database.engine import Database
from app.store import runs, steps
from tests.server import Server

ROUNDS = 5
CONFIG = {"dataset": "digits", "hidden": [128], "latent_dim": 10, "batch_size": 64, "max_steps": 1000}

pause = Event().wait


def main() -> None:
    """Print a line for a warm spare and one without."""
    print(f"{'':6}{'POST to first step, s':>22}{'worst':>8}{'to the end, s':>15}")
    for name in ("warm", "cold"):
        with tempfile.TemporaryDirectory() as folder:
            first, whole = zip(*measure(Path(folder), warm=name == "warm"), strict=True)
        print(f"{name:6}{median(first):22.3f}{max(first):8.3f}{median(whole):15.3f}")


def measure(folder: Path, *, warm: bool) -> Iterator[tuple[float, float]]:
    """Seconds to the first step and to the end, once a round; without `warm` the spare is killed before each."""
    server = Server(folder)
    database = Database(f"sqlite:///{folder / 'elboard.sqlite'}")
    for _ in range(ROUNDS):
        spare = settled_spare(server)
        if not warm:
            spare.kill()
            pause(1)  # until its last thread is gone: before that its parent cannot see that it ended
        yield launch(server, database)
    database.close()
    server.stop()


def settled_spare(server: Server) -> psutil.Process:
    """The spare once it has warmed up: it is there, and uses no more processor time."""
    before: tuple[int, float] | None = None
    while True:
        children = psutil.Process(server.process.pid).children()
        now = (children[0].pid, sum(children[0].cpu_times()[:2])) if len(children) == 1 else None
        if now and now == before:
            return children[0]
        before = now
        pause(1)


def launch(server: Server, database: Database) -> tuple[float, float]:
    """Seconds from the request until a step is stored, and until the run has ended."""
    started = perf_counter()
    run_id = server.launch(config=CONFIG)[0]["id"]
    first = None
    while True:
        with database.read() as session:
            if first is None and steps.window(session, run_id, points=1, fields=()).step:
                first = perf_counter() - started
            run = runs.get(session, run_id)
        if run.finished_at:
            assert run.status == "finished", run.error
            assert first is not None
            return first, perf_counter() - started
        pause(0.002)


if __name__ == "__main__":
    main()
