"""What a database that cannot be written now means to whoever asks."""

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.database.engine import PRAGMAS, Database


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PRAGMAS, "busy_timeout", 0)


@pytest.mark.usefixtures("impatient")
def test_a_locked_database_is_503_with_a_sentence_and_a_time(application: FastAPI, client: TestClient) -> None:
    (run,) = client.post("/api/runs", json={"config": {}}).json()["runs"]
    other = Database(application.state.database.url.render_as_string())
    with other.write() as session:
        session.execute(sa.text("SELECT 1"))
        answer = client.patch(f"/api/runs/{run['id']}", json={"notes": "lost?"})
        assert client.get(f"/api/runs/{run['id']}").json() == run
        page = client.post(f"/runs/{run['id']}/stop")
    other.close()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["errors"] == [
        {
            "field": None,
            "message": "Nothing was changed, since the database is busy with another process (database is locked): "
            "try again soon.",
        }
    ]
    assert page.status_code == 503
    assert "database is locked" in page.text
    assert client.patch(f"/api/runs/{run['id']}", json={"notes": "kept"}).json()["notes"] == "kept"


def test_a_full_disk_is_507_with_a_sentence(
    application: FastAPI, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    application.state.database.close()
    monkeypatch.setitem(PRAGMAS, "max_page_count", 1)  # never more pages than there are now
    answer = client.post(
        "/api/runs", json={"config": {}, "name": "x" * 120, "tags": ["y" * 30] * 20, "seeds": list(range(20))}
    )
    assert answer.status_code == 507, answer.text
    assert answer.json()["errors"] == [
        {
            "field": None,
            "message": "Nothing was changed (database or disk is full): make room on the database's disk.",
        }
    ]
    assert client.get("/api/runs").json()["runs"] == []
