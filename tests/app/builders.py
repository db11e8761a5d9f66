"""Records as the store would read them, from the few values that a test is about."""

from typing import Any

from app.database.tables import configuration
from app.records import EvaluationRecord, Run
from app.run_rules import RunStatus
from vae_core.config.train_config import TrainConfig
from vae_core.theory.convention import implied

NOT_GIVEN: dict[str, Any] = dict.fromkeys(EvaluationRecord.model_fields)


def make_evaluation(step: int = 40, **values: Any) -> EvaluationRecord:
    """An evaluation of which only these values are known."""
    return EvaluationRecord(**{**NOT_GIVEN, "epoch": step / 23, "seconds": step / 1000, **values, "step": step})


def make_run(
    id: int = 1,
    *,
    status: RunStatus = "finished",
    preset: str | None = None,
    seconds: float = 10.0,
    evaluation: EvaluationRecord | None = None,
    **changes: Any,
) -> Run:
    """A run at its last step, under the default configuration with these changes."""
    config = TrainConfig.parse(changes)
    return Run(
        id=id,
        name=f"run-{id}",
        status=status,
        config=config.to_dict(),
        configuration=configuration(config, None, None),
        preset=preset,
        group=None,
        tags=[],
        notes="",
        step=config.total_steps,
        total_steps=config.total_steps,
        epoch=1.0,
        seconds=seconds,
        activity=None,
        latest={},
        error=None,
        notice=None,
        requested="run",
        attempt=1,
        parent_id=None,
        parent_step=None,
        created_at="2026-11-22T10:00:00.000Z",
        started_at="2026-11-22T10:00:01.000Z",
        finished_at="2026-11-22T10:00:11.000Z",
        deleted_at=None,
        evaluation=evaluation,
        implied=implied(config),
    )
