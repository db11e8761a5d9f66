from collections.abc import Callable
from datetime import UTC, datetime
from typing import get_args

import pytest

from app.database.engine import Database
from app.database.tables import RunRow, dumps
from app.errors import Conflict, NotFound, Refused
from app.records import Run
from app.run_rules import RunStatus
from app.store import attempts, control, evaluations, events, listing, runs
from vae_core.config.train_config import TrainConfig
from vae_core.events import Evaluation

ENDED = ("finished", "stopped", "failed", "diverged", "interrupted")


@pytest.fixture
def with_status(database: Database, new_run: Callable[..., Run]) -> Callable[[str], int]:
    def make(status: str) -> int:
        run = new_run()
        with database.write() as session:
            session.get_one(RunRow, run.id).status = status
        return run.id

    return make


def test_a_new_run_is_queued_and_announced(database: Database) -> None:
    config = TrainConfig(max_steps=12, hidden=(7, 8))
    with database.write() as session:
        made = runs.create(session, config, name=" first ", preset="bce", tags=["a", " a ", "", "b"], group="g")
    with database.read() as session:
        run = runs.get(session, made.id)
        [event] = events.after(session, 0, 10)
    assert (run.status, run.name, run.preset, run.tags, run.group) == ("queued", "first", "bce", ["a", "b"], "g")
    assert (run.train_config, run.total_steps) == (config, 12)
    assert (event.kind, event.run_id) == ("run", run.id)


def test_a_run_without_a_name_is_given_one(new_run: Callable[..., Run]) -> None:
    names = {new_run().name for _ in range(20)}
    assert len(names) > 5
    assert all(len(name.split("-")) == 2 for name in names)


def test_an_unknown_run_is_not_found(database: Database) -> None:
    with database.read() as session, pytest.raises(NotFound, match=r"There is no run 7\."):
        runs.get(session, 7)


def test_stopping_a_queued_run_ends_it(database: Database, new_run: Callable[..., Run]) -> None:
    with database.write() as session:
        run = control.stop(session, new_run().id)
        assert (run.status, attempts.claim_next(session)) == ("stopped", None)
        assert run.finished_at is not None


def test_stopping_a_running_run_asks_its_process(database: Database, running: RunRow) -> None:
    with database.write() as session:
        run = control.stop(session, running.id)
        assert (run.status, run.requested) == ("running", "stop")
        assert attempts.heartbeat(session, run.id, run.attempt) == "stop"


@pytest.mark.parametrize("status", ENDED)
def test_stopping_an_ended_run_is_a_conflict(
    database: Database, with_status: Callable[[str], int], status: str
) -> None:
    run_id = with_status(status)
    with database.write() as session, pytest.raises(Conflict, match=f"Run {run_id} has already ended: it is {status}"):
        control.stop(session, run_id)


@pytest.mark.parametrize("status", get_args(RunStatus))
def test_only_an_ended_run_can_be_deleted(database: Database, with_status: Callable[[str], int], status: str) -> None:
    run_id = with_status(status)
    with database.write() as session:
        if status not in ENDED:
            with pytest.raises(Conflict, match=f"Run {run_id} is {status}: stop it first"):
                runs.delete(session, run_id)
            return
        runs.delete(session, run_id)
        with pytest.raises(NotFound):
            runs.get(session, run_id)
        assert runs.get(session, run_id, deleted_too=True).deleted_at is not None


def test_a_deleted_run_comes_back_as_it_was(database: Database, with_status: Callable[[str], int]) -> None:
    run_id = with_status("finished")
    with database.read() as session:
        before = runs.get(session, run_id)
    with database.write() as session:
        runs.delete(session, run_id)
        assert listing.find(session).runs == []
        assert [run.id for run in listing.find(session, deleted=True).runs] == [run_id]
    with database.write() as session:
        runs.restore(session, run_id)
        assert listing.find(session, deleted=True).runs == []
    with database.read() as session:
        assert runs.get(session, run_id) == before


def test_update_changes_only_what_is_given(database: Database, new_run: Callable[..., Run]) -> None:
    run_id = new_run(name="old", tags=("x",)).id
    with database.write() as session:
        runs.update(session, run_id, notes="seen")
        runs.update(session, run_id, name=" new ")
        run = runs.update(session, run_id, tags=["y", "y"])
        assert (run.name, run.tags, run.notes) == ("new", ["y"], "seen")
        with pytest.raises(Refused, match="name must"):
            runs.update(session, run_id, name="  ")


def test_every_change_is_announced(database: Database, new_run: Callable[..., Run]) -> None:
    run = new_run()
    with database.write() as session:
        control.stop(session, run.id)
        runs.update(session, run.id, notes="n")
        runs.delete(session, run.id)
        runs.restore(session, run.id)
        assert [row.kind for row in events.after(session, 0, 10)] == ["run"] * 5


def test_a_record_is_plain_json_with_times_in_utc(
    database: Database, running: RunRow, evaluation: Callable[..., Evaluation]
) -> None:
    with database.write() as session:
        evaluations.append(session, running.id, evaluation(3))
        run = runs.get(session, running.id)
    assert dumps(run.model_dump())
    assert datetime.fromisoformat(run.created_at).timestamp() == pytest.approx(running.created_at, abs=1e-3)
    assert datetime.fromisoformat(run.created_at).tzinfo == UTC
    assert run.evaluation.step == 3


def test_what_only_the_queue_or_a_list_needs_stays_inside() -> None:
    internal = {"handle", "heartbeat_at", "silent_since", "queued_at", "deaths", "died_at", "unit_key"}
    assert RunRow.model_fields.keys() - Run.model_fields.keys() == internal
