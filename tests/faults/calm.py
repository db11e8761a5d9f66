"""The run that the faults disturb, and what it ends with when nobody disturbs it."""

from hashlib import sha256
from pathlib import Path

from app.database.engine import Database
from app.settings import Settings
from app.store import attempts, runs
from app.worker.execute import execute
from tests.server import Server
from vae_core.checkpoint import Checkpoints
from vae_core.config.train_config import TrainConfig

STEPS = 1500
CONFIG = {"hidden": [64], "latent_dim": 8, "batch_size": 32, "max_steps": STEPS, "checkpoint_every": 100,
          "evaluate_every": STEPS, "picture_every": STEPS, "examine": False, "threads": 1}  # fmt: skip


def final_weights(data: Path, run: int) -> str:
    """The SHA-256 of a run's newest checkpoint: weights, and the states of the optimiser and the generators."""
    newest = Checkpoints(data / "runs" / str(run) / "checkpoints").newest()
    assert newest is not None
    assert newest.step == STEPS
    return sha256(
        b"".join(name.encode() + value.tobytes() for name, value in sorted(newest.arrays.items()))
    ).hexdigest()


def calm_weights(data: Path) -> str:
    """Those of the run when it is executed in this process, from its first step to its last."""
    settings = Settings(data=data, datasets=())
    database = Database(settings.database_url)
    database.create_tables()
    with database.write() as session:
        run = attempts.claim(session, runs.create(session, TrainConfig.parse(CONFIG)).id)
    database.close()
    assert execute(settings, run.id, run.attempt) == "finished"
    return final_weights(data, run.id)


def losses(server: Server, run: int) -> dict[int, float]:
    """What the API tells of a run's steps."""
    read = server.api.get(f"/api/runs/{run}/steps", params={"points": 10**4, "fields": "loss"}).json()
    assert len(set(read["step"])) == len(read["step"])
    return dict(zip(read["step"], read["loss"], strict=True))
