"""What people may ask of a sweep, in which state, and what follows for its runs. Every request answers at once.

running --pause--> paused, its runs too          paused, stopped --resume--> running
running, paused --stop--> stopped, its runs too   any --extend--> running, with a larger budget; paused stays so
"""

from sqlmodel import Session

from app.database.tables import SweepRow
from app.errors import Conflict, Refused
from app.records import Run, Sweep
from app.store import control, runs, sweeps


def pause(session: Session, sweep_id: int) -> Sweep:
    """Begin no trial, and let its runs save and wait. Raises `NotFound`, `Conflict` for a sweep that does not run."""
    row = sweeps.get_row(session, sweep_id)
    _require(row, "pause", "running")
    row.status = "paused"
    for trial, run in sweeps.open_trials(session, sweep_id):
        if _hold(session, run):
            trial.held = True
    return sweeps.get(session, sweep_id)


def resume(session: Session, sweep_id: int) -> Sweep:
    """Go on with the runs that it paused, and with new trials; pruned ones stay paused.

    Raises `NotFound`, `Conflict` for a sweep that runs or has finished.
    """
    row = sweeps.get_row(session, sweep_id)
    _require(row, "resume", "paused", "stopped")
    row.status, row.error = "running", None
    release_runs(session, sweep_id)
    return sweeps.get(session, sweep_id)


def stop(session: Session, sweep_id: int) -> Sweep:
    """Begin no trial, and let its runs save and end. Raises `NotFound`, `Conflict` for a sweep that has ended."""
    row = sweeps.get_row(session, sweep_id)
    _require(row, "stop", "running", "paused")
    row.status = "stopped"
    stop_runs(session, sweep_id)
    return sweeps.get(session, sweep_id)


def extend(session: Session, sweep_id: int, *, trials: int | None = None, minutes: float | None = None) -> Sweep:
    """Give a sweep a larger budget, in all, and let it go on unless it is paused; None leaves a part as it is.

    Raises `NotFound`, `Refused` where nothing is given, `Conflict` where it is no more than the sweep has.
    """
    row = sweeps.get_row(session, sweep_id)
    if trials is None and minutes is None:
        raise Refused("trials or minutes must say how far the sweep may go", "trials")
    for name, given in (("trials", trials), ("minutes", minutes)):
        budget = getattr(row, name)
        if given is not None and budget is not None and given <= budget:
            raise Conflict(f"Sweep {sweep_id} has {budget:g} {name} already: {given:g} are no more than that.", name)
    row.trials, row.minutes = trials or row.trials, minutes or row.minutes
    if row.status != "paused":
        row.status, row.error = "running", None
    return sweeps.get(session, sweep_id)


def stop_runs(session: Session, sweep_id: int) -> None:
    """Stop the runs of a sweep that go on or wait, but none that was asked to already: that would kill it."""
    for _, run in sweeps.open_trials(session, sweep_id):
        if run.status in {"queued", "paused"} or (run.status == "running" and run.requested in {"run", "pause"}):
            control.stop(session, run.id)


def release_runs(session: Session, sweep_id: int) -> None:
    """Queue the runs that wait because their sweep did; those that are yet to pause keep their mark for later."""
    for trial, run in sweeps.open_trials(session, sweep_id):
        if trial.held and (run.status, run.requested) != ("running", "pause"):
            trial.held = False
            if run.status == "paused":
                control.resume(session, run.id)


def _hold(session: Session, run: Run) -> bool:
    """Let a run wait that would go on; one that a person has paused waits already, for that person."""
    if run.status == "running" and run.requested == "run":
        control.pause(session, run.id)
        return True
    if run.status == "queued":
        row = runs.get_row(session, run.id)
        row.status = "paused"
        runs.store(session, row)
        return True
    return False


def _require(row: SweepRow, action: str, *states: str) -> None:
    if row.status not in states:
        raise Conflict(f"Sweep {row.id} is {row.status}, so it cannot {action}: it must be {' or '.join(states)}.")
