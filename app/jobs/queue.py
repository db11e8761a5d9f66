"""What people launch, into the queue."""

from app.database.engine import Database
from app.jobs.scheduler import Scheduler
from app.launch.request import LaunchRequest
from app.records import Run, Sweep
from app.store import runs, sweeps
from app.sweeps.request import SweepRequest


def launch(
    database: Database, scheduler: Scheduler, request: LaunchRequest, group: str, preset: str | None = None
) -> list[Run]:
    """Store every run of the request in one transaction and wake the scheduler. Raises `RefusedConfig`, `Refused`.

    `group` marks what was launched together; `preset` says where a form that was filled in full began.
    """
    configs = request.configs()
    names = request.names(configs, runs.friendly_name())
    with database.write() as session:
        launched = [
            runs.create(session, config, name=name, preset=request.preset or preset, tags=request.tags, group=group)
            for config, name in zip(configs, names, strict=True)
        ]
    scheduler.wake()
    return launched


def start_sweep(database: Database, request: SweepRequest) -> Sweep:
    """Store a sweep; its driver begins with the next turn of the scheduler. Raises `RefusedConfig`, `Refused`."""
    specification = request.specification()
    with database.write() as session:
        return sweeps.create(
            session,
            specification,
            name=request.name,
            preset=request.preset,
            trials=request.trials,
            minutes=request.minutes,
        )
