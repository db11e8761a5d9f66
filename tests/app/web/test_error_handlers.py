"""What a database that cannot be written now means to whoever asks."""

from html import unescape

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.database.engine import PRAGMAS, Database
from app.errors import AppError, Unauthorised
from app.web.error_handlers import TITLES


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


@pytest.mark.parametrize(
    ("path", "status", "sentence", "way"),
    [
        ("/runs/abc", 404, "There is no run “abc”: runs have numbers, as in /runs/1.", "/runs"),
        ("/runs/0", 404, "There is no run “0”", "/runs"),
        ("/runs/7", 404, "There is no run 7.", "/runs"),
        ("/nowhere", 404, "There is nothing at this address.", "/runs"),
        ("/runs?limit=many", 422, "limit must be a whole number, not 'many'.", "/runs"),
        ("/runs?sort=luck", 422, "sort must be one of", "/runs"),
        ("/runs?colour=red", 422, "colour is not known here.", "/runs"),
        ("/explain?sigma=-1", 422, "sigma must be at least 0.1, not '-1'.", "/explain"),
        ("/translate?recipe=nope", 422, "recipe must be one of", "/translate"),
        ("/compare?runs=1,x", 422, "runs must be numbers separated by commas", "/compare"),
    ],
)
def test_a_page_that_is_not_there_says_so_plainly_and_leads_on(
    client: TestClient, path: str, status: int, sentence: str, way: str
) -> None:
    answer = client.get(path)
    text = unescape(answer.text)
    assert answer.status_code == status
    assert sentence in text
    assert f'<a class="button" href="{way}">' in text
    for jargon in ("Input should", "Unprocessable", "Not Found", "run_id", "value_error", "Extra inputs"):
        assert jargon not in text


def test_every_refusal_of_the_application_has_a_title_for_people() -> None:
    statuses = {kind.status for kind in AppError.__subclasses__()} - {Unauthorised.status}
    assert statuses | {405, 413, 500, 503, 507} <= TITLES.keys()


def test_a_refused_change_says_how_to_go_back(client: TestClient) -> None:
    answer = client.post("/runs/7/stop")
    assert answer.status_code == 404
    assert "with what was typed there" in answer.text
