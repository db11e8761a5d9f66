"""What a list of many runs costs: `python -m benchmarks.listing [RUNS ...]`, 1,000 and 10,000 if not given.

Against a real server over loopback, gzipped as for a browser: milliseconds of the page and of its JSON twin, 50 runs
each with their sparklines, sorted, searched and filtered, and how many of them are the server's processor time; of the
rows that a script asks for while runs train; of the page of 200 runs launched together; of the counts beside the
filters, in this process. Then the memory of the web process that has served all that, and the processor time that it
takes while nothing happens, with a reader of its stream. Medians; processor times are means.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import sleep

import numpy as np
import psutil

from app.database.engine import Database
from app.store import evaluations, listing, runs, summaries
from benchmarks.store import milliseconds, terms
from tests.server import Server
from vae_core.config.train_config import TrainConfig
from vae_core.events import Evaluation

SIZES = (1_000, 10_000)
ROUNDS = 15
IDLE_S = 10
GROUPED = 200
TAGS = ("baseline", "paper", "sweep", "wide")
STATES = ("finished", "finished", "finished", "stopped", "diverged")
EVALUATION = Evaluation(
    step=300, epoch=2.5, seconds=9.0, reconstruction=90.0, kl=12.5, elbo=-102.5, elbo_se=0.75, kl_per_dim=None,
    active_units=10, mse_per_pixel=0.01, bce_per_pixel=0.3, decoder_std=0.4, bits_per_dim=None,
)  # fmt: skip
VIEWS = {
    "newest": "",
    "by name": "sort=name",
    "best −ELBO first": "sort=best",
    "least −ELBO held out": "sort=negative_elbo",
    "most KL": "sort=-kl",
    "by β": "sort=beta",
    "by widths": "sort=hidden",
    "searched": "q=otter",
    "three filters": "likelihood=gaussian&dataset=mnist&tag=paper",
    "three conditions": "sort=mse_per_pixel&where=beta+>+1,likelihood=gaussian,mse_per_pixel<0.5",
}


def fill(database: Database, count: int) -> None:
    """So many ended runs with tags, groups of four, 300 steps and eleven evaluations each."""
    dice = np.random.default_rng(0)
    blocks = [terms(1, 300, seed) for seed in range(20)]
    with database.write() as session:
        for number in range(count):
            choices = {
                "likelihood": str(dice.choice(("bernoulli", "gaussian", "laplace"))),
                "dataset": str(dice.choice(("digits", "mnist", "fashion-mnist"))),
                "seed": number,
                "beta": float(dice.integers(1, 9)),
            }
            tags = [tag for tag in TAGS if dice.random() < 0.2]
            run = runs.create(session, TrainConfig.parse(choices), tags=tags, group=f"group-{number // 4}").id
            row = runs.get_row(session, run)
            row.status, row.step = str(dice.choice(STATES)), int(dice.integers(10_000))
            summaries.extend(session, run, blocks[number % len(blocks)])
            for step in range(0, 301, 30):
                elbo, mse = -float(dice.uniform(80, 120)), float(dice.uniform())
                evaluations.append(session, run, replace(EVALUATION, step=step, elbo=elbo, mse_per_pixel=mse))


def fill_group(database: Database) -> None:
    """One launch of 200 finished runs: five seeds each of two losses and twenty latent sizes."""
    with database.write() as session:
        for number in range(GROUPED):
            seed, place = divmod(number, GROUPED // 5)
            choices = {"latent_dim": place // 2 + 1, "likelihood": ("bernoulli", "gaussian")[place % 2], "seed": seed}
            run = runs.create(session, TrainConfig.parse(choices), group="many").id
            row = runs.get_row(session, run)
            row.status, row.step = "finished", row.total_steps
            for step in range(0, 301, 30):
                evaluations.append(session, run, replace(EVALUATION, step=step, mse_per_pixel=0.01 + 1e-4 * number))


def timed(work: Callable[[], object]) -> float:
    """Median milliseconds, the first call left out."""
    return median([milliseconds(work) for _ in range(ROUNDS + 1)][1:])


def timing_of(server: Server, address: str) -> str:
    """Median milliseconds until an address has answered, and those of the server's processor in it."""
    process = psutil.Process(server.process.pid)
    before = used(process)
    wall = timed(lambda: server.api.get(address).raise_for_status())
    return f"{wall:>8.0f}{1000 * (used(process) - before) / (ROUNDS + 1):>8.0f}"


def used(process: psutil.Process) -> float:
    """Seconds of processor time so far."""
    times = process.cpu_times()
    return times.user + times.system


def counts(database: Database) -> None:
    """The counts beside the filters, and one run."""
    with database.read() as session:
        listing.find(session, limit=1)


def idle_share(process: psutil.Process) -> float:
    """The share of one core that a server uses when nothing has happened for a while."""
    sleep(IDLE_S)
    before = used(process)
    sleep(IDLE_S)
    return (used(process) - before) / IDLE_S


def show(count: int) -> None:
    """Print the rows of a list of so many runs."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/elboard.sqlite")
        database.create_tables()
        fill(database, count)
        fill_group(database)
        server = Server(Path(folder))
        for name, query in VIEWS.items():
            page, api = (timing_of(server, f"{path}?{query}") for path in ("/runs", "/api/runs"))
            print(f"{count:>7,}  {name:<21}{page}{api}")
        rows = "&".join(f"run={run}" for run in range(count - 9, count + 1))
        print(f"{count:>7,}  {'ten rows alone':<21}{timing_of(server, f'/runs/rows?{rows}')}")
        group = "".join(timing_of(server, f"{path}/groups/many") for path in ("", "/api"))
        print(f"{count:>7,}  {f'a group of {GROUPED}':<21}{group}")
        print(f"{count:>7,}  {'counts alone':<21}{timed(partial(counts, database)):>32.0f}")
        process = psutil.Process(server.process.pid)
        with server.api.stream("GET", "/api/events"):
            idle = idle_share(process)
        print(f"{count:>7,}  web process: {process.memory_info().rss / 1e6:.0f} MB, {idle:.1%} of a core when idle")
        server.stop()
        database.close()


def main(sizes: list[int]) -> None:
    """Print the table."""
    print(f"{'runs':>7}  {'list':<21}{'page ms':>8}{'CPU':>8}{'API ms':>8}{'CPU':>8}")
    for count in sizes:
        show(count)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
