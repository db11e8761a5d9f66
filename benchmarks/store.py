"""What the store costs at any length of a run: `python -m benchmarks.store [LONGEST]`, a million steps if not given.

Append: a run is recorded in blocks as large as a flush at 200 and at 10,000 steps a second; beside it stands the
plain INSERT of the same rows. Bytes: the growth of the file, for each step, with the log and the vitals. Read:
`GET /api/runs/{id}/steps` for 1000 points without the network, of whole runs and of windows in their middle: the
function alone, and the whole request with its JSON, gzipped as for a browser. Lengths take turns, so that whatever else
the machine does hits all alike; the ratio is that to the shortest run's whole view. All medians.
"""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.database.engine import Database
from app.main import create_app
from app.settings import Settings
from app.store import events, runs, steps, summaries, vitals
from vae_core.config.train_config import TrainConfig
from vae_core.events import StepTerms, Vitals

LENGTHS = (1_000, 10_000, 100_000, 1_000_000)
WINDOWS = (1_000, 10_000, 100_000)
FLUSHES = (20, 1000)  # steps
ROUNDS = 15
APPENDED = 20_000  # steps of a timed append
SMOOTH = 0.99


def terms(first: int, last: int, seed: int = 0) -> StepTerms:
    """Noisy terms in float32, as torch computes them."""
    random = np.random.default_rng((seed, first))
    step = np.arange(first, last + 1)
    noise = random.normal(size=(2, len(step)))
    reconstruction, kl = (
        (level + fall / np.sqrt(step) + width * part).astype(np.float32).astype(float)
        for level, fall, width, part in zip((90, 20), (400, -15), (3, 1), noise, strict=True)
    )
    loss = (reconstruction + kl).astype(np.float32).astype(float)
    return StepTerms(
        step=step, epoch=step / 469, seconds=step * 0.00431, reconstruction=reconstruction, kl=kl,
        elbo=-(reconstruction + kl), loss=loss, beta=np.minimum(step / 5000, 1.0),
    )  # fmt: skip


def blocks(length: int, size: int) -> Iterator[StepTerms]:
    """A run of so many steps, in blocks."""
    for first in range(1, length + 1, size):
        yield terms(first, min(first + size - 1, length))


def new_run(database: Database) -> int:
    """An empty run."""
    with database.write() as session:
        return runs.create(session, TrainConfig()).id


def record(database: Database, length: int, size: int) -> tuple[int, float]:
    """A run of so many steps, one transaction a block; its number, and the seconds of writing."""
    run_id, seconds = new_run(database), 0.0
    for block in blocks(length, size):
        started = perf_counter()
        with database.write() as session:
            steps.append(session, run_id, block)
        seconds += perf_counter() - started
    return run_id, seconds


def follow(database: Database, length: int) -> int:
    """A run of so many steps with all that a worker writes beside them at 100 steps a second; its number."""
    run_id, interval = new_run(database), TrainConfig(max_steps=length).vitals_interval
    for block in blocks(length, FLUSHES[0]):
        sampled = block.step[block.step % interval == 0]
        with database.write() as session:
            steps.append(session, run_id, block)
            events.append_points(session, run_id, int(block.step[0]), int(block.step[-1]))
            if len(sampled):
                vitals.append(session, run_id, Vitals(sampled, np.sqrt(sampled), sampled**0 * 1e-3, sampled + 2**29))
                events.append(session, run_id, "vitals", int(sampled[0]), int(sampled[-1]))
    return run_id


def bare(database: Database, length: int, size: int) -> float:
    """Seconds of the plain INSERT of the same rows."""
    run_id, seconds = new_run(database), 0.0
    insert = sa.insert(steps.TABLE)
    for block in blocks(length, size):
        columns = {name: getattr(block, name).tolist() for name in ("step", *steps.STORED)}
        started = perf_counter()
        rows = [
            {"run_id": run_id, "nonfinite": False, **dict(zip(columns, row, strict=True))}
            for row in zip(*columns.values(), strict=True)
        ]
        with database.write() as session:
            session.execute(insert, rows)
        seconds += perf_counter() - started
    return seconds


