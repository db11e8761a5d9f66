from collections.abc import Callable

import pytest

from app.database.engine import Database
from app.database.tables import RunRow
from app.records import Run
from app.store import attempts, events, runs


def test_the_oldest_queued_run_is_claimed_first(database: Database, new_run: Callable[..., Run]) -> None:
    first, second = new_run(), new_run()
    with database.write() as session:
        assert [attempts.claim_next(session).id for _ in range(2)] == [first.id, second.id]
        assert attempts.claim_next(session) is None
        assert [run.id for run in attempts.running(session)] == [first.id, second.id]


def test_a_claim_counts_the_attempt(database: Database, new_run: Callable[..., Run]) -> None:
    run_id = new_run().id
    with database.write() as session:
        run = attempts.claim_next(session)
        assert (run.id, run.status, run.attempt, run.requested) == (run_id, "running", 1, "run")
        assert run.started_at == run.heartbeat_at


def test_a_heartbeat_stores_progress_and_returns_what_is_requested(database: Database, running: RunRow) -> None:
    with database.write() as session:
        assert attempts.heartbeat(session, running.id, 1, step=5, latest={"kl": 2.0}) == "run"
    with database.read() as session:
        run = runs.get_row(session, running.id)
        assert (run.step, run.latest) == (5, {"kl": 2.0})
        assert run.heartbeat_at > running.heartbeat_at


@pytest.mark.parametrize("attempt", [0, 2])
def test_another_attempt_writes_nothing(database: Database, running: RunRow, attempt: int) -> None:
    with database.write() as session:
        before = events.newest_id(session)
        assert attempts.heartbeat(session, running.id, attempt, step=5) is None
        assert not attempts.end(session, running.id, attempt, "finished")
        attempts.note_handle(session, running.id, attempt, {"pid": 1})
        assert events.newest_id(session) == before
    with database.read() as session:
        run = runs.get_row(session, running.id)
        assert (run.step, run.status, run.handle) == (0, "running", None)


def test_a_run_ends_once(database: Database, running: RunRow) -> None:
    with database.write() as session:
        assert attempts.end(session, running.id, 1, "diverged", "The loss was NaN.")
        assert not attempts.end(session, running.id, 1, "failed", "too late")
        assert attempts.heartbeat(session, running.id, 1) is None
    with database.read() as session:
        run = runs.get(session, running.id)
        assert (run.status, run.error) == ("diverged", "The loss was NaN.")
        assert run.finished_at >= run.started_at
        assert events.after(session, 0, 10)[-1].kind == "run"


def test_the_handle_is_kept(database: Database, running: RunRow) -> None:
    with database.write() as session:
        attempts.note_handle(session, running.id, 1, {"pid": 12, "create_time": 3.5})
    with database.read() as session:
        assert runs.get_row(session, running.id).handle == {"pid": 12, "create_time": 3.5}
