"""What recording every step costs, ours and the peers': `python -m benchmarks.peers`.

Each row is one process in which a loop with and without the extra work take turns. A peer gets an environment of its
own under `.venv-peers/`, made when it is missing; one that cannot be installed is skipped with a word.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from app.database import Database
from benchmarks.loop import BATCH, HIDDEN, LATENT, PEERS, STEPS, compare
from benchmarks.train import noise, ours
from vae_core.config import MAX_TOTAL_STEPS, TrainConfig
from vae_core.datasets.registry import Dataset
from vae_core.events import StepTerms
from vae_core.training import train

ROOT = Path(__file__).parents[1]
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
    print(f"{'beside the same loop without':<52}{'without, ms':>12}{'with, ms':>10}{'ratio':>8}")
    row("ELBOard's recorder, every term of every step", recorder())
    for name in PEERS:
        told = measured(name)
        title = f"{name} {SAID[name]}"
        print(f"{title:<52}{told:>30}") if isinstance(told, str) else row(title, told)


def row(title: str, told: dict[str, float]) -> None:
    """One line of the table."""
    print(f"{title:<52}{told['mine']:>12.2f}{told['theirs']:>10.2f}{told['ratio']:>8.3f}", flush=True)


def recorder() -> dict[str, float]:
    """Our own training with a recorder that writes into SQLite, beside the same without."""
    torch.set_num_threads(1)
    data = noise(CONFIG)
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'benchmark.sqlite'}")
        database.create_tables()
        recorded, alone = ours(CONFIG, data, database), unrecorded(data)
        told = compare(lambda: take(alone), lambda: take(recorded))
        recorded.close()
        database.close()
    return told


def unrecorded(data: Dataset) -> Iterator[int]:
    """The steps of each block, which nobody keeps."""
    return (len(event.step) for event in train(CONFIG, data) if isinstance(event, StepTerms))


def take(blocks: Iterator[int]) -> None:
    """A turn."""
    done = 0
    while done < STEPS:
        done += next(blocks)


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
