"""Rows of runs as the records that the API and the pages show."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session

from app.database.tables import RunRow
from app.records import EvaluationRecord, ListedRun, Run
from app.store import evaluations, summaries
from vae_core.theory.convention import implied

TIMES = {"created_at", "started_at", "finished_at", "deleted_at"}
SAME = RunRow.model_fields.keys() & Run.model_fields.keys() - TIMES - {"notice"}  # the fields that a record copies


def record(session: Session, row: RunRow) -> Run:
    """The run of a row, with its newest evaluation."""
    return Run(**_fields(row, evaluations.last(session, row.id)))


def listed(session: Session, rows: Sequence[RunRow]) -> list[ListedRun]:
    """The runs of several rows, with what a list shows of their steps."""
    ids = [row.id for row in rows]
    evaluated = evaluations.last_of_runs(session, ids)
    extremes, sparks = summaries.extremes(session, ids), summaries.sparks(session, ids)
    return [
        ListedRun(**_fields(row, evaluated.get(row.id)), terms=extremes.get(row.id, {}), spark=sparks.get(row.id, []))
        for row in rows
    ]


def _fields(row: RunRow, evaluation: EvaluationRecord | None) -> dict[str, Any]:
    fields = {name: getattr(row, name) for name in SAME} | {name: iso(getattr(row, name)) for name in TIMES}
    notices = [None if row.silent_since is None else _silence(row.silent_since), row.notice]
    fields["notice"] = " ".join(filter(None, notices)) or None
    return fields | {"evaluation": evaluation, "implied": implied(row.train_config)}


def _silence(since: float) -> str:
    time = datetime.fromtimestamp(since, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return (
        f"Its process has shown no sign of life since {time}: it may be suspended, or wait for its disk. It goes on by "
        "itself when it can; to end it, stop it twice."
    )


def iso(seconds: float | None) -> str | None:
    """A time as records have it: ISO 8601 in UTC."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
