"""Sweeps and their trials as they are stored."""

from collections.abc import Callable
from dataclasses import replace
from math import nan

import pytest
import sqlalchemy as sa

from app.database.engine import Database
from app.errors import NotFound
from app.records import Interval, Sweep, SweepSpecification
from app.store import attempts, evaluations, purge, runs, sweeps
from tests.app.conftest import NewSweep
from vae_core.config.train_config import TrainConfig
from vae_core.events import Evaluation


def add(database: Database, sweep: Sweep, number: int, pending: tuple[int, ...] = ()) -> int | None:
    with database.write() as session:
        run = sweeps.add_trial(session, sweep, number, {"beta": 2.0}, pending)
        return run.id if run else None


def end(database: Database, run_id: int) -> None:
    with database.write() as session:
        attempts.end(session, run_id, attempts.claim(session, run_id).attempt, "finished")


def test_a_sweep_is_read_as_it_was_made(database: Database) -> None:
    specification = SweepSpecification(
        config=TrainConfig(latent_dim=3).to_dict(),
        space={"beta": Interval(low=0.1, high=1 / 3, log=True), "hidden": [[200], [100, 50]]},
        sampler="tpe",
        minimise=["kl", "mse_per_pixel"],
        seed=7,
        prune="none",
    )
    with database.write() as session:
        made = sweeps.create(session, specification, name=" width ", preset="bce", trials=9, minutes=2.5)
    with database.read() as session:
        read = sweeps.get(session, made.id)
    assert read == made
    assert SweepSpecification(**read.model_dump(include=set(SweepSpecification.model_fields))) == specification
    assert (read.name, read.preset, read.status, read.trials, read.minutes) == ("width", "bce", "running", 9, 2.5)
    assert read.counts == {}


def test_sweeps_are_listed_newest_first(database: Database, new_sweep: NewSweep) -> None:
    first, second = new_sweep(), new_sweep(name="second")
    with database.read() as session:
        assert sweeps.newest_first(session) == [second, first]
        with pytest.raises(NotFound, match="There is no sweep 9"):
            sweeps.get(session, 9)


def test_a_trial_is_a_run_of_the_sweep_s_group(database: Database, new_sweep: NewSweep) -> None:
    sweep = new_sweep(name="width", latent_dim=3)
    run_id = add(database, sweep, 1)
    with database.read() as session:
        run = runs.get(session, run_id)
        (trial,) = sweeps.trials_of(session, sweep.id)
        assert sweeps.get(session, sweep.id).counts == {"running": 1}
    assert (run.name, run.group, run.status) == ("width #1", sweep.group, "queued")
    assert (run.config["beta"], run.config["latent_dim"]) == (2.0, 3)
    assert (trial.number, trial.run, trial.params, trial.state) == (1, run_id, {"beta": 2.0}, "running")


def test_no_number_is_given_twice_or_left_out(database: Database, new_sweep: NewSweep) -> None:
    sweep = new_sweep()
    assert add(database, sweep, 2) is None
    assert add(database, sweep, 1)
    assert add(database, sweep, 1) is None
    assert add(database, sweep, 2, (1,))
    with database.read() as session:
        assert [trial.pending for trial in sweeps.trials_of(session, sweep.id)] == [[], [1]]
        assert session.scalar(sa.select(sa.func.count()).select_from(sweeps.RUN)) == 2


def test_a_sweep_that_does_not_run_takes_no_trial(database: Database, new_sweep: NewSweep) -> None:
    sweep = new_sweep()
    with database.write() as session:
        sweeps.end(session, sweep.id, "finished")
    assert add(database, sweep, 1) is None


def test_a_result_is_written_once(database: Database, new_sweep: NewSweep) -> None:
    sweep = new_sweep()
    add(database, sweep, 1)
    with database.write() as session:
        ((trial, _),) = sweeps.open_trials(session, sweep.id)
        assert sweeps.note_result(session, trial, "complete", [1 / 3], 40)
        assert not sweeps.note_result(session, trial, "failed")
        assert sweeps.open_trials(session, sweep.id) == []
    with database.read() as session:
        (read,) = sweeps.trials_of(session, sweep.id)
    assert (read.state, read.values, read.step) == ("complete", [1 / 3], 40)


