"""A long queue and a server that dies every few seconds: `python -m tests.faults.queue 1000`.

Each run must end exactly once, with each of its steps written once. A trigger in the database counts the endings; the
list page is timed all along.
"""

import sqlite3
import sys
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Event
from time import monotonic

from tests.server import Server

STEPS = 5
CONFIG = {"dataset": "digits", "hidden": [16], "latent_dim": 3, "max_steps": STEPS, "evaluate_every": STEPS,
          "picture_every": STEPS, "checkpoint_every": STEPS, "examine": False, "threads": 1}  # fmt: skip
COUNT_ENDINGS = """
    CREATE TABLE ending (run_id INTEGER);
    CREATE TRIGGER count_ending AFTER UPDATE OF status ON run
    WHEN NEW.status NOT IN ('queued', 'running', 'interrupted') BEGIN INSERT INTO ending VALUES (NEW.id); END;
"""
AT_ONCE = 100  # runs of one launch


@dataclass
class Queue:
    """What happened; `wrong` holds a sentence for everything that should not have."""

    runs: int
    kills: int = 0
    attempts: int = 0
    pages: list[float] = field(default_factory=list)  # seconds that the list page took
    wrong: list[str] = field(default_factory=list)


def wait_in_line(data: Path, count: int, seconds: float) -> Queue:
    """Queue so many runs, kill the server whenever it has lived for `seconds`, and look when all have ended."""
    server, queue = _ready(data), Queue(count)
    with closing(sqlite3.connect(data / "elboard.sqlite", timeout=60)) as database:
        database.executescript(COUNT_ENDINGS)
        try:
            for first in range(0, count, AT_ONCE):
                server.launch(config=CONFIG, seeds=list(range(first, min(first + AT_ONCE, count))))
            while _live(database):
                until = monotonic() + seconds
                while monotonic() < until and _live(database):
                    queue.pages.append(_list_page(server))
                    Event().wait(0.5)
                if _live(database):
                    server.kill()
                    queue.kills += 1
                    server = _ready(data)
            queue.pages.append(_list_page(server))
        finally:
            server.stop()
        _judge(database, queue)
    return queue


def _ready(data: Path) -> Server:
    """A server that answers: a page is not timed while it still starts."""
    server = Server(data)
    assert server.api.get("/api/health").status_code == 200
    return server


def _live(database: sqlite3.Connection) -> int:
    return database.execute("SELECT count(*) FROM run WHERE status IN ('queued', 'running')").fetchone()[0]


def _list_page(server: Server) -> float:
    began = monotonic()
    answer = server.api.get("/runs")
    assert answer.status_code == 200
    return monotonic() - began


def _judge(database: sqlite3.Connection, queue: Queue) -> None:
    rows = database.execute("SELECT id, status, error, attempt FROM run").fetchall()
    endings = Counter(run for (run,) in database.execute("SELECT run_id FROM ending"))
    steps = Counter(run for (run,) in database.execute("SELECT run_id FROM step"))
    announced: Counter[tuple[int, int]] = Counter()
    for run, first, last in database.execute("SELECT run_id, first, last FROM event WHERE kind = 'points'"):
        announced.update((run, step) for step in range(first, last + 1))
    if len(rows) != queue.runs:
        queue.wrong.append(f"{len(rows)} runs are stored, not {queue.runs}")
    for run, status, error, attempt in rows:
        queue.attempts += attempt
        if status != "finished":
            queue.wrong.append(f"run {run} is {status}: {error}")
        if (endings[run], steps[run]) != (1, STEPS):
            queue.wrong.append(f"run {run} ended {endings[run]} times with {steps[run]} steps")
        if any(announced[run, step] != 1 for step in range(1, STEPS + 1)):
            queue.wrong.append(
                f"run {run} announced its steps {[announced[run, s] for s in range(1, STEPS + 1)]} times"
            )


def report(queue: Queue) -> str:
    """What happened, in counts."""
    pages = sorted(queue.pages)
    return "\n".join([
        f"{queue.runs} runs in {queue.attempts} attempts, the server killed {queue.kills} times",
        f"list page, {len(pages)} times: median {1000 * median(pages):.0f} ms, 95 % below "
        f"{1000 * pages[int(0.95 * len(pages))]:.0f} ms, worst {1000 * pages[-1]:.0f} ms",
        *(queue.wrong or ["every run ended exactly once, every step was written and announced once"]),
    ])  # fmt: skip


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        queue = wait_in_line(Path(folder) / "data", int(sys.argv[1]), 5)
    print(report(queue))
    sys.exit(bool(queue.wrong))
