from collections.abc import Callable

import pytest
from sqlmodel import Session

from app.database.engine import Database
from app.database.tables import RunRow
from app.errors import Conflict
from app.records import Run
from app.store import attempts, control, runs
from vae_core.config.train_config import RefusedConfig

ENDED = ("finished", "stopped", "failed", "diverged", "interrupted")
STATUSES = ("queued", "running", "paused", *ENDED)


@pytest.fixture
def with_status(database: Database, new_run: Callable[..., Run]) -> Callable[[str], int]:
    """A run in a state, after 50 of its 120 steps if it has begun."""

    def make(status: str) -> int:
        run = new_run(max_steps=120)
        with database.write() as session:
            row = session.get(RunRow, run.id)
            row.status, row.attempt, row.step = status, int(status != "queued"), 50 * (status != "queued")
        return run.id

    return make


Action = Callable[[Session, int], Run]

ALLOWED: dict[Action, set[str]] = {
    control.stop: {"queued", "running", "paused"},
    control.pause: {"running"},
    control.resume: {"paused", "stopped", "interrupted", "failed"},
    lambda session, run_id: control.extend(session, run_id, max_steps=500): {"paused", "stopped", "finished"},
    runs.delete: set(ENDED),
}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("action", ALLOWED, ids=["stop", "pause", "resume", "extend", "delete"])
def test_each_state_allows_some_actions_and_says_why_not_to_others(
    database: Database, with_status: Callable[[str], int], status: str, action: Action
) -> None:
    run_id = with_status(status)
    with database.write() as session:
        if status in ALLOWED[action]:
            assert action(session, run_id).id == run_id
        else:
            with pytest.raises(Conflict, match=f"Run {run_id} .*{status}") as refused:
                action(session, run_id)
            assert refused.value.status == 409
            assert runs.get(session, run_id).status == status


def test_stopping_a_running_run_twice_asks_for_its_end(database: Database, with_status: Callable[[str], int]) -> None:
    run_id = with_status("running")
    with database.write() as session:
        assert [control.stop(session, run_id).requested for _ in range(3)] == ["stop", "kill", "kill"]


def test_a_stop_is_stronger_than_a_pause(database: Database, with_status: Callable[[str], int]) -> None:
    run_id = with_status("running")
    with database.write() as session:
        assert [control.pause(session, run_id).requested, control.stop(session, run_id).requested] == ["pause", "stop"]
        assert control.pause(session, run_id).requested == "stop"


def test_a_resumed_run_can_be_claimed_for_its_next_attempt(
    database: Database, with_status: Callable[[str], int]
) -> None:
    run_id = with_status("stopped")
    with database.write() as session:
        run = control.resume(session, run_id)
        assert (run.status, run.requested, run.finished_at) == ("queued", "run", None)
        assert attempts.claim_next(session).attempt == 2


@pytest.mark.parametrize("length", [{"max_steps": 50}, {"max_steps": 20}, {"epochs": 1}])
def test_a_run_cannot_be_extended_to_what_it_has_done(
    database: Database, with_status: Callable[[str], int], length: dict[str, int]
) -> None:
    run_id = with_status("finished")
    with database.write() as session, pytest.raises(Conflict, match=f"Run {run_id} has done 50 steps"):
        control.extend(session, run_id, **length)


def test_extending_to_a_refused_length_names_the_field(database: Database, with_status: Callable[[str], int]) -> None:
    with database.write() as session, pytest.raises(RefusedConfig, match="max_steps must be at least 1, not 0"):
        control.extend(session, with_status("finished"), max_steps=0)


def test_an_extended_run_keeps_everything_but_its_length(database: Database, with_status: Callable[[str], int]) -> None:
    run_id = with_status("finished")
    with database.write() as session:
        before = runs.get(session, run_id).train_config
        run = control.extend(session, run_id, max_steps=500)
        assert (run.total_steps, run.train_config.identity) == (500, before.identity)


@pytest.mark.parametrize("action", [control.resume, lambda *run: control.extend(*run, max_steps=500)])
def test_who_lets_a_run_go_on_forgives_its_deaths(
    database: Database, with_status: Callable[[str], int], action: Action
) -> None:
    run_id = with_status("stopped")
    with database.write() as session:
        session.get(RunRow, run_id).deaths = 2
        action(session, run_id)
        assert session.get(RunRow, run_id).deaths == 0


def test_a_clone_is_a_new_run_with_the_same_settings_but_for_the_changes(
    database: Database, new_run: Callable[..., Run]
) -> None:
    parent = new_run("otter", tags=("sea",), beta=2.0)
    with database.write() as session:
        child = control.clone(session, parent.id, {"latent_dim": 3})
        assert (child.name, child.tags, child.status) == ("otter", ["sea"], "queued")
        assert (child.train_config.beta, child.train_config.latent_dim) == (2, 3)
        with pytest.raises(RefusedConfig, match="latent_dim"):
            control.clone(session, parent.id, {"latent_dim": 0})


def test_a_run_that_never_trained_cannot_be_forked(database: Database, new_run: Callable[..., Run]) -> None:
    run_id = new_run().id
    with database.write() as session, pytest.raises(Conflict, match=f"Run {run_id} has not trained yet"):
        control.fork(session, run_id, {})
