"""What people launch, into the queue."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from sqlmodel import Session

from app.database.engine import Database
from app.errors import Refused
from app.jobs.scheduler import Scheduler
from app.launch.request import MAX_RUNS, LaunchRequest, without_seed
from app.records import Run, Sweep
from app.run_rules import LIVE
from app.store import control, launches, listing, runs, sweeps
from app.sweeps.request import SweepRequest
from vae_core.config.limits import MAX_SEED

GroupAction = Literal["stop", "retry", "resume"]
ACTIONS: dict[GroupAction, tuple[Sequence[str], Callable[[Session, int], Run]]] = {  # on runs of these states
    "stop": (LIVE, control.stop),
    "retry": (("failed", "interrupted"), control.resume),
    "resume": (("paused", "stopped"), control.resume),
}


def launch(
    database: Database, scheduler: Scheduler, request: LaunchRequest, group: str, preset: str | None = None
) -> Sequence[Run]:
    """Store every run of the request in one transaction and wake the scheduler. Raises `RefusedConfig`, `Refused`.

    `group` marks what was launched together: what was launched under it before is returned, and nothing launched.
    `preset` says where a form that was filled in full began.
    """
    with database.write() as session:
        if not launches.claim(session, group):
            return listing.of_group(session, group)
        configs = request.configs()
        names = request.names(configs, runs.friendly_name())
        launched = [
            runs.create(
                session,
                config,
                name=name,
                preset=request.preset or preset,
                tags=request.tags,
                group=group,
                paused=request.paused,
            )
            for config, name in zip(configs, names, strict=True)
        ]
    scheduler.wake()
    return launched


def add_seeds(database: Database, scheduler: Scheduler, group: str, count: int) -> list[Run]:
    """As many more seeds of each configuration of a group, numbered on. Raises `NotFound`, `Refused`."""
    with database.write() as session:
        firsts = {run.configuration: run for run in reversed(listing.require_group(session, group))}
        if count * len(firsts) > MAX_RUNS:
            message = f"count makes {count * len(firsts):,} runs, more than the {MAX_RUNS} of one launch"
            raise Refused(message, "count")
        last = max(run.train_config.seed for run in listing.of_group(session, group))
        if last + count > MAX_SEED:
            raise Refused(f"count leaves no room below {MAX_SEED}: the last seed is {last}", "count")
        launched = [
            runs.create(
                session,
                replace(run.train_config, seed=seed),
                name=f"{without_seed(run.name)} s{seed}",
                preset=run.preset,
                tags=run.tags,
                group=group,
                parent_id=run.parent_id,
                parent_step=run.parent_step,
            )
            for seed in range(last + 1, last + 1 + count)
            for run in reversed(firsts.values())
        ]
    scheduler.wake()
    return launched


def act_on_group(database: Database, scheduler: Scheduler, group: str, action: GroupAction) -> list[Run]:
    """Stop what is live, or queue again what failed or was stopped; the runs that changed. Raises `NotFound`."""
    states, act = ACTIONS[action]
    with database.write() as session:
        changed = [act(session, run.id) for run in listing.require_group(session, group) if run.status in states]
    scheduler.wake()
    return changed


def start_sweep(database: Database, request: SweepRequest) -> Sweep:
    """Store a sweep; its driver begins with the next turn of the scheduler. Raises `RefusedConfig`, `Refused`.

    What was started under the request's mark before is returned, and nothing started.
    """
    specification, group = request.specification(), request.request_id or runs.new_group()
    with database.write() as session:
        if not launches.claim(session, group):
            if known := sweeps.of_group(session, group):
                return known
            raise Refused(f"request_id was that of a launch: {group!r}", "request_id")
        return sweeps.create(
            session,
            specification,
            group=group,
            name=request.name,
            preset=request.preset,
            trials=request.trials,
            minutes=request.minutes,
        )
