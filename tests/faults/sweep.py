"""A sweep and a server that dies in the middle of it: `python -m tests.faults.sweep 40 3`.

Each trial must have one run and one result, and each proposal must be what the seed, its number and the results that
were known then make it. A trigger in the database counts the results.
"""

import sqlite3
import sys
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.records import SweepSpecification, Trial
from app.sweeps.proposals import propose
from tests.server import Server, wait_until

CONFIG = {"dataset": "digits", "hidden": [16], "max_steps": 40, "evaluate_every": 20, "picture_every": 40,
          "checkpoint_every": 20, "examine": False, "threads": 1}  # fmt: skip
SPACE = {"beta": {"low": 0.1, "high": 10, "log": True}, "latent_dim": {"low": 2, "high": 16}}
COUNT_RESULTS = """
    CREATE TABLE result (number INTEGER);
    CREATE TRIGGER count_result AFTER UPDATE OF state ON trial
    WHEN NEW.state != 'running' BEGIN INSERT INTO result VALUES (NEW.number); END;
"""


@dataclass
class Outcome:
    """What happened; `wrong` holds a sentence for everything that should not have."""

    trials: int
    kills: int = 0
    together: int = 0  # trials that were proposed while others ran
    wrong: list[str] = field(default_factory=list)


def sweep(data: Path, trials: int, kills: int) -> Outcome:
    """Make so many trials and kill the server so many times, at equal parts of the way, while runs train."""
    server, outcome = Server(data), Outcome(trials)
    with closing(sqlite3.connect(data / "elboard.sqlite", timeout=60)) as database:
        database.executescript(COUNT_RESULTS)
        try:
            body = {"config": CONFIG, "space": SPACE, "sampler": "tpe", "trials": trials, "seed": 7}
            answer = server.api.post("/api/sweeps", json=body)
            assert answer.status_code == 201, answer.text
            for part in range(1, kills + 1):
                _wait_for(server, database, part * trials // (kills + 1))
                server.kill()
                outcome.kills += 1
                server = Server(data)
            wait_until(lambda: _read(server)["status"] == "finished", 60 + 15 * trials)
            _judge(_read(server), database, outcome)
        finally:
            server.stop()
    return outcome


def _read(server: Server) -> dict[str, Any]:
    read: dict[str, Any] = server.api.get("/api/sweeps/1").json()
    return read


def _wait_for(server: Server, database: sqlite3.Connection, trials: int) -> None:
    """Until there are so many trials, and one trains."""
    wait_until(lambda: len(_read(server)["results"]) >= trials and _trains(database))


def _trains(database: sqlite3.Connection) -> bool:
    return database.execute("SELECT count(*) FROM run WHERE status = 'running' AND step > 0").fetchone()[0] > 0


def _judge(read: dict[str, Any], database: sqlite3.Connection, outcome: Outcome) -> None:
    sweep = SweepSpecification(**{name: read[name] for name in SweepSpecification.model_fields})
    trials = [Trial(**trial) for trial in read["results"]]
    results = Counter(number for (number,) in database.execute("SELECT number FROM result"))
    runs = dict(database.execute("SELECT id, status FROM run"))
    if [trial.number for trial in trials] != list(range(1, outcome.trials + 1)):
        outcome.wrong.append(f"the trials are {[trial.number for trial in trials]}, not {outcome.trials}")
    if sorted(runs) != sorted(trial.run or 0 for trial in trials):
        outcome.wrong.append(f"{len(runs)} runs are stored for {len(trials)} trials")
    for trial in trials:
        if (trial.state, results[trial.number], runs.get(trial.run or 0)) != ("complete", 1, "finished"):
            outcome.wrong.append(f"trial {trial.number} is {trial.state}, with {results[trial.number]} results")
        if propose(sweep, trial.number, _as_known(trial, trials)) != trial.params:
            outcome.wrong.append(f"trial {trial.number} was proposed otherwise than its results say")
        outcome.together += bool(trial.pending)


def _as_known(trial: Trial, trials: list[Trial]) -> list[Trial]:
    """The trials as they were when one was proposed."""
    running = {"state": "running", "values": None, "step": None}
    return [one.model_copy(update=running) if one.number in trial.pending else one for one in trials]


def report(outcome: Outcome) -> str:
    """What happened, in counts."""
    return "\n".join([
        f"{outcome.trials} trials, {outcome.together} of them proposed while others ran, the server killed "
        f"{outcome.kills} times",
        *(outcome.wrong or ["every trial has one run and one result, and every proposal was computed again"]),
    ])  # fmt: skip


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        outcome = sweep(Path(folder) / "data", int(sys.argv[1]), int(sys.argv[2]))
    print(report(outcome))
    sys.exit(bool(outcome.wrong))
