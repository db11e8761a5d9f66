"""How soon a run obeys: `python -m benchmarks.control`; with MNIST in ELBOARD_DATASETS, on that, else on the digits.

A real server; from the request to the state in the database, over rounds at random moments of training, evaluating and
drawing, every hundred steps.
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from threading import Event
from time import perf_counter

import numpy as np

from tests.server import NO_NETWORK, Server

ROUNDS = 8
LONG = {"architecture": "conv", "max_steps": 10**6, "evaluate_every": 100, "picture_every": 100}

pause = Event().wait


def main() -> None:
    """Print a line for each action."""
    folders = os.environ.get("ELBOARD_DATASETS", "")
    dataset = "mnist" if folders else "digits"
    print(f"{'on ' + dataset:10}{'answer, ms':>12}{'effect, ms':>12}{'worst':>8}")
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), env=NO_NETWORK | {"ELBOARD_DATASETS": folders})
        times = rounds(server, dataset)
        server.stop()
    for action, measured in times.items():
        answers, effects = (sorted(1000 * part for part in parts) for parts in zip(*measured, strict=True))
        print(f"{action:10}{median(answers):12.0f}{median(effects):12.0f}{effects[-1]:8.0f}")


def rounds(server: Server, dataset: str) -> dict[str, list[tuple[float, float]]]:
    """Seconds until each action was answered, and until it had its effect."""
    times: dict[str, list[tuple[float, float]]] = {"pause": [], "resume": [], "stop": []}
    random = np.random.default_rng(0)
    for _ in range(ROUNDS):
        (run,) = (run["id"] for run in server.launch(config=LONG | {"dataset": dataset}))
        wait(lambda run=run: state(server, run)["step"] > 0)
        for action, goal in (("pause", "paused"), ("resume", "running"), ("pause", "paused"), ("resume", "running")):
            pause(random.uniform(0, 2))
            times[action].append(act(server, run, action, goal))
        before = state(server, run)["step"]
        wait(lambda run=run, before=before: state(server, run)["step"] > before)
        times["stop"].append(act(server, run, "stop", "stopped"))
    return times


def act(server: Server, run: int, action: str, goal: str) -> tuple[float, float]:
    """Ask, and wait for the state."""
    started = perf_counter()
    assert server.api.post(f"/api/runs/{run}/{action}").status_code == 200
    answered = perf_counter() - started
    wait(lambda: state(server, run)["status"] == goal)
    return answered, perf_counter() - started


def state(server: Server, run: int) -> dict:
    """The run as the API tells it."""
    answer: dict = server.api.get(f"/api/runs/{run}").json()
    return answer


def wait(holds: Callable[[], bool]) -> None:
    """Until it holds, looking every 5 ms."""
    while not holds():
        pause(0.005)


if __name__ == "__main__":
    main()
