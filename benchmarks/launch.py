"""How long a launch takes: from a run in the queue to its first stored step, with a warm spare and without one."""

import asyncio
import statistics
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import psutil

from app.database import Database
from app.jobs.local import LocalExecutor
from app.jobs.scheduler import Scheduler
from app.settings import Settings
from app.store import runs, steps
from vae_core.config import TrainConfig

ROUNDS = 5
CONFIG = TrainConfig(dataset="digits", hidden=(128,), latent_dim=10, batch_size=64, max_steps=1000)


async def launch(database: Database, scheduler: Scheduler) -> tuple[float, float]:
    """Seconds until the first step is stored, and until the run has ended."""
    started = perf_counter()
    with database.write() as session:
        run_id = runs.create(session, CONFIG).id
    scheduler.wake()
    first = None
    while True:
        await asyncio.sleep(0.002)
        with database.read() as session:
            if first is None and steps.columns(session, run_id)["step"]:
                first = perf_counter() - started
            run = runs.get(session, run_id)
        if run.finished_at:
            assert run.status == "finished", run.error
            return first, perf_counter() - started


async def settled() -> None:
    """Wait until the spare has warmed up: it is there, and uses no more processor time."""
    before, now = None, processor_seconds()
    while now is None or now != before:
        await asyncio.sleep(1)
        before, now = now, processor_seconds()


def processor_seconds() -> float | None:
    spares = psutil.Process().children()
    return sum(sum(spare.cpu_times()[:2]) for spare in spares) if spares else None


async def measure(folder: Path, *, warm: bool) -> list[tuple[float, float]]:
    settings = Settings(data=folder)
    database = Database(settings.database_url)
    database.create_tables()
    executor = LocalExecutor(settings)
    scheduler = Scheduler(database, executor, settings.slots)
    supervision = asyncio.create_task(scheduler.run())
    seconds = []
    for _ in range(ROUNDS):
        await settled()
        if not warm:
            executor.close()
        seconds.append(await launch(database, scheduler))
    supervision.cancel()
    await asyncio.wait([supervision])
    executor.close()
    database.close()
    return seconds


def main() -> None:
    print(f"{'':6}{'first step, s':>15}{'worst':>8}{'whole run, s':>15}")
    for name in ("warm", "cold"):
        with tempfile.TemporaryDirectory() as folder:
            seconds = asyncio.run(measure(Path(folder), warm=name == "warm"))
        first, whole = zip(*seconds, strict=True)
        print(f"{name:6}{statistics.median(first):15.3f}{max(first):8.3f}{statistics.median(whole):15.3f}")


if __name__ == "__main__":
    sys.exit(main())
