"""The whole application over a real database file, with an executor that starts nothing: runs stay queued."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from app.database.tables import RunRow
from app.jobs.executor import Handle
from app.main import create_app
from app.settings import Settings
from app.store import attempts, evaluations, events, pictures, reports, steps
from app.store import scores as score_rows
from app.store import vitals as vital_rows
from app.web import pixel_statistics
from vae_core.events import Vitals
from vae_core.report import Report, Scores


class IdleExecutor:
    """Room for no run."""

    def prepare(self) -> None: ...

    def start(self, run: RunRow) -> Handle:
        raise AssertionError(f"run {run.id} was started although there are no slots")

    def is_alive(self, handle: Handle) -> bool:
        return bool(handle)

    def kill(self, handle: Handle) -> None: ...

    def exit_reason(self, run: RunRow) -> str:
        return f"{run.name} ended."

    def close(self) -> None: ...


@pytest.fixture(autouse=True)
def _pixels_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer waits until a data set's pixels are counted, so that none depends on how fast that goes."""
    monkeypatch.setattr(pixel_statistics, "PATIENCE_S", 60)


@pytest.fixture
def application(tmp_path: Path) -> FastAPI:
    return create_app(Settings(data=tmp_path / "data", auth=False, slots=0), IdleExecutor())


@pytest.fixture
def client(application: FastAPI) -> Iterator[TestClient]:
    with TestClient(application, base_url="http://127.0.0.1:8000", follow_redirects=False) as client:
        yield client


@pytest.fixture
def launch(client: TestClient) -> Callable[..., dict[str, Any]]:
    """A run through the API; keyword arguments are its configuration."""

    def make(**config: Any) -> dict[str, Any]:
        answer = client.post("/api/runs", json={"config": config})
        assert answer.status_code == 201, answer.text
        (run,) = answer.json()["runs"]
        return run

    return make


@pytest.fixture
def holds(client: TestClient) -> Callable[..., Any]:
    """Send a request; the answer, which must be as the document describes that of the operation at `path`."""
    document = client.get("/api/openapi.json").json()

    def send(
        path: str,
        status: int = 200,
        body: Any = None,
        params: Any = None,
        method: str | None = None,
        headers: dict[str, str] | None = None,
        **values: object,
    ) -> Any:
        method = method or ("GET" if body is None else "POST")
        answer = client.request(method, path.format(**values), json=body, params=params, headers=headers)
        assert answer.status_code == status, answer.text
        content = document["paths"][path][method.lower()]["responses"][str(status)]["content"]
        media_type = answer.headers["content-type"].partition(";")[0]
        schema = content[media_type]["schema"]
        assert schema, f"{method} {path} promises nothing of its answer {status}"
        if media_type != "application/json":
            return answer
        Draft202012Validator({**schema, "components": document["components"]}).validate(answer.json())
        return answer.json()

    return send


@pytest.fixture
def become(application: FastAPI) -> Callable[..., None]:
    """Put a run into a state, as its process would have; the executor takes any handle for a living process."""

    def put(run: int, **columns: Any) -> None:
        columns.setdefault("handle", {"pid": 1})
        with application.state.database.write() as session:
            row = session.get(RunRow, run)
            for name, value in columns.items():
                setattr(row, name, value)
            session.add(row)

    return put


@pytest.fixture
def trained(
    application: FastAPI,
    launch: Callable[..., dict[str, Any]],
    block: Callable[..., Any],
    evaluation: Callable[..., Any],
    pictures_of: Callable[..., Any],
) -> Callable[..., int]:
    """The id of a run that has ended with 40 steps, an evaluation, two sheets and what is given of its examination.

    An older one, without vitals, unless some are given.
    """

    def make(
        report: Report | None = None, scores: Scores | None = None, vitals: Vitals | None = None, **config: Any
    ) -> int:
        run_id = launch(**config)["id"]
        variational = config.get("model", "vae") == "vae"
        with application.state.database.write() as session:
            run = attempts.claim(session, run_id)
            steps.append(session, run_id, block(1, 40, kl=variational))
            events.append_points(session, run_id, 1, 40)
            latest = {
                "reconstruction": 90.0,
                "kl": 5.0 if variational else None,
                "elbo": -95.0 if variational else None,
            }
            attempts.heartbeat(session, run_id, run.attempt, step=40, epoch=2.0, seconds=4.0, latest=latest)
            evaluations.append(session, run_id, evaluation(40, kl=12.5 if variational else None))
            for kind in ("inputs", "reconstructions"):
                pictures.append(session, run_id, pictures_of(40, kind))
            if vitals:
                vital_rows.append(session, run_id, vitals)
            if scores:
                score_rows.append(session, run_id, scores)
                for kind in ("held_out", "held_out_means"):
                    pictures.append(session, run_id, pictures_of(40, kind))
            if report:
                reports.append(session, run_id, report)
            attempts.end(session, run_id, run.attempt, "finished")
        return run_id

    return make


@pytest.fixture
def pictures_of(pictures: Callable[..., Any]) -> Callable[..., Any]:
    """The parent's fixture under a name that the store's module does not shadow."""
    return pictures
