import csv
import json
from collections.abc import Callable
from io import BytesIO, StringIO

import numpy as np
import pyarrow.parquet
import pytest
from fastapi import FastAPI
from PIL import Image
from starlette.testclient import TestClient

from app.export import tables
from vae_core.checkpoint import Checkpoints
from vae_core.events import Checkpoint, Vitals
from vae_core.report import Report

Trained = Callable[..., int]


def test_the_tables_hold_every_step(client: TestClient, trained: Trained) -> None:
    run = trained()
    answer = client.get(f"/api/runs/{run}/steps.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == f'attachment; filename="elboard-run-{run}-steps.csv"'
    rows = list(csv.DictReader(StringIO(answer.text)))
    assert [int(row["step"]) for row in rows] == list(range(1, 41))
    assert float(rows[0]["elbo"]) == pytest.approx(-float(rows[0]["reconstruction"]) - float(rows[0]["kl"]))
    answer = client.get(f"/api/runs/{run}/steps.parquet")
    assert answer.headers["content-disposition"] == f'attachment; filename="elboard-run-{run}-steps.parquet"'
    assert pyarrow.parquet.read_table(BytesIO(answer.content))["step"].to_pylist() == list(range(1, 41))


@pytest.mark.parametrize("format", ["webp", "gif"])
def test_a_film_is_drawn_again_only_when_it_has_changed(client: TestClient, trained: Trained, format: str) -> None:
    run = trained()
    path = f"/api/runs/{run}/film.{format}"
    answer = client.get(path)
    assert answer.headers["content-type"] == f"image/{format}"
    assert f'filename="elboard-run-{run}-reconstructions.{format}"' in answer.headers["content-disposition"]
    assert Image.open(BytesIO(answer.content)).format == format.upper()
    again = client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(path, headers={"If-None-Match": '"other"'}).content == answer.content


def test_a_film_that_cannot_be_says_why(client: TestClient, trained: Trained) -> None:
    run = trained()
    for path, status, words in (
        (f"{run}/film.webp?kind=prior_means", 404, "no pictures of the kind prior_means"),
        (f"{run}/film.webp?kind=dreams", 422, "'reconstructions', 'prior_means' or 'prior_samples'"),
        (f"{run}/film.mp4", 422, "'webp' or 'gif'"),
        ("99/film.webp", 404, "There is no run 99."),
    ):
        answer = client.get(f"/api/runs/{path}")
        assert answer.status_code == status
        assert words in answer.json()["errors"][0]["message"]


def test_every_format_is_a_file_with_a_name(
    application: FastAPI, client: TestClient, trained: Trained, report: Report
) -> None:
    run = trained(report)
    kept = Checkpoints(application.state.settings.checkpoints(run))
    kept.save(Checkpoint(40, 1.0, {"model.bias": np.ones(3, np.float32)}, evaluated=True))
    endings = {
        "script": ".py", "html": ".html", "csv": "-steps.csv", "parquet": "-steps.parquet", "json": ".json",
        "safetensors": "-step-40.safetensors",
    }  # fmt: skip
    for name, ending in endings.items():
        answer = client.get(f"/api/runs/{run}/export/{name}")
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-disposition"] == f'attachment; filename="elboard-run-{run}{ending}"'
        assert answer.content
    page = client.get(f"/runs/{run}").text
    for name in endings:
        assert f'href="/api/runs/{run}/export/{name}"' in page


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        ("xml", 422, "format must be one of script, html, csv, parquet, json, safetensors, not 'xml'"),
        ("safetensors", 404, "has no checkpoint, so there are no weights"),
    ],
)
def test_what_there_is_not_is_refused(client: TestClient, trained: Trained, name: str, status: int, said: str) -> None:
    answer = client.get(f"/api/runs/{trained()}/export/{name}")
    assert answer.status_code == status
    (error,) = answer.json()["errors"]
    assert said in error["message"]
    assert client.get(f"/api/runs/99/export/{name}").status_code == (422 if name == "xml" else 404)


def test_a_run_with_another_ones_weights_has_no_script(
    client: TestClient, trained: Trained, become: Callable[..., None]
) -> None:
    parent, child = trained(), trained()
    become(child, parent_id=parent)
    answer = client.get(f"/api/runs/{child}/export/script")
    assert answer.status_code == 409
    assert f"began with the weights of run {parent}" in answer.json()["errors"][0]["message"]
    assert f"/api/runs/{child}/export/script" not in client.get(f"/runs/{child}").text


def test_without_its_library_parquet_is_501_and_the_page_says_how_to_get_it(
    client: TestClient, trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "find_spec", lambda _: None)
    run = trained()
    answer = client.get(f"/api/runs/{run}/steps.parquet")
    assert answer.status_code == 501
    assert "pip install 'elboard[parquet]'" in answer.json()["errors"][0]["message"]
    page = client.get(f"/runs/{run}").text
    assert f"/api/runs/{run}/export/parquet" not in page
    assert "elboard[parquet]" in page


def test_the_record_is_the_run_as_its_page_knows_it(
    client: TestClient, trained: Trained, report: Report, vitals: Callable[..., Vitals]
) -> None:
    run = trained(report, vitals=vitals(1, 20, 40), likelihood="gaussian", reconstruction_reduction="mean")
    record = json.loads(client.get(f"/api/runs/{run}/export/json").content)
    assert record["run"] == client.get(f"/api/runs/{run}").json()
    assert record["evaluations"] == client.get(f"/api/runs/{run}/evaluations").json()["evaluations"]
    assert {"run": run, **record["vitals"]} == client.get(f"/api/runs/{run}/vitals").json()
    assert record["vitals"]["step"] == [1, 20, 40]
    assert record["report"] == client.get(f"/api/runs/{run}/report").json()
    assert record["reconstruction_unit"] == "nats/image, density of grey pixels"
