"""What people launch, into the queue."""

from app.database.engine import Database
from app.database.tables import Run
from app.jobs.scheduler import Scheduler
from app.launch.request import LaunchRequest
from app.store import runs


def launch(
    database: Database, scheduler: Scheduler, wanted: LaunchRequest, group: str, preset: str | None = None
) -> list[Run]:
    """Store every run of the request in one transaction and wake the scheduler. Raises `RefusedConfig`, `Refused`.

    `group` marks what was launched together; `preset` says where a form that was filled in full began.
    """
    configs = wanted.configs()
    names = wanted.names(configs, runs.friendly_name())
    with database.write() as session:
        launched = [
            runs.create(session, config, name=name, preset=wanted.preset or preset, tags=wanted.tags, group=group)
            for config, name in zip(configs, names, strict=True)
        ]
    scheduler.wake()
    return launched
