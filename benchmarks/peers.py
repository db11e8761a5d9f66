"""What recording every step costs, ours and the peers': `python -m benchmarks.peers`.

Each row is one process in which turns with and without the extra work alternate (`benchmarks.loop`). A peer gets an
environment of its own under `.venv-peers/`, made when it is missing; one that cannot be installed is skipped with a
word.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from app.database.engine import Database
from app.store import attempts, runs
from app.worker.recorder import Recorder
from benchmarks.loop import BATCH, HIDDEN, LATENT, PEERS, compare
from benchmarks.train import noise
from vae_core.config.train_config import MAX_TOTAL_STEPS, TrainConfig
from vae_core.events import Event, StepTerms
from vae_core.training.train import train

ROOT = Path(__file__).parents[1]
ROUNDS = 150
ENVIRONMENTS = ROOT / ".venv-peers"
CONFIG = TrainConfig(
    dataset="mnist", hidden=(HIDDEN,), latent_dim=LATENT, batch_size=BATCH, device="cpu", max_steps=MAX_TOTAL_STEPS
)
SAID = {
    "tensorboard": "SummaryWriter, 4 scalars a step",
    "mlflow": "log_metrics on SQLite, 4 scalars a step",
    "trackio": "log, 4 scalars a step",
    "loader": "DataLoader and loss.item(), as pytorch/examples",
    "pythae": "its trainer",
}


def main() -> None:
    """Print a line for us and one for each peer."""
    print(f"{'beside the same loop without':<52}{'without, ms':>12}{'with, ms':>10}{'ratio':>8}  95 % interval")
    row("ELBOard's recorder, every term of every step", ours())
    for name in PEERS:
        told = measured(name)
        title = f"{name} {SAID[name]}"
        print(f"{title:<52}{told:>30}") if isinstance(told, str) else row(title, told)


def row(title: str, told: dict[str, float]) -> None:
    """One line of the table."""
    numbers = f"{told['without']:>12.2f}{told['with']:>10.2f}{told['ratio']:>8.3f}"
    print(f"{title:<52}{numbers}  {told['low']:.3f} to {told['high']:.3f}", flush=True)


def ours() -> dict[str, float]:
    """Our own training, whose events a recorder writes into SQLite, or nobody does. Its heartbeat goes on meanwhile."""
    torch.set_num_threads(1)
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'benchmark.sqlite'}")
        database.create_tables()
        with database.write() as session:
            run = attempts.claim(session, runs.create(session, CONFIG).id)
        with Recorder(database, run.id, run.attempt) as recorder:
            told = compare(partial(block, train(CONFIG, noise(CONFIG)), recorder), ROUNDS)
        database.close()
    return told


def block(events: Iterator[Event], recorder: Recorder, recorded: bool) -> int:
    """The steps of one block, and what comes before it."""
    for event in events:
        if recorded:
            recorder.record(event)
        if isinstance(event, StepTerms):
            return len(event.step)
    raise AssertionError("training has ended")


def measured(name: str) -> dict[str, float] | str:
    """What the peer costs in its environment, or why it was skipped."""
    python = ENVIRONMENTS / name / "bin" / "python"
    if not python.exists():
        package = [] if name == "loader" else [name]
        pip = [str(python), "-m", "pip", "install", "--quiet", f"torch=={version('torch').split('+')[0]}", "numpy"]
        made = [run(sys.executable, "-m", "venv", str(python.parents[1])), run(*pip, *package)]
        if any(process.returncode for process in made):
            return "skipped: cannot be installed"
    done = run(str(python), str(ROOT / "benchmarks" / "loop.py"), name)
    if done.returncode:
        return f"skipped: {(done.stderr.strip().splitlines() or ['it said nothing'])[-1]}"
    told: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """A command to its end."""
    return subprocess.run(command, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    main()
