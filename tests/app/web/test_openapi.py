"""What the API answers about runs is what its OpenAPI document promises, and every operation promises something.

The answers about comparisons, diagnoses and the other subjects are held against the document in `test_answers`.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.store import steps
from vae_core.checkpoint import Checkpoints
from vae_core.events import Checkpoint, Vitals

JSON = {"Accept": "application/json"}
Holds = Callable[..., Any]
Trained = Callable[..., int]


@pytest.fixture
def run(trained: Trained, vitals: Callable[..., Vitals]) -> int:
    return trained(vitals=vitals(1, 20, 40))


@pytest.fixture
def document(client: TestClient) -> dict[str, Any]:
    return client.get("/api/openapi.json").json()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_every_operation_says_what_it_answers(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        assert operation["tags"], name
        assert operation["summary"], name
        assert operation["description"], name
        (success,) = [status for status in operation["responses"] if status.startswith("2")]
        contents = operation["responses"][success]["content"]
        assert contents, name
        assert all(content["schema"] for content in contents.values()), name


def test_every_operation_declares_its_refusals_in_one_form(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        refused = {status: answer for status, answer in operation["responses"].items() if status[0] in "45"}
        assert "401" in refused or name == "GET /api/health", name
        assert "422" in refused or not {"parameters", "requestBody"} & operation.keys(), name
        assert "404" in refused or "{" not in name, name
        assert {"403", "413", "503"} <= refused.keys() or name.startswith("GET"), name
        schemas = {answer["content"]["application/json"]["schema"]["$ref"] for answer in refused.values()}
        assert schemas <= {"#/components/schemas/Errors"}, name
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_field_is_described(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        plain = [field for field, about in schema.get("properties", {}).items() if "description" not in about]
        assert not plain, name


def test_runs(holds: Holds, run: int) -> None:
    launched = holds("/api/runs", 201, {"config": {"max_steps": 7}, "seeds": [1, 2]})["runs"]
    assert [one["evaluation"] for one in launched] == [None, None]
    listed = holds("/api/runs", params={"sort": "name", "limit": 2})
    assert (len(listed["runs"]), listed["total"]) == (2, 3)
    assert isinstance(listed["next"], str)
    assert holds("/api/runs", params={"sort": "kl", "where": "beta = 1"})["units"][0] == "Digits 8×8"
    assert holds("/api/runs.csv", params={"columns": "beta"}).text.startswith("id,name,beta,unit")
    holds("/api/runs.csv", 422, params={"columns": "nope"})
    assert holds("/api/runs/{run_id}", run_id=run)["evaluation"]["kl"] == 12.5
    changed = holds("/api/runs/{run_id}", method="PATCH", body={"tags": ["a"]}, run_id=run)
    assert changed["tags"] == ["a"]


def test_what_people_do_to_a_run(holds: Holds, run: int) -> None:
    assert holds("/api/runs/{run_id}/extend", body={"max_steps": 99}, run_id=run)["total_steps"] == 99
    assert holds("/api/runs/{run_id}/{action}", method="POST", run_id=run, action="stop")["status"] == "stopped"
    assert holds("/api/runs/{run_id}/clone", 201, {"config": {"beta": 2}}, run_id=run)["config"]["beta"] == 2
    assert holds("/api/runs/{run_id}/fork", 201, {"config": {}}, run_id=run)["parent_id"] == run
    assert holds("/api/runs/{run_id}", method="DELETE", run_id=run)["deleted_at"]
    assert holds("/api/runs/{run_id}/restore", method="POST", run_id=run)["deleted_at"] is None


def test_steps_one_by_one_in_buckets_and_smoothed(holds: Holds, run: int) -> None:
    path = "/api/runs/{run_id}/steps"
    assert holds(path, run_id=run).keys() == {"step", *steps.FIELDS, "nonfinite", "nonfinite_count"}
    assert holds(path, run_id=run, params={"fields": "kl"}).keys() == {"step", "kl", "nonfinite", "nonfinite_count"}
    smooth = holds(path, run_id=run, params={"points": 10, "smooth": 0.9})
    assert smooth.keys() == {"step", *steps.FIELDS, "bucket", "partial", "smoothed", "nonfinite", "nonfinite_count"}
    assert smooth["kl"].keys() == {"min", "mean", "max"}
    assert smooth["smoothed"].keys() == {"reconstruction", "kl", "elbo", "loss"}


def test_a_run_without_steps_and_a_plain_autoencoder(
    holds: Holds, launch: Callable[..., dict[str, Any]], trained: Trained
) -> None:
    for run_id in (launch()["id"], trained(model="ae")):
        for part in ("", "/steps", "/evaluations", "/vitals", "/pictures", "/checkpoints"):
            holds("/api/runs/{run_id}" + part, run_id=run_id)
    assert len(holds("/api/runs")["runs"]) == 2


def test_evaluations_vitals_and_pictures(holds: Holds, run: int) -> None:
    assert [one["step"] for one in holds("/api/runs/{run_id}/evaluations", run_id=run)["evaluations"]] == [40]
    assert holds("/api/runs/{run_id}/vitals", run_id=run)["step"] == [1, 20, 40]
    sheets = holds("/api/runs/{run_id}/pictures", run_id=run)["pictures"]
    png = holds("/api/pictures/{digest}.png", digest=sheets[0]["hash"])
    assert png.content.startswith(b"\x89PNG")


def test_files(holds: Holds, application: FastAPI, run: int) -> None:
    checkpoint = Checkpoint(40, 1.0, {"model.weight": np.zeros(3)}, evaluated=True)
    Checkpoints(application.state.settings.checkpoints(run)).save(checkpoint, score=-95.0)
    (shown,) = holds("/api/runs/{run_id}/checkpoints", run_id=run)["checkpoints"]
    assert (shown["step"], shown["best"]) == (40, True)
    assert holds("/api/runs/{run_id}/checkpoints/{step}.safetensors", run_id=run, step=40).content
    assert holds("/api/runs/{run_id}/log", run_id=run).text == ""
    assert holds("/api/runs/{run_id}/steps.csv", run_id=run).text.startswith("step,")
    assert holds("/api/runs/{run_id}/steps.parquet", run_id=run).content.startswith(b"PAR1")
    for format in ("webp", "gif"):
        assert holds("/api/runs/{run_id}/film.{format}", run_id=run, format=format).content
    for name in ("script", "html", "csv", "parquet", "json", "safetensors"):
        assert holds("/api/runs/{run_id}/export/{name}", run_id=run, name=name)


def test_sweeps(holds: Holds) -> None:
    body = {
        "config": {"max_steps": 7},
        "space": {"beta": {"low": 0.5, "high": 2, "log": True}, "latent_dim": [2, 3]},
        "trials": 5,
    }
    sweep = holds("/api/sweeps", 201, body)
    one = {"sweep_id": sweep["id"]}
    assert (sweep["status"], sweep["space"]["latent_dim"], sweep["counts"]) == ("running", [2, 3], {})
    assert holds("/api/sweeps")["sweeps"] == [sweep]
    assert holds("/api/sweeps/{sweep_id}", **one) == {**sweep, "results": [], "best": []}
    assert holds("/api/sweeps/{sweep_id}/extend", body={"trials": 6}, **one)["trials"] == 6
    for action, status in (("pause", "paused"), ("resume", "running"), ("stop", "stopped")):
        changed = holds("/api/sweeps/{sweep_id}/{action}", method="POST", action=action, **one)
        assert changed["status"] == status
    holds("/api/sweeps", 422, {"space": {"beta": [1]}})
    holds("/api/sweeps/{sweep_id}", 404, sweep_id=9)
    holds("/api/sweeps/{sweep_id}/{action}", 409, method="POST", action="stop", **one)


def test_events_as_json(holds: Holds, run: int) -> None:
    messages = holds("/api/events", params={"after": 0}, headers=JSON)["events"]
    assert {message["event"] for message in messages} == {"run", "points"}
    assert messages[-1]["data"]["id"] == run
    (resync,) = holds("/api/events", params={"after": 10**6}, headers=JSON)["events"]
    assert (resync["event"], resync["data"]) == ("resync", {})


def test_refusals(holds: Holds, run: int) -> None:
    refused = holds("/api/runs", 422, {"config": {"latent_dim": 0, "beta": -1}})["errors"]
    assert {error["field"] for error in refused} == {"beta", "latent_dim"}
    assert holds("/api/runs/{run_id}/steps", 422, run_id=run, params={"points": 0})["errors"][0]["field"] == "points"
    assert holds("/api/runs/{run_id}", 404, run_id=999)["errors"][0]["message"] == "There is no run 999."
    conflict = holds("/api/runs/{run_id}/{action}", 409, method="POST", run_id=run, action="pause")
    assert "it does not run" in conflict["errors"][0]["message"]
    large = holds("/api/runs", 413, {"name": "x" * 2**20})
    assert "1 MiB" in large["errors"][0]["message"]
