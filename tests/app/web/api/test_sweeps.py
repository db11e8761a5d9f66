"""Sweeps over HTTP: started, refused, read, acted on. No run begins: there are no slots."""

from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient

from app.store import sweeps

REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"space": {"latent_dim": {"low": 0, "high": 4}}}, "space.latent_dim", "must be at least 1, not 0"),
    ({"space": {"beta": {"low": 0, "high": 4, "log": True}}}, "space.beta", "must have low above 0 where log"),
    ({"space": {"beta": {"low": 4, "high": 4}}}, "space.beta", "must have low below high, 4, not 4"),
    ({"space": {"activation": []}}, "space.activation", "must have 2 to 100 values, not 0"),
    ({"space": {"threads": [1]}}, "space.threads", "cannot be varied"),
    ({"space": {"likelihood": ["bernoulli", "gaussian"]}}, "minimise", "would do: mse_per_pixel, bce_per_pixel"),
    ({"space": {"beta": {"low": 1}}}, "space.beta.high", "Field required"),
    ({"trials": 0}, "trials", "greater than or equal to 1 (was 0)"),
    ({"trials": None}, "trials", "trials or minutes must say"),
    ({"config": {"latent_dim": 0}}, "latent_dim", "must be at least 1, not 0"),
    ({"preset": "mnist"}, "preset", "preset must be one of"),
]
BODY: dict[str, Any] = {"space": {"beta": {"low": 0.5, "high": 2}}, "trials": 3}


def _errors(answer: Any) -> dict[str, str]:
    return {error["field"]: error["message"] for error in answer.json()["errors"]}


def test_a_sweep_is_started_and_read(client: TestClient, application: FastAPI) -> None:
    answer = client.post("/api/sweeps", json={**BODY, "name": "β", "config": {"latent_dim": 3}, "prune": "halving"})
    assert answer.status_code == 201
    sweep = answer.json()
    assert (sweep["id"], sweep["name"], sweep["config"]["latent_dim"], sweep["prune"]) == (1, "β", 3, "halving")
    with application.state.database.write() as session:
        record = sweeps.get(session, 1)
        for number, value in ((1, 5.0), (2, 4.0), (3, 6.0)):
            sweeps.add_trial(session, record, number, {"beta": 1.0}, [])
            (trial, _), *_ = sweeps.open_trials(session, 1)
            sweeps.note_result(session, trial, "complete", [value], 40)
    read = client.get("/api/sweeps/1").json()
    assert [trial["values"] for trial in read["results"]] == [[5.0], [4.0], [6.0]]
    assert (read["best"], read["counts"]) == ([2], {"complete": 3})
    listed = client.get("/api/runs", params={"group": sweep["group"], "sort": "name"}).json()["runs"]
    assert [run["name"] for run in listed] == ["β #1", "β #2", "β #3"]


def test_refusals_name_the_field_the_value_and_the_bound(client: TestClient) -> None:
    for change, field, words in REFUSED:
        answer = client.post("/api/sweeps", json=BODY | change)
        assert answer.status_code == 422
        assert words in _errors(answer)[field]
    assert client.get("/api/sweeps").json() == {"sweeps": []}


def test_what_people_ask_of_a_sweep(client: TestClient) -> None:
    client.post("/api/sweeps", json=BODY)
    assert client.post("/api/sweeps/1/pause").json()["status"] == "paused"
    refused = client.post("/api/sweeps/1/pause")
    assert refused.status_code == 409
    assert _errors(refused) == {None: "Sweep 1 is paused, so it cannot pause: it must be running."}
    assert client.post("/api/sweeps/1/extend", json={"minutes": 0.5}).json()["minutes"] == 0.5
    assert client.post("/api/sweeps/1/resume").json()["status"] == "running"
    assert client.post("/api/sweeps/1/extend", json={"trials": 3}).status_code == 409
    assert client.post("/api/sweeps/1/extend", json={}).status_code == 422
    assert client.post("/api/sweeps/1/extend", json={"trials": 1001}).status_code == 422
    assert client.post("/api/sweeps/1/stop").json()["status"] == "stopped"
    assert client.post("/api/sweeps/2/stop").status_code == 404
    assert client.post("/api/sweeps/1/kill").status_code == 422
