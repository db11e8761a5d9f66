"""What people ask of a sweep, and what its runs are asked then."""

from collections.abc import Callable
from typing import Any

import pytest

from app.database.engine import Database
from app.errors import AppError, Conflict, Refused
from app.records import Run, Sweep
from app.store import attempts, control, runs, sweep_control, sweeps
from tests.app.conftest import NewSweep

ACTIONS: dict[str, Callable[..., Sweep]] = {
    "pause": sweep_control.pause,
    "resume": sweep_control.resume,
    "stop": sweep_control.stop,
    "extend": sweep_control.extend,
}


class Stage:
    """A sweep with four trials: of run 1 a process trains, run 2 waits, run 3 was paused by a person, run 4 ended."""

    def __init__(self, database: Database, sweep: Sweep):
        self.database, self.sweep = database, sweep
        with database.write() as session:
            for number in range(1, 5):
                assert sweeps.add_trial(session, sweep, number, {"beta": 2.0}, [])
            attempts.claim(session, 1)
            self._pause(session, 3)
            attempts.end(session, 4, attempts.claim(session, 4).attempt, "finished")
            (_, _, _, (last, _)) = sweeps.open_trials(session, sweep.id)
            sweeps.note_result(session, last, "pruned", [1.0], 10)

    def _pause(self, session: Any, run_id: int) -> None:
        attempts.end(session, run_id, attempts.claim(session, run_id).attempt, "paused")

    def act(self, action: str, **given: Any) -> Sweep:
        with self.database.write() as session:
            return ACTIONS[action](session, self.sweep.id, **given)

    def became(self, run_id: int, status: str) -> None:
        """What the process of a run writes when it ends."""
        with self.database.write() as session:
            assert attempts.end(session, run_id, runs.get_row(session, run_id).attempt, status)

    def runs(self) -> list[tuple[str, str]]:
        with self.database.read() as session:
            rows: list[Run] = [runs.get(session, run_id) for run_id in range(1, 5)]
        return [(run.status, run.requested) for run in rows]

    def held(self) -> list[int]:
        with self.database.read() as session:
            return [trial.number for trial, _ in sweeps.open_trials(session, self.sweep.id) if trial.held]


@pytest.fixture
def stage(database: Database, new_sweep: NewSweep) -> Stage:
    return Stage(database, new_sweep(trials=10))


def test_pause_lets_its_runs_wait_and_resume_lets_go_on_what_it_held(stage: Stage) -> None:
    assert stage.act("pause").status == "paused"
    assert stage.runs() == [("running", "pause"), ("paused", "run"), ("paused", "run"), ("finished", "run")]
    assert stage.held() == [1, 2]
    stage.became(1, "paused")
    assert stage.act("resume").status == "running"
    assert [status for status, _ in stage.runs()] == ["queued", "queued", "paused", "finished"]
    assert stage.held() == []


def test_a_run_that_is_yet_to_pause_is_released_later(stage: Stage) -> None:
    stage.act("pause")
    stage.act("resume")
    assert stage.held() == [1]
    stage.became(1, "paused")
    with stage.database.write() as session:
        sweep_control.release_runs(session, stage.sweep.id)
    assert (stage.held(), stage.runs()[0]) == ([], ("queued", "run"))


def test_a_run_that_a_person_resumed_is_no_longer_held(stage: Stage) -> None:
    stage.act("pause")
    stage.became(1, "paused")
    with stage.database.write() as session:
        control.resume(session, 1)
    assert stage.held() == [1, 2]
    stage.act("resume")
    assert (stage.held(), stage.runs()[0]) == ([], ("queued", "run"))


def test_stop_ends_its_runs_and_kills_none(stage: Stage) -> None:
    with stage.database.write() as session:
        control.stop(session, 1)
    assert stage.act("stop").status == "stopped"
    assert stage.runs() == [("running", "stop"), ("stopped", "stop"), ("stopped", "stop"), ("finished", "run")]


def test_a_run_that_was_to_pause_stops_instead(stage: Stage) -> None:
    stage.act("pause")
    stage.act("stop")
    assert stage.runs()[0] == ("running", "stop")


@pytest.mark.parametrize(
    ("before", "action", "words"),
    [
        ([], "resume", "is running, so it cannot resume: it must be paused or stopped"),
        (["pause"], "pause", "is paused, so it cannot pause: it must be running"),
        (["stop"], "stop", "is stopped, so it cannot stop: it must be running or paused"),
    ],
)
def test_what_a_state_forbids(stage: Stage, before: list[str], action: str, words: str) -> None:
    for first in before:
        stage.act(first)
    with pytest.raises(Conflict, match=words):
        stage.act(action)


def test_a_sweep_that_was_stopped_or_has_finished_goes_on(stage: Stage) -> None:
    stage.act("stop")
    assert stage.act("resume").status == "running"
    with stage.database.write() as session:
        sweeps.end(session, stage.sweep.id, "finished")
    extended = stage.act("extend", trials=20)
    assert (extended.status, extended.trials, extended.minutes) == ("running", 20, None)
    stage.act("stop")
    assert stage.act("extend", minutes=5).status == "running"
    stage.act("pause")
    assert stage.act("extend", trials=30, minutes=6).status == "paused"


@pytest.mark.parametrize(
    ("given", "refusal", "field", "words"),
    [
        ({}, Refused, "trials", "trials or minutes must say how far"),
        ({"trials": 10}, Conflict, "trials", "has 10 trials already: 10 are no more than that"),
    ],
)
def test_extend_takes_a_larger_budget(
    stage: Stage, given: dict[str, int], refusal: type[AppError], field: str, words: str
) -> None:
    with pytest.raises(refusal, match=words) as refused:
        stage.act("extend", **given)
    assert refused.value.field == field
