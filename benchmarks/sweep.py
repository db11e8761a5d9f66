"""What sweeps cost and save: `python -m benchmarks.sweep`.

On digits, through a real server. Pruning: the same random trials with each rule, so that the best is equal where it was
not pruned. Throughput: as many short runs as exported scripts, as a queue and as a sweep, all without examination.
"""

import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from threading import Event
from time import perf_counter
from typing import Any

from app.database.engine import Database
from app.export.script import script
from app.jobs.queue import start_sweep
from app.store import attempts, sweeps
from app.sweeps.proposals import propose
from app.sweeps.request import SweepRequest
from tests.server import Server
from vae_core.config.train_config import TrainConfig

SEEDS, TRIALS, RULES = 5, 20, ("median", "halving")
LONG: dict[str, Any] = {"dataset": "digits", "max_steps": 1000, "examine": False, "threads": 1, "picture_every": 1000}
SPACE: dict[str, Any] = {
    "learning_rate": {"low": 1e-4, "high": 0.1, "log": True},
    "latent_dim": {"low": 2, "high": 32},
    "hidden": [[64], [400], [200, 100]],
}
RUNS, AT_ONCE = 24, 2
SHORT = LONG | {"hidden": [64], "latent_dim": 8, "max_steps": 400, "picture_every": 400}

pause = Event().wait


def main() -> None:
    """Print a table of the rules, one of the throughput, and the cost of a proposal."""
    print(f"{'pruning':10}{'steps saved, median':>21}{'least':>8}{'best kept':>11}{'worse by, nats':>16}")
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        whole = [swept(server, "none", seed) for seed in range(SEEDS)]
        for rule in RULES:
            print_savings(rule, whole, [swept(server, rule, seed) for seed in range(SEEDS)])
        server.stop()
    print(f"\n{f'{RUNS} runs, {AT_ONCE} at once':28}{'seconds':>9}{'/ scripts':>11}")
    bare = scripts()
    for name, seconds in (("scripts", bare), ("queue", queued(as_sweep=False)), ("sweep", queued(as_sweep=True))):
        print(f"{name:28}{seconds:9.1f}{seconds / bare:11.2f}")
    print(f"\na proposal, stored, after 40 trials: {1000 * cost_of_a_trial():.0f} ms")


def print_savings(rule: str, whole: list[tuple[int, float]], pruned: list[tuple[int, float]]) -> None:
    """A line: of each seed the share of all steps that were not made, and how much worse the best trial was."""
    saved = [1 - made / every for (every, _), (made, _) in zip(whole, pruned, strict=True)]
    worse = [best - known for (_, known), (_, best) in zip(whole, pruned, strict=True)]
    kept = sum(abs(one) < 1e-6 for one in worse)
    print(f"{rule:10}{median(saved):21.1%}{min(saved):8.1%}{f'{kept} of {SEEDS}':>11}{max(worse):16.3f}")


def swept(server: Server, rule: str, seed: int) -> tuple[int, float]:
    """The steps that a sweep made in all, and the −ELBO of its best trial."""
    body = {"config": LONG, "space": SPACE, "sampler": "random", "trials": TRIALS, "seed": seed, "prune": rule}
    sweep = finished(server, server.api.post("/api/sweeps", json=body).json()["id"])
    runs = server.api.get("/api/runs", params={"group": sweep["group"], "limit": TRIALS}).json()["runs"]
    values = [trial["values"][0] for trial in sweep["results"] if trial["state"] == "complete"]
    return sum(run["step"] for run in runs), min(values)


def finished(server: Server, sweep_id: int) -> dict[str, Any]:
    """A sweep once its last trial has ended."""
    sweep: dict[str, Any] = {"status": "running"}
    while sweep["status"] == "running":
        pause(0.05)
        sweep = server.api.get(f"/api/sweeps/{sweep_id}").json()
    assert sweep["status"] == "finished", sweep["error"]
    return sweep


def scripts() -> float:
    """Seconds that the exported scripts of the runs take, as many at once as there are slots."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        files = [Path(folder) / f"run_{seed}.py" for seed in range(RUNS)]
        for seed, file in enumerate(files):
            file.write_text(script(TrainConfig.parse(SHORT | {"seed": seed}), file.stem, file.name, 1))
        started = perf_counter()
        list(pool.map(run_script, files))
        return perf_counter() - started


def run_script(file: Path) -> None:
    """All steps of one, in a process of its own."""
    subprocess.run([sys.executable, file, str(SHORT["max_steps"])], check=True, stdout=subprocess.DEVNULL)


def queued(*, as_sweep: bool) -> float:
    """Seconds from the request until the last run has ended, on a server that has just started."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        started = perf_counter()
        if as_sweep:
            body = {"config": SHORT, "space": {"beta": {"low": 0.5, "high": 2}}, "sampler": "tpe", "trials": RUNS}
            finished(server, server.api.post("/api/sweeps", json=body).json()["id"])
        else:
            server.launch(config=SHORT, seeds=list(range(RUNS)))
            while server.api.get("/api/runs", params={"status": ["queued", "running"], "limit": 1}).json()["total"]:
                pause(0.05)
        seconds = perf_counter() - started
        server.stop()
    return seconds


def cost_of_a_trial(known: int = 40, rounds: int = 10) -> float:
    """Median seconds to draw a trial by TPE from so many and to store it with its run, without a server."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/elboard.sqlite")
        database.create_tables()
        sweep_id, times = new_sweep(database), []
        for number in range(1, known + rounds + 1):
            started = perf_counter()
            with database.read() as session:
                sweep, trials = sweeps.get(session, sweep_id), sweeps.trials_of(session, sweep_id)
            params = propose(sweep, number, trials)
            with database.write() as session:
                sweeps.add_trial(session, sweep, number, params, [])
            times.append(perf_counter() - started)
            with database.write() as session:
                ((trial, run),) = sweeps.open_trials(session, sweep_id)
                attempts.end(session, run.id, attempts.claim(session, run.id).attempt, "finished")
                sweeps.note_result(session, trial, "complete", [params["learning_rate"]], 1)
        database.close()
    return median(times[known:])


def new_sweep(database: Database) -> int:
    """The number of a sweep by TPE over the `SPACE`."""
    return start_sweep(database, SweepRequest.model_validate({"config": LONG, "space": SPACE, "trials": 100})).id


if __name__ == "__main__":
    main()
