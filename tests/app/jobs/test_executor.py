from pathlib import Path

from app.jobs.executor import JOB, Job
from app.settings import Settings


def test_a_job_survives_its_line_of_json(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "Größe\n", datasets=(tmp_path, Path("/x")), slots=3, auth=False)
    job = Job(run_id=7, attempt=2, log=settings.log_path(7), settings=settings)
    line = JOB.dump_json(job)
    assert b"\n" not in line
    assert JOB.validate_json(line + b"\n") == job
