import json
from dataclasses import asdict, replace

from app.store import reports


def test_a_report_reads_back_as_it_was(database, running, report):
    with database.write() as session:
        assert reports.last(session, running.id) is None
        reports.append(session, running.id, report)
    with database.read() as session:
        found = reports.last(session, running.id)
    latents = {name: list(values) for name, values in asdict(report.latents).items() if name != "accuracy"}
    expected = {**asdict(report), "latents": {**latents, "accuracy": report.latents.accuracy}}
    assert found == json.loads(json.dumps(expected))


def test_what_a_model_has_not_and_what_is_not_finite_is_null(database, running, report):
    broken = replace(report.fidelity, psnr=float("inf"))
    with database.write() as session:
        reports.append(session, running.id, replace(report, bound=None, surgery=None, fidelity=broken))
        found = reports.last(session, running.id)
    assert (found["bound"], found["surgery"], found["fidelity"]["psnr"]) == (None, None, None)
    assert found["fidelity"]["ssim"] == report.fidelity.ssim


def test_reports_of_several_runs(database, running, new_run, report):
    other, empty = new_run(), new_run()
    with database.write() as session:
        for run_id in (running.id, other.id):
            reports.append(session, run_id, replace(report, step=run_id))
    with database.read() as session:
        found = reports.last_of(session, [running.id, other.id, empty.id])
    assert {run_id: one["step"] for run_id, one in found.items()} == {running.id: running.id, other.id: other.id}
