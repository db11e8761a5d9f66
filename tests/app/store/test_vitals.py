from collections.abc import Callable

import numpy as np

from app import records
from app.database.engine import Database
from app.database.tables import RunRow
from app.records import Run
from app.store import vitals as store
from app.store.vitals import FIELDS
from vae_core.events import Vitals


def test_vitals_read_back_in_order(
    database: Database, running: RunRow, new_run: Callable[..., Run], vitals: Callable[..., Vitals]
) -> None:
    other = new_run()
    with database.write() as session:
        for steps in ((40, 60), (20,)):
            store.append(session, running.id, vitals(*steps))
        stored = store.of_run(session, running.id)
        between = store.between(session, running.id, 20, 40)
        assert [getattr(between, name) for name in FIELDS] == [getattr(stored, name)[:2] for name in FIELDS]
        assert (store.exist(session, running.id), store.exist(session, other.id)) == (True, False)
        assert store.of_run(session, other.id) == records.VitalsColumns(run=other.id, **{name: [] for name in FIELDS})
    assert stored.model_dump() == {
        "run": running.id,
        "step": [20, 40, 60],
        "grad_norm": [10 / 20, 10 / 40, 10 / 60],
        "learning_rate": [1e-3] * 3,
        "memory": [2**32 + step for step in (20, 40, 60)],
    }


def test_a_norm_that_is_not_finite_is_null(database: Database, running: RunRow, vitals: Callable[..., Vitals]) -> None:
    broken = vitals(1, 2, 3, 4)
    broken.grad_norm[1:] = np.inf, np.nan, 0.0
    with database.write() as session:
        store.append(session, running.id, broken)
        assert store.of_run(session, running.id).grad_norm == [10, None, None, 0]


def test_a_replay_takes_the_place_of_what_was_there(
    database: Database, running: RunRow, vitals: Callable[..., Vitals]
) -> None:
    again = vitals(4, 6)
    again.grad_norm[:] = 7.0
    with database.write() as session:
        store.append(session, running.id, vitals(2, 4, 5, 6, 8))
        store.append(session, running.id, again)
        stored = store.of_run(session, running.id)
    assert stored.step == [2, 4, 6, 8]
    assert stored.grad_norm == [5, 7, 7, 1.25]