def size_of(database: Database) -> int:
    """Bytes of the file, with everything in it."""
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    return Path(database.url.database or "").stat().st_size


def milliseconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    started = perf_counter()
    work()
    return 1000 * (perf_counter() - started)


def show_writes(database: Database, lengths: list[int]) -> dict[int, int]:
    """Print what appending costs; returns the run of each length."""
    print(f"{'append':<12}{'steps a block':>14}{'µs a step':>11}{'bare INSERT':>13}{'ratio':>7}")
    for size in FLUSHES:
        ours, plain = record(database, APPENDED, size)[1], bare(database, APPENDED, size)
        ours, plain = (1e6 * seconds / APPENDED for seconds in (ours, plain))
        print(f"{'':<12}{size:>14}{ours:>11.1f}{plain:>13.1f}{ours / plain:>7.2f}")
    print(f"\n{'bytes':<12}{'steps':>14}{'bytes a step':>14}")
    made = {}
    for length in lengths:
        before = size_of(database)
        made[length] = follow(database, length)
        print(f"{'':<12}{length:>14,}{(size_of(database) - before) / length:>14.1f}")
    return made


def show_reads(database: Database, made: dict[int, int], client: TestClient) -> None:
    """Print what reading costs."""
    views: list[tuple[str, int, dict[str, float]]] = [("whole", length, {}) for length in made]
    views += [
        (f"{window:,} of it", length, {"from": length // 2 + 1, "to": length // 2 + window})
        for length in made
        for window in WINDOWS
        if 2 * window < length
    ]
    views += [(f"whole, smooth {SMOOTH}", length, {"smooth": SMOOTH}) for length in made]
    names = {"from": "first", "to": "last", "smooth": "smooth"}

    def function(length: int, query: dict[str, float]) -> None:
        with database.read() as session:
            steps.window(session, made[length], **{names[name]: value for name, value in query.items()})

    sent: dict[int, int] = {}

    def request(length: int, query: dict[str, float]) -> None:
        answer = client.get(f"/api/runs/{made[length]}/steps", params=query)
        assert answer.status_code == 200
        if not query:
            sent[length] = answer.num_bytes_downloaded

    rounds = [
        [tuple(milliseconds(partial(read, *view)) for read in (function, request)) for _, *view in views]
        for _ in range(ROUNDS + 1)
    ][1:]  # the first warms up
    print(f"\n{'read':<20}{'of steps':>12}{'function ms':>13}{'ratio':>7}{'request ms':>12}{'ratio':>7}")
    for index, (name, length, _) in enumerate(views):
        mine = [median(turn[index][part] for turn in rounds) for part in (0, 1)]
        ratios = [median(turn[index][part] / turn[0][part] for turn in rounds) for part in (0, 1)]
        print(f"{name:<20}{length:>12,}{mine[0]:>13.1f}{ratios[0]:>7.2f}{mine[1]:>12.1f}{ratios[1]:>7.2f}")
    print("\nbytes sent for the whole view: " + ", ".join(f"{sent[length]:,} of {length:,} steps" for length in made))


def show_sparks(database: Database) -> None:
    """Print what the sparklines of a page of runs cost."""
    made = [record(database, 500, 500)[0] for _ in range(50)]

    def read() -> None:
        with database.read() as session:
            summaries.sparks(session, made)

    print(f"\nsparklines of 50 runs: {median(milliseconds(read) for _ in range(ROUNDS)):.1f} ms")


def main(longest: int) -> None:
    """Print the tables."""
    with TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), database_url=f"sqlite:///{folder}/elboard.sqlite", auth=False)
        client = TestClient(create_app(settings), base_url="http://127.0.0.1")  # not entered: nothing starts the runs
        database = Database(settings.database_url)
        made = show_writes(database, [length for length in LENGTHS if length <= longest])
        show_reads(database, made, client)
        show_sparks(database)
        database.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else LENGTHS[-1])
