from collections.abc import Callable

import numpy as np

from app.database.engine import Database
from app.database.tables import RunRow
from app.records import Run
from app.store import scores as stored
from vae_core.report import Scores


def test_scores_read_back_in_single_precision_with_their_labels(
    database: Database, running: RunRow, new_run: Callable[..., Run], scores: Callable[..., Scores]
) -> None:
    empty, newest = new_run(), scores(mse=0.1234567)
    with database.write() as session:
        stored.append(session, running.id, scores(mse=0.5))
        stored.append(session, running.id, newest)  # of a run that was extended
        read = stored.of_runs(session, [running.id, empty.id])
    assert read.keys() == {running.id}
    assert read[running.id].keys() == {*newest.values, "label"}
    assert (read[running.id]["label"] == newest.label).all()
    for name, values in newest.values.items():
        np.testing.assert_allclose(read[running.id][name], values, rtol=1e-7)


def test_what_is_not_finite_stays_so(database: Database, running: RunRow, scores: Callable[..., Scores]) -> None:
    broken = scores()
    broken.values["kl"][3] = np.inf
    with database.write() as session:
        stored.append(session, running.id, broken)
        assert stored.of_runs(session, [running.id])[running.id]["kl"][3] == np.inf
