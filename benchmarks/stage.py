"""What benchmarks of the pages play with: a run whose steps we write ourselves, and one that trains."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import time

import numpy as np

from app.database.engine import Database
from app.store import events, steps
from tests import ended
from tests.server import Server, wait_until
from vae_core.config.train_config import TrainConfig
from vae_core.events import StepTerms

FLUSH_S, FLUSH_STEPS = 0.2, 60  # as a worker does at 300 steps a second


class Writer:
    """A run of so many steps in the server's database, and what its worker would add."""

    def __init__(self, database: Database, length: int):
        self.database, self.last = database, 0
        self.committed: dict[int, float] = {}  # the last step of what was added -> when
        with database.write() as session:
            config = TrainConfig.parse({"max_steps": 10**8})
            self.run = ended.insert(session, config, name=f"{length:,} steps", status="stopped")
        while self.last < length:
            self.add(min(50_000, length - self.last), announce=False)

    def add(self, count: int = FLUSH_STEPS, *, announce: bool = True) -> None:
        """So many steps in one transaction."""
        step = np.arange(self.last + 1, self.last + count + 1)
        dice = np.random.default_rng(self.last)
        reconstruction, kl = 100 + dice.normal(0, 3, count), 10 + dice.normal(0, 1, count)
        loss = reconstruction + kl
        with self.database.write() as session:
            steps.append(
                session, self.run, StepTerms(step, step / 23, step / 500, reconstruction, kl, -loss, loss, step**0.0)
            )
            if announce:
                events.append_points(session, self.run, int(step[0]), int(step[-1]))
        self.last += count
        if announce:
            self.committed[self.last] = time()


@contextmanager
def training(server: Server) -> Iterator[int]:
    """A run on one thread that does nothing but train."""
    never = dict.fromkeys(("max_steps", "evaluate_every", "picture_every", "checkpoint_every"), 10**6)
    (run,) = server.launch(config={**never, "hidden": [400], "threads": 1})
    wait_until(lambda: server.api.get(f"/api/runs/{run['id']}").json()["step"] > 100, 300)
    yield run["id"]
    server.stop_run(run["id"])
    wait_until(lambda: server.api.get(f"/api/runs/{run['id']}").json()["status"] == "stopped", 300)
