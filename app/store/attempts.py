"""Runs as their processes write them. Only the process that holds a run's current attempt number may.

Each write compares (id, attempt, running) and sets in one statement; whoever comes too late changes nothing.
"""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.database.tables import RunRow, now
from app.store import events

TABLE = SQLModel.metadata.tables[str(RunRow.__tablename__)]

# Built once: five flushes a second compile nothing. What to set is named by the parameters.
CHANGE = sa.update(TABLE).where(
    TABLE.c.id == sa.bindparam("held_run"),
    TABLE.c.attempt == sa.bindparam("held_attempt"),
    TABLE.c.status == "running",
)
QUEUED = sa.select(TABLE.c.id).where(TABLE.c.status == "queued").limit(1)
MOST_DEATHS = 3
HEARTBEAT = CHANGE.returning(TABLE.c.requested)


def claim(session: Session, run_id: int) -> RunRow:
    """Start a queued run's next attempt; its process will be the only one that may write."""
    return _claimed(session, session.get_one(RunRow, run_id))


def claim_next(session: Session) -> RunRow | None:
    """Claim the run that has been queued longest, or None."""
    oldest = select(RunRow).where(RunRow.status == "queued").order_by(col(RunRow.queued_at), col(RunRow.id)).limit(1)
    row = session.exec(oldest.with_for_update(skip_locked=True)).first()
    return row and _claimed(session, row)


def _claimed(session: Session, row: RunRow) -> RunRow:
    row.status, row.requested, row.attempt, row.error, row.finished_at = "running", "run", row.attempt + 1, None, None
    row.heartbeat_at, row.silent_since = now(), None
    row.started_at = row.started_at or row.heartbeat_at
    session.add(row)
    session.flush()
    events.append(session, row.id, "run")
    return row


def any_queued(session: Session) -> bool:
    """Whether a run waits: a look that takes no lock, unlike a claim."""
    return session.execute(QUEUED).first() is not None


def count_live(session: Session) -> int:
    """How many runs have a process or wait for one."""
    live = sa.select(sa.func.count()).where(TABLE.c.status.in_(["queued", "running"]))
    return session.scalar(live) or 0


def note_handle(session: Session, run_id: int, attempt: int, handle: dict[str, Any]) -> None:
    """Remember how to find the process of an attempt again."""
    session.execute(CHANGE, _held(run_id, attempt) | {"handle": handle})


def heartbeat(session: Session, run_id: int, attempt: int, **progress: Any) -> str | None:
    """Heartbeat, fence, progress and command channel in one UPDATE.

    `progress` holds the columns that moved: step, epoch, seconds, latest, activity. Returns what people ask of the
    run, "run" or "stop"; None when another attempt or an ending has taken the row, and then nothing was written.
    """
    values = _held(run_id, attempt) | {"heartbeat_at": now()} | progress
    requested: str | None = session.connection().execute(HEARTBEAT, values).scalar()
    return requested


def end(session: Session, run_id: int, attempt: int, status: str, error: str | None = None) -> bool:
    """End a running attempt. False when it had been ended, or superseded, before."""
    finished_at = None if status == "paused" else now()
    ending = {"status": status, "error": error, "finished_at": finished_at}
    ending |= dict.fromkeys(("activity", "handle", "silent_since"))
    ended = session.scalar(CHANGE.returning(TABLE.c.id), _held(run_id, attempt) | ending) is not None
    if ended:
        events.append(session, run_id, "run")
    return ended


def end_dead_attempt(session: Session, row: RunRow, why: str, *, resume: bool) -> bool:
    """End an attempt whose process died; with `resume` it queues again, unless it dies again and again on the spot.

    One that was asked to pause or stop has done so, if without a last checkpoint. Returns whether it queues again.
    """
    if not end(session, row.id, row.attempt, "interrupted", why):
        return False
    dead = session.get_one(RunRow, row.id)
    session.refresh(dead)
    dead.deaths, dead.died_at = (1 if dead.step > dead.died_at else dead.deaths + 1), dead.step
    if dead.requested == "pause":
        dead.status, dead.finished_at = "paused", None
    elif dead.requested != "run":
        dead.status = "stopped"
    elif dead.deaths >= MOST_DEATHS:
        dead.status = "failed"
        dead.error = f"Its process died {dead.deaths} times in a row without a new step. {why}"
    elif resume:
        dead.status, dead.finished_at, dead.notice = "queued", None, f"It goes on after its process died. {why}"
    session.add(dead)
    return dead.status == "queued"


def note(session: Session, run_id: int, attempt: int, notice: str) -> None:
    """Say something about an attempt that goes on."""
    session.execute(CHANGE, _held(run_id, attempt) | {"notice": notice})
    events.append(session, run_id, "run")


def note_silence(session: Session, run_id: int, attempt: int, since: float | None) -> None:
    """Remember that a living process has not written since its heartbeat at `since`; None when it has again."""
    session.execute(CHANGE, _held(run_id, attempt) | {"silent_since": since})
    events.append(session, run_id, "run")


def running(session: Session) -> list[RunRow]:
    """Every run that a process is said to work on, oldest first."""
    return list(session.exec(select(RunRow).where(RunRow.status == "running").order_by(col(RunRow.id))))


def _held(run_id: int, attempt: int) -> dict[str, Any]:
    return {"held_run": run_id, "held_attempt": attempt}
