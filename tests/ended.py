"""Runs that ended without training: their numbers are ours, and no server takes them up."""

from collections.abc import Iterable

from sqlmodel import Session

from app.store import attempts, evaluations, runs, steps
from vae_core.config.train_config import TrainConfig
from vae_core.events import Evaluation, StepTerms


def insert(
    session: Session,
    config: TrainConfig,
    *,
    name: str,
    blocks: Iterable[StepTerms] = (),
    evaluated: Iterable[Evaluation] = (),
    status: str = "finished",
    error: str | None = None,
) -> int:
    """The number of a run with these steps and evaluations, that ended in this status."""
    run = attempts.claim(session, runs.create(session, config, name=name).id)
    for block in blocks:
        if not len(block.step):
            continue
        steps.append(session, run.id, block)
        reached = {"step": int(block.step[-1]), "epoch": float(block.epoch[-1]), "seconds": float(block.seconds[-1])}
        assert attempts.heartbeat(session, run.id, run.attempt, **reached) == "run"
    for evaluation in evaluated:
        evaluations.append(session, run.id, evaluation)
    assert attempts.end(session, run.id, run.attempt, status, error)
    return run.id
