from collections.abc import Callable

import pytest

from app.database.engine import Database
from app.records import Run
from app.store import attempts, durations, runs


def test_only_runs_that_made_steps_have_a_pace_the_newest_first(
    database: Database, new_run: Callable[..., Run]
) -> None:
    first, second, idle = (new_run(latent_dim=size) for size in (3, 4, 5))
    with database.write() as session:
        for run, seconds in ((first, 4.0), (second, 1.0), (idle, 0.0)):
            claimed = attempts.claim(session, run.id)
            step = 20 if seconds else 0
            attempts.heartbeat(session, run.id, claimed.attempt, step=step, epoch=1.0, seconds=seconds, latest={})
    with database.read() as session:
        paces = [(pace.config.latent_dim, pace.seconds_per_step) for pace in durations.recent(session)]
    assert paces == [(4, 0.05), (3, 0.2)]


def test_what_a_run_took_besides_training_is_known_of_those_that_went_through_in_one_go(
    database: Database, new_run: Callable[..., Run]
) -> None:
    once, again = new_run(), new_run()
    with database.write() as session:
        for run in (once, again):
            claimed = attempts.claim(session, run.id)
            attempts.heartbeat(session, run.id, claimed.attempt, step=20, epoch=1.0, seconds=4.0, latest={})
            attempts.end(session, run.id, claimed.attempt, "finished")
        row = runs.get_row(session, once.id)
        row.finished_at = (row.started_at or 0) + 11.5
        runs.get_row(session, again.id).attempt = 2
    with database.read() as session:
        assert [pace.overhead for pace in durations.recent(session)] == [None, pytest.approx(7.5)]
