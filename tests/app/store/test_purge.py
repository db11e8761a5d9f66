from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from app.database.engine import Database
from app.database.tables import RunRow, now
from app.records import Run
from app.store import evaluations, events, purge, reports, runs, steps
from app.store import pictures as sheets
from app.store import scores as score_rows
from app.store import vitals as vital_rows
from vae_core.events import Evaluation, Pictures, StepTerms, Vitals
from vae_core.report import Report, Scores


@pytest.fixture
def deleted(
    database: Database,
    new_run: Callable[..., Run],
    block: Callable[..., StepTerms],
    vitals: Callable[..., Vitals],
    evaluation: Callable[..., Evaluation],
    report: Report,
    scores: Callable[..., Scores],
    pictures: Callable[..., Pictures],
) -> Callable[..., int]:
    """A run with something in every table, deleted so many days ago."""

    def make(days: float, **columns: Any) -> int:
        run_id = new_run().id
        with database.write() as session:
            steps.append(session, run_id, block(1, 600))
            events.append_points(session, run_id, 1, 600)
            vital_rows.append(session, run_id, vitals(600))
            evaluations.append(session, run_id, evaluation(600))
            reports.append(session, run_id, report)
            score_rows.append(session, run_id, scores())
            sheets.append(session, run_id, pictures(step=run_id))  # of its own
            row = runs.get_row(session, run_id)
            row.deleted_at = now() - days * 86400
            for name, value in columns.items():
                setattr(row, name, value)
        return run_id

    return make


def rows(database: Database, run_id: int) -> dict[str, int]:
    """How many rows each table has of a run."""
    with database.read() as session:
        return {
            table.name: session.scalar(sa.select(sa.func.count()).where(table.c.run_id == run_id))
            for table in purge.OF_RUNS
        }


def purged(database: Database, days: float = 30) -> list[int]:
    with database.write() as session:
        return purge.runs(session, now() - days * 86400)


def test_runs_deleted_long_ago_leave_no_row(
    database: Database, deleted: Callable[..., int], new_run: Callable[..., Run]
) -> None:
    old, recent = deleted(31), deleted(29)
    new_run()
    assert all(rows(database, old).values())
    before = rows(database, recent)
    assert purged(database) == [old]
    assert not any(rows(database, old).values())
    assert rows(database, recent) == before
    with database.read() as session:
        assert session.get(RunRow, old) is None
        assert len(session.execute(sa.select(sheets.FILE.c.hash)).all()) == 1


def test_a_picture_that_another_run_shows_stays(
    database: Database, deleted: Callable[..., int], new_run: Callable[..., Run], pictures: Callable[..., Pictures]
) -> None:
    old, other = deleted(31), new_run().id
    with database.write() as session:
        sheets.append(session, other, pictures(old))
    purged(database)
    with database.read() as session:
        assert [sheets.png(session, row.hash)[:4] for row in sheets.of_run(session, other)] == [b"\x89PNG"]


def test_the_newest_number_and_the_newest_event_are_not_given_again(
    database: Database, deleted: Callable[..., int], new_run: Callable[..., Run]
) -> None:
    old, newest = deleted(31), deleted(31)
    with database.read() as session:
        before = events.newest_id(session)
    assert purged(database) == [old]
    assert new_run().id == newest + 1
    with database.read() as session:
        assert events.newest_id(session) > before


def test_the_parents_of_runs_that_stay_are_kept(database: Database, deleted: Callable[..., int]) -> None:
    lonely, grandparent = deleted(31), deleted(31)
    parent, forgotten = deleted(31, parent_id=grandparent), deleted(31, parent_id=lonely)
    deleted(1, parent_id=parent)
    assert purged(database) == [lonely, forgotten]


def test_the_log_keeps_its_newest_events(database: Database, running: RunRow) -> None:
    with database.write() as session:
        for _ in range(20):
            events.append(session, running.id, "run")
        newest = events.newest_id(session)
        purge.log(session, 5)
        assert [row.id for row in events.after(session, 0, 100)] == list(range(newest - 4, newest + 1))
