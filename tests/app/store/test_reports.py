from collections.abc import Callable
from dataclasses import replace

from app.database.engine import Database
from app.database.tables import RunRow
from app.records import Run
from app.store import reports
from vae_core.report import Report


def test_a_report_reads_back_as_it_was(database: Database, running: RunRow, report: Report) -> None:
    with database.write() as session:
        assert reports.last(session, running.id) is None
        reports.append(session, running.id, report)
    with database.read() as session:
        assert reports.last(session, running.id) == report


def test_what_a_model_has_not_and_what_is_not_finite_is_null(
    database: Database, running: RunRow, report: Report
) -> None:
    broken = replace(report.fidelity, psnr=float("inf"))
    with database.write() as session:
        reports.append(session, running.id, replace(report, bound=None, surgery=None, fidelity=broken))
        stored = reports.last(session, running.id)
    assert (stored.bound, stored.surgery, stored.fidelity.psnr) == (None, None, None)
    assert stored.fidelity.ssim == report.fidelity.ssim


def test_reports_of_several_runs(
    database: Database, running: RunRow, new_run: Callable[..., Run], report: Report
) -> None:
    other, empty = new_run(), new_run()
    with database.write() as session:
        for run_id in (running.id, other.id):
            reports.append(session, run_id, replace(report, step=run_id))
    with database.read() as session:
        stored = reports.last_of(session, [running.id, other.id, empty.id])
    assert {run_id: one.step for run_id, one in stored.items()} == {running.id: running.id, other.id: other.id}
