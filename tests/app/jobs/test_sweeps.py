"""How sweeps are carried on: over a real database, by a scheduler whose processes are a test's."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from app.database.engine import Database
from app.jobs import sweeps as driver
from app.jobs.sweeps import SweepDriver
from app.records import Pruning, Run, Sweep, Trial, TrialCourse
from app.store import attempts, control, evaluations, runs, sweep_control, sweeps
from app.sweeps.proposals import propose
from app.sweeps.pruning import is_hopeless
from tests.app.conftest import NewSweep
from vae_core.events import Evaluation


class Player:
    """Plays the scheduler and the processes of a sweep's runs, each under its first attempt."""

    def __init__(self, database: Database, evaluation: Callable[..., Evaluation]):
        self.database, self._evaluation = database, evaluation
        self.driver = SweepDriver(database)

    def turn(self, slots: int = 1) -> bool:
        return self.driver.turn(slots)

    def begin(self) -> list[int]:
        """Claim every queued run; their numbers."""
        claimed = []
        with self.database.write() as session:
            while run := attempts.claim_next(session):
                claimed.append(run.id)
        return claimed

    def evaluate(self, run_id: int, step: int, value: float | None) -> None:
        """An evaluation whose −ELBO is `value`."""
        elbo = float("nan") if value is None else -value
        with self.database.write() as session:
            evaluations.append(session, run_id, replace(self._evaluation(step), elbo=elbo))

    def end(self, run_id: int, status: str = "finished") -> None:
        with self.database.write() as session:
            assert attempts.end(session, run_id, runs.get_row(session, run_id).attempt, status)

    def play(self, run_id: int, value: float, status: str = "finished") -> None:
        self.evaluate(run_id, 40, value)
        self.end(run_id, status)

    def trials(self, sweep: Sweep) -> list[Trial]:
        with self.database.read() as session:
            return sweeps.trials_of(session, sweep.id)

    def states(self, sweep: Sweep) -> list[str]:
        return [trial.state for trial in self.trials(sweep)]

    def sweep(self, sweep: Sweep) -> Sweep:
        with self.database.read() as session:
            return sweeps.get(session, sweep.id)

    def run(self, run_id: int) -> Run:
        with self.database.read() as session:
            return runs.get(session, run_id)


@pytest.fixture
def player(database: Database, evaluation: Callable[..., Evaluation]) -> Player:
    return Player(database, evaluation)


def test_the_next_trial_waits_for_the_last_where_there_is_one_slot(player: Player, new_sweep: NewSweep) -> None:
    sweep = new_sweep(trials=3)
    for number in (1, 2, 3):
        assert player.turn()
        assert not player.turn()
        (run_id,) = player.begin()
        assert run_id == number
        assert not player.turn()
        player.play(run_id, 100.0 - number)
    assert not player.turn()
    assert player.sweep(sweep).status == "finished"
    read = player.trials(sweep)
    assert [(trial.state, trial.values, trial.step) for trial in read] == [
        ("complete", [100.0 - number], 40) for number in (1, 2, 3)
    ]
    assert [trial.pending for trial in read] == [[], [], []]
    assert [propose(sweep, trial.number, read) for trial in read] == [trial.params for trial in read]


def test_a_sweep_whose_runs_all_fail_stops_and_says_so(player: Player, new_sweep: NewSweep) -> None:
    sweep = new_sweep(trials=100)
    while player.turn():
        for run_id in player.begin():
            player.end(run_id, "failed")
    assert player.states(sweep) == ["failed"] * 10
    stopped = player.sweep(sweep)
    assert (stopped.status, stopped.error) == ("stopped", "Its first 10 runs all failed or diverged: see their logs.")


def test_with_one_slot_a_sweep_repeats(player: Player, new_sweep: NewSweep) -> None:
    """Training repeats where its configuration does, so that here the result is a function of that."""
    read = []
    for sweep in (new_sweep(trials=14, seed=3), new_sweep(trials=14, seed=3), new_sweep(trials=14, seed=4)):
        while player.turn():
            (run_id,) = player.begin()
            player.play(run_id, 100 + abs(player.run(run_id).config["beta"] - 2))
        read.append([(trial.params, trial.values, trial.state) for trial in player.trials(sweep)])
    first, again, other = read
    assert first == again != other
    assert len(first) == 14


