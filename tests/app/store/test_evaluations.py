from collections.abc import Callable
from dataclasses import replace

import numpy as np

from app.database.engine import Database
from app.database.tables import RunRow
from app.records import Run
from app.store import evaluations
from vae_core.events import Evaluation


def test_evaluations_read_back_in_order(
    database: Database, running: RunRow, evaluation: Callable[..., Evaluation]
) -> None:
    with database.write() as session:
        for step in (0, 20, 10):
            evaluations.append(session, running.id, evaluation(step))
    with database.read() as session:
        rows = evaluations.of_run(session, running.id)
        assert [row.step for row in rows] == [0, 10, 20]
        assert rows[-1] == evaluations.last(session, running.id) == evaluations.at_step(session, running.id, 20)
    assert rows[-1].model_dump() == {
        "step": 20,
        "epoch": 20 / 23,
        "seconds": 0.02,
        "reconstruction": 90.0,
        "kl": 12.5,
        "elbo": -102.5,
        "elbo_se": 0.75,
        "kl_per_dim": [12.5, 0.0],
        "active_units": 1,
        "mse_per_pixel": 0.01,
        "bce_per_pixel": 0.3,
        "decoder_std": 0.4,
        "bits_per_dim": 5.25,
    }


def test_what_is_not_finite_is_null(database: Database, running: RunRow, evaluation: Callable[..., Evaluation]) -> None:
    broken = replace(evaluation(1), kl=float("nan"), elbo=float("-inf"), kl_per_dim=np.array([np.nan, 1.0]))
    with database.write() as session:
        evaluations.append(session, running.id, broken)
        stored = evaluations.last(session, running.id)
    assert (stored.kl, stored.elbo, stored.kl_per_dim) == (None, None, [None, 1.0])


def test_a_plain_autoencoder_has_no_kl(
    database: Database, running: RunRow, evaluation: Callable[..., Evaluation]
) -> None:
    with database.write() as session:
        evaluations.append(session, running.id, evaluation(1, kl=None))
        stored = evaluations.last(session, running.id)
    assert stored.kl is stored.elbo is stored.kl_per_dim is stored.active_units is None


def test_the_last_of_several_runs(
    database: Database, running: RunRow, new_run: Callable[..., Run], evaluation: Callable[..., Evaluation]
) -> None:
    other, empty = new_run(), new_run()
    with database.write() as session:
        for run_id, step in ((running.id, 1), (running.id, 9), (other.id, 3)):
            evaluations.append(session, run_id, evaluation(step))
    with database.read() as session:
        newest = evaluations.last_of_runs(session, [running.id, other.id, empty.id])
        assert {run_id: row.step for run_id, row in newest.items()} == {running.id: 9, other.id: 3}
        assert evaluations.last(session, empty.id) is None
        assert evaluations.last_of_runs(session, []) == {}
