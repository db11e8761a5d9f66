"""Runs as the API and the pages show them."""

from typing import Any

from sqlmodel import Session

from app.database.engine import Database
from app.database.tables import Run
from app.store import evaluations, runs, summaries

Json = dict[str, Any]


def public_run(database: Database, run_id: int) -> Json:
    """One run as the API shows it. Raises `NotFound`."""
    with database.read() as session:
        run = runs.get(session, run_id, deleted_too=True)
        return runs.public(run, evaluations.last(session, run_id))


def listed(session: Session, found: list[Run]) -> list[Json]:
    """Runs with what a list shows of their steps: `terms`, each one's first, last, min and max, and a `spark`line."""
    ids = [run.id or 0 for run in found]
    last, terms, sparks = evaluations.last_of(session, ids), summaries.of(session, ids), summaries.sparks(session, ids)
    return [
        {**runs.public(run, last.get(id)), "terms": terms.get(id, {}), "spark": sparks.get(id, [])}
        for id, run in zip(ids, found, strict=True)
    ]
