"""What each held-out image scores under a finished run's model: little-endian float32, a row for each number."""

from collections.abc import Iterable, Mapping

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.database.tables import ScoreRow
from vae_core import report
from vae_core.report import Floats

TABLE = SQLModel.metadata.tables[str(ScoreRow.__tablename__)]
LABEL = "label"  # beside the names of `vae_core.report.Scores`


def append(session: Session, run_id: int, scores: report.Scores) -> None:
    """Store the scores of a run."""
    session.execute(sa.delete(TABLE).where(TABLE.c.run_id == run_id))  # of a run that was extended
    columns = {**scores.values, LABEL: scores.label}
    rows = [{"run_id": run_id, "name": name, "data": each.astype("<f4").tobytes()} for name, each in columns.items()]
    session.execute(sa.insert(TABLE), rows)


def of_runs(session: Session, run_ids: Iterable[int]) -> dict[int, Mapping[str, Floats]]:
    """The scores of each run that has some: float64 [N] under their names, the classes as `label`."""
    scores: dict[int, dict[str, Floats]] = {}
    query = sa.select(TABLE.c.run_id, TABLE.c.name, TABLE.c.data).where(TABLE.c.run_id.in_(list(run_ids)))
    for run_id, name, data in session.execute(query):
        scores.setdefault(run_id, {})[name] = np.frombuffer(data, "<f4").astype(float)
    return dict(scores)