def test_under_way_are_sweeps_that_run_or_have_open_trials(database: Database, new_sweep: NewSweep) -> None:
    running, stopped, ended = new_sweep(), new_sweep(), new_sweep()
    add(database, stopped, 1)
    with database.write() as session:
        sweeps.end(session, stopped.id, "stopped", "No room.")
        sweeps.end(session, ended.id, "finished")
        sweeps.end(session, ended.id, "stopped")  # which it no longer can
    with database.read() as session:
        assert [sweep.id for sweep in sweeps.under_way(session)] == [running.id, stopped.id]
        assert sweeps.get(session, stopped.id).error == "No room."
        assert sweeps.get(session, ended.id).status == "finished"


def test_the_training_of_all_runs(database: Database, new_sweep: NewSweep, new_run: Callable[..., object]) -> None:
    sweep = new_sweep()
    new_run()
    for number in (1, 2):
        run_id = add(database, sweep, number)
        with database.write() as session:
            runs.get_row(session, run_id).seconds = 1.5
    with database.read() as session:
        assert sweeps.seconds_of_training(session, sweep.id) == 3.0
        assert sweeps.seconds_of_training(session, new_sweep().id) == 0.0


def test_the_course_of_each_trial(
    database: Database, new_sweep: NewSweep, evaluation: Callable[..., Evaluation]
) -> None:
    sweep = new_sweep(max_steps=80)
    first, second = add(database, sweep, 1), add(database, sweep, 2)
    add(database, sweep, 3)
    with database.write() as session:
        for step in (0, 20, 40):
            evaluations.append(session, first, evaluation(step, kl=float(step)))
        evaluations.append(session, second, replace(evaluation(20), elbo=nan))
        one, two = sweeps.courses(session, sweep.id, "negative_elbo")
        assert [course.value for course in sweeps.courses(session, sweep.id, "mse_per_pixel")] == [[0.01, 0.01], [0.01]]
    assert (one.number, one.total_steps, one.step, one.value) == (1, 80, [20, 40], [110.0, 130.0])
    assert (two.number, two.step, two.value) == (2, [20], [None])


def test_trials_outlive_their_runs_and_a_sweep_goes_with_its_last(database: Database, new_sweep: NewSweep) -> None:
    sweep, other = new_sweep(), new_sweep()
    first, second = add(database, sweep, 1), add(database, sweep, 2)
    kept = add(database, other, 1)
    for run_id in (first, second, kept):
        end(database, run_id)
    with database.write() as session:
        ((trial, _), _) = sweeps.open_trials(session, sweep.id)
        sweeps.note_result(session, trial, "complete", [1.0], 40)
    with database.write() as session:
        runs.delete(session, first)
        assert purge.runs(session, deleted_before=float("inf")) == [first]
    with database.write() as session:
        read = sweeps.trials_of(session, sweep.id)
        assert [(trial.run, trial.state, trial.values) for trial in read] == [
            (None, "complete", [1.0]),
            (second, "running", None),
        ]
        sweeps.end(session, sweep.id, "finished")
        runs.delete(session, second)
        assert purge.runs(session, deleted_before=float("inf")) == [second]
    with database.read() as session:
        assert [one.id for one in sweeps.newest_first(session)] == [other.id]
        assert sweeps.trials_of(session, sweep.id) == []


def test_a_trial_whose_run_was_purged_before_its_result_has_failed(database: Database, new_sweep: NewSweep) -> None:
    sweep = new_sweep()
    run_id = add(database, sweep, 1)
    end(database, run_id)
    add(database, sweep, 2)
    with database.write() as session:
        runs.delete(session, run_id)
        purge.runs(session, deleted_before=float("inf"))
    with database.read() as session:
        first, second = sweeps.trials_of(session, sweep.id)
    assert (first.run, first.state, second.state) == (None, "failed", "running")


def test_trials_and_seconds_are_read_for_several_sweeps_at_once(database: Database, new_sweep: NewSweep) -> None:
    first, second, third = new_sweep(), new_sweep(), new_sweep()
    for sweep, number, seconds in ((first, 1, 1.5), (first, 2, 2.0), (third, 1, 4.0)):
        run_id = add(database, sweep, number)
        assert run_id
        with database.write() as session:
            runs.get_row(session, run_id).seconds = seconds
    with database.read() as session:
        ids = [first.id, second.id, third.id]
        trials = sweeps.trials_of_each(session, ids)
        assert {sweep_id: [one.number for one in trials[sweep_id]] for sweep_id in ids} == {1: [1, 2], 2: [], 3: [1]}
        assert sweeps.seconds_of_each(session, ids) == {1: 3.5, 2: 0.0, 3: 4.0}