def test_as_many_trials_run_as_there_are_slots_and_each_knows_which(player: Player, new_sweep: NewSweep) -> None:
    sweep = new_sweep(trials=4)
    player.turn(slots=3)
    player.begin()
    player.play(2, 99.0)
    player.turn(slots=3)
    assert [trial.pending for trial in player.trials(sweep)] == [[], [1], [1, 2], [1, 3]]
    player.begin()
    for run_id in (1, 3, 4):
        assert player.sweep(sweep).status == "running"
        player.play(run_id, 99.0)
        player.turn(slots=3)
    assert (player.sweep(sweep).status, player.sweep(sweep).counts) == ("finished", {"complete": 4})


def test_other_runs_take_their_slots_first(player: Player, new_sweep: NewSweep, new_run: Callable[..., Run]) -> None:
    sweep = new_sweep()
    new_run()
    assert not player.turn(slots=1)
    assert player.turn(slots=2)
    assert len(player.trials(sweep)) == 1


def test_the_oldest_sweep_goes_first(player: Player, new_sweep: NewSweep) -> None:
    first, second = new_sweep(trials=1), new_sweep(trials=1)
    player.turn(slots=1)
    assert (player.states(first), player.states(second)) == (["running"], [])
    player.turn(slots=2)
    assert player.states(second) == ["running"]


@pytest.mark.parametrize(
    ("status", "value", "state", "values"),
    [
        ("finished", 95.0, "complete", [95.0]),
        ("finished", None, "failed", None),
        ("stopped", 95.0, "pruned", [95.0]),
        ("interrupted", 95.0, "pruned", [95.0]),
        ("stopped", None, "failed", None),
        ("failed", 95.0, "failed", None),
        ("diverged", 95.0, "failed", None),
    ],
)
def test_how_a_run_ended_says_what_came_of_its_trial(
    player: Player, new_sweep: NewSweep, status: str, value: float | None, state: str, values: list[float] | None
) -> None:
    sweep = new_sweep()
    player.turn()
    player.begin()
    player.evaluate(1, 0, 500.0)
    player.evaluate(1, 30, value)
    player.end(1, status)
    player.turn(slots=0)
    (trial,) = player.trials(sweep)
    assert (trial.state, trial.values, trial.step) == (state, values, 30 if values else None)


def test_a_result_stays_when_its_run_goes_on(player: Player, new_sweep: NewSweep) -> None:
    sweep = new_sweep(trials=1)
    player.turn()
    player.begin()
    player.play(1, 95.0, "stopped")
    player.turn()
    with player.database.write() as session:
        control.resume(session, 1)
    player.begin()
    player.evaluate(1, 80, 50.0)
    player.end(1)
    player.turn()
    (trial,) = player.trials(sweep)
    assert (trial.state, trial.values) == ("pruned", [95.0])


def test_of_two_objectives_nothing_is_pruned(player: Player, new_sweep: NewSweep) -> None:
    sweep = new_sweep(minimise=["kl", "mse_per_pixel"])
    player.turn()
    player.begin()
    player.play(1, 95.0)
    player.turn()
    player.begin()
    player.play(2, 95.0, "stopped")
    player.turn(slots=0)
    first, second = player.trials(sweep)
    assert (first.values, second.state) == ([12.5, 0.01], "failed")


def test_minutes_of_training_are_a_budget(player: Player, new_sweep: NewSweep) -> None:
    sweep = new_sweep(trials=None, minutes=1)
    for seconds in (40.0, 20.0):
        assert player.turn()
        (run_id,) = player.begin()
        with player.database.write() as session:
            runs.get_row(session, run_id).seconds = seconds
        player.play(run_id, 95.0)
    assert not player.turn()
    assert (player.sweep(sweep).status, player.sweep(sweep).counts) == ("finished", {"complete": 2})


def test_a_new_server_goes_on_from_the_tables(player: Player, new_sweep: NewSweep) -> None:
    sweep = new_sweep(trials=2)
    player.turn()
    player.begin()
    player.play(1, 95.0)
    player.driver = SweepDriver(player.database)
    assert player.turn()
    assert player.states(sweep) == ["complete", "running"]


def test_a_paused_sweep_begins_nothing_and_goes_on_with_what_it_held(player: Player, new_sweep: NewSweep) -> None:
    sweep = new_sweep(trials=2)
    player.turn()
    player.begin()
    with player.database.write() as session:
        sweep_control.pause(session, sweep.id)
        sweep_control.resume(session, sweep.id)  # before the run's process has read that it should pause
    player.end(1, "paused")
    assert player.turn()
    assert player.run(1).status == "queued"
    player.begin()
    with player.database.write() as session:
        sweep_control.pause(session, sweep.id)
    player.end(1, "finished")
    assert not player.turn()
    assert player.states(sweep) == ["failed"]  # it was never evaluated


