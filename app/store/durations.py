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
    return [Pace(row.train_config, row.seconds / row.step) for row in newest]
