"""A storm of SIGKILLs over a real server and its workers: `python -m tests.faults.storm 100`.

Kills hit a worker, the server, both at once, or the server again while it recovers. Then every run must end as if
nothing had happened: each step stored once, what had been read before a kill still there, the same final weights.
"""

import os
import signal
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

from numpy.typing import NDArray

from app.database.engine import Database
from app.database.tables import RunRow
from app.records import Run
from app.store import attempts, runs, steps
from tests.server import Server, wait_until
from vae_core.checkpoint import Checkpoints

CONFIG: dict[str, Any] = {"hidden": [16], "latent_dim": 3, "batch_size": 32, "max_steps": 2000, "checkpoint_every": 100,
          "evaluate_every": 1000, "picture_every": 1000, "examine": False, "threads": 1}  # fmt: skip
TARGETS = ("worker", "server", "both", "recovery")


@dataclass
class Storm:
    """What happened, in counts; `wrong` holds a sentence for everything that should not have."""

    kills: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    steps: int = 0
    read: int = 0  # steps that were read before a kill, and sought after it
    wrong: list[str] = field(default_factory=list)


def rage(data: Path, kills: int, seed: int = 0) -> Storm:
    """Kill so many times, let every run end, and look."""
    random, storm, server = Random(seed), Storm(), Server(data)
    database = Database(f"sqlite:///{data / 'elboard.sqlite'}")
    acknowledged: dict[int, dict[int, float]] = {}
    launched = [run["id"] for run in server.launch(config=CONFIG, seeds=[0])]
    try:
        while storm.kills.total() < kills:
            victim = _under_way(database, server, launched)
            Event().wait(random.uniform(0, 0.3))
            _remember(server, launched, acknowledged)
            target = random.choice(TARGETS)
            storm.kills[target] += 1
            if target in {"worker", "both"}:
                _kill(victim.handle["pid"])
            if target != "worker":
                server.kill()
                server = Server(data)
            if target == "recovery":
                Event().wait(random.uniform(0, 0.5))
                server.kill()
                server = Server(data)
        wait_until(lambda: all(_row(database, run).status not in {"queued", "running"} for run in launched), 300)
        _judge(data, database, launched, acknowledged, storm)
    finally:
        server.stop()
        database.close()
    return storm


def _under_way(database: Database, server: Server, launched: list[int]) -> RunRow:
    """A run with a process and a step of this attempt; a new one is launched when all have ended."""
    known: dict[int, int] = {}

    def look() -> RunRow | None:
        with database.read() as session:
            running = attempts.running(session)
        if not running and all(_row(database, run).finished_at for run in launched):
            launched.extend(run["id"] for run in server.launch(config=CONFIG, seeds=[0]))
        for run in running:
            begun = known.setdefault(run.id, run.step)
            if run.handle and run.step > begun:
                return run
        return None

    row: RunRow = wait_until(look, 120)
    return row


def _remember(server: Server, launched: list[int], acknowledged: dict[int, dict[int, float]]) -> None:
    """What the API answers of every run: acknowledged, so it may never be lost or change."""
    for run in launched:
        read = server.api.get(f"/api/runs/{run}/steps", params={"points": 10**4, "fields": "loss"}).json()
        acknowledged.setdefault(run, {}).update(zip(read["step"], read["loss"], strict=True))


def _judge(
    data: Path, database: Database, launched: list[int], acknowledged: dict[int, dict[int, float]], storm: Storm
) -> None:
    expected = list(range(1, CONFIG["max_steps"] + 1))
    weights = {}
    for run_id in launched:
        row = _row(database, run_id)
        if row.status != "finished" or row.error:
            storm.wrong.append(f"run {run_id} is {row.status}: {row.error}")
        if row.notice and "stored" in row.notice:
            storm.wrong.append(f"run {run_id}: {row.notice}")
        with database.read() as session:
            read = steps.window(session, run_id, points=10**6)
        if read.step != expected:
            storm.wrong.append(f"run {run_id} has {len(read.step)} steps, {len(set(read.step))} different ones")
        stored = dict(zip(read.step, read.loss, strict=True))
        lost = [step for step, loss in acknowledged.get(run_id, {}).items() if stored.get(step) != loss]
        if lost:
            storm.wrong.append(f"run {run_id}: {len(lost)} steps that had been read are lost or changed")
        storm.runs, storm.steps = storm.runs + 1, storm.steps + len(stored)
        storm.read += len(acknowledged.get(run_id, {}))
        last = Checkpoints(data / "runs" / str(run_id) / "checkpoints").newest()
        weights[run_id] = _digest(last.arrays) if last and last.step == expected[-1] else "none"
    reference = _reference(data.parent / "calm")
    for run_id, digest in weights.items():
        if digest != reference:
            storm.wrong.append(f"run {run_id} ended with other weights than an uninterrupted run")


def _reference(data: Path) -> str:
    """The final weights of the same run when nobody disturbs it."""
    server = Server(data)
    (run,) = server.launch(config=CONFIG, seeds=[0])
    wait_until(lambda: server.api.get(f"/api/runs/{run['id']}").json()["status"] == "finished", 300)
    server.stop()
    return _digest(Checkpoints(data / "runs" / str(run["id"]) / "checkpoints").newest().arrays)


def _digest(arrays: Mapping[str, NDArray[Any]]) -> str:
    return sha256(b"".join(name.encode() + value.tobytes() for name, value in sorted(arrays.items()))).hexdigest()


def _row(database: Database, run_id: int) -> Run:
    with database.read() as session:
        return runs.get(session, run_id)


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):  # it had just ended by itself
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        storm = rage(Path(folder) / "data", int(sys.argv[1]))
        print(f"{storm.kills.total()} kills: {dict(storm.kills)}")
        print(f"{storm.runs} runs, {storm.steps} steps, {storm.read} of them read before a kill")
        print(*(storm.wrong or ["nothing lost, nothing doubled, every weight the same"]), sep="\n")
        sys.exit(bool(storm.wrong))
