import numpy as np

from app.store import scores as stored


def test_scores_read_back_in_single_precision_with_their_labels(database, running, new_run, scores):
    empty, found = new_run(), scores(mse=0.1234567)
    with database.write() as session:
        stored.append(session, running.id, scores(mse=0.5))
        stored.append(session, running.id, found)  # of a run that was extended
        read = stored.of(session, [running.id, empty.id])
    assert read.keys() == {running.id}
    assert read[running.id].keys() == {*found.values, "label"}
    assert (read[running.id]["label"] == found.label).all()
    for name, values in found.values.items():
        np.testing.assert_allclose(read[running.id][name], values, rtol=1e-7)


def test_what_is_not_finite_stays_so(database, running, scores):
    found = scores()
    found.values["kl"][3] = np.inf
    with database.write() as session:
        stored.append(session, running.id, found)
        assert stored.of(session, [running.id])[running.id]["kl"][3] == np.inf
