"""How fast earlier runs were: what a run that has not started yet may take."""

import sqlalchemy as sa
from sqlmodel import Session, col

from app.database.tables import Run
from vae_core.theory.preflight import Pace

RECENT = 40  # runs: enough to find some of the same kind


def recent(session: Session) -> list[Pace]:
    """The paces of the newest runs that have made steps, newest first, deleted ones included."""
    query = sa.select(Run).where(col(Run.step) > 0, col(Run.seconds) > 0).order_by(col(Run.id).desc()).limit(RECENT)
    return [Pace(run.train_config, run.seconds / run.step) for run in session.scalars(query)]
