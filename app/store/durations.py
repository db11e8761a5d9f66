"""How fast earlier runs were: what a run that has not started yet may take."""

import sqlalchemy as sa
from sqlmodel import Session, col

from app.database.tables import RunRow
from vae_core.theory.preflight import Pace

RECENT = 40  # runs: enough to find some of the same kind


def recent(session: Session) -> list[Pace]:
    """The paces of the newest runs that have made steps, newest first, deleted ones included."""
    query = sa.select(RunRow).where(col(RunRow.step) > 0, col(RunRow.seconds) > 0)
    newest = session.scalars(query.order_by(col(RunRow.id).desc()).limit(RECENT))
    return [Pace(row.train_config, row.seconds / row.step, _overhead(row)) for row in newest]


def _overhead(row: RunRow) -> float | None:
    """Seconds from its start to its end that were not training; None unless it went through in one go."""
    if row.status != "finished" or row.attempt != 1 or row.started_at is None or row.finished_at is None:
        return None
    return max(0.0, row.finished_at - row.started_at - row.seconds)