def test_a_run_that_a_person_paused_waits_for_that_person(player: Player, new_sweep: NewSweep) -> None:
    sweep = new_sweep(trials=1)
    player.turn()
    player.begin()
    player.end(1, "paused")
    assert not player.turn()
    assert (player.run(1).status, player.sweep(sweep).status) == ("paused", "running")


def test_a_run_that_paused_although_its_sweep_was_stopped_is_stopped(player: Player, new_sweep: NewSweep) -> None:
    sweep = new_sweep()
    player.turn()
    player.begin()
    with player.database.write() as session:
        sweep_control.pause(session, sweep.id)
        sweep_control.stop(session, sweep.id)
    player.end(1, "paused")
    player.turn()
    assert player.run(1).status == "stopped"
    player.turn()
    assert player.states(sweep) == ["failed"]


def test_a_sweep_that_cannot_go_on_says_why_and_others_do(
    player: Player, new_sweep: NewSweep, caplog: pytest.LogCaptureFixture
) -> None:
    broken, whole = new_sweep(), new_sweep()
    with player.database.write() as session:
        row = sweeps.get_row(session, broken.id)
        row.specification = {**row.specification, "space": {"beta": [-1.0]}}
    assert player.turn()
    assert player.sweep(broken).status == "stopped"
    assert player.sweep(broken).error == "It cannot go on: beta must be at least 0, not -1.0"
    assert "cannot go on" in caplog.text
    assert player.states(whole) == ["running"]


def five_that_end_at(player: Player, values: list[float]) -> None:
    """As many trials, evaluated at steps 20 and 40 of 80, that finish."""
    for value in values:
        player.turn()
        (run_id,) = player.begin()
        player.evaluate(run_id, 20, value)
        player.play(run_id, value)


def test_a_trial_below_the_median_is_paused_once_and_stays_so(player: Player, new_sweep: NewSweep) -> None:
    sweep = new_sweep(trials=8, prune="median", max_steps=80)
    five_that_end_at(player, [101.0, 102.0, 103.0, 104.0, 105.0])
    player.turn()
    player.begin()
    player.evaluate(6, 20, 103.5)
    player.turn()
    assert player.run(6).requested == "pause"
    sixth = player.trials(sweep)[5]
    assert (sixth.state, sixth.values, sixth.step) == ("pruned", [103.5], 20)
    player.end(6, "paused")
    with player.database.write() as session:
        sweep_control.pause(session, sweep.id)
        sweep_control.resume(session, sweep.id)
    player.turn()
    assert player.run(6).status == "paused"
    (seventh,) = player.begin()
    player.evaluate(seventh, 20, 102.5)
    player.turn()
    assert player.run(seventh).requested == "run"


def test_halving_and_what_is_not_finite(player: Player, new_sweep: NewSweep) -> None:
    sweep = new_sweep(prune="halving", max_steps=80)
    player.turn(slots=2)
    player.begin()
    player.evaluate(1, 10, 100.0)
    player.turn(slots=2)
    player.evaluate(2, 10, None)
    player.turn(slots=2)
    assert player.states(sweep) == ["running", "running"]  # it will diverge by itself
    player.evaluate(2, 20, 101.0)
    player.evaluate(1, 20, 100.0)
    player.turn(slots=2)
    assert player.states(sweep) == ["running", "pruned"]


def test_a_run_that_ends_before_it_can_be_pruned_is_complete(
    player: Player, new_sweep: NewSweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = new_sweep(trials=2, prune="halving", max_steps=80)
    player.turn(slots=2)
    player.begin()
    player.evaluate(1, 10, 100.0)
    player.evaluate(2, 10, 101.0)

    def ends_first(rule: Pruning, course: TrialCourse, others: Sequence[TrialCourse]) -> bool:
        if hopeless := is_hopeless(rule, course, others):
            player.end(course.number)
        return hopeless

    monkeypatch.setattr(driver, "is_hopeless", ends_first)
    player.turn(slots=2)
    assert player.states(sweep) == ["running", "running"]
    player.turn(slots=2)
    assert player.states(sweep) == ["running", "complete"]
