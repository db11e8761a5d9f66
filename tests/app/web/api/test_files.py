from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from fastapi import FastAPI
from starlette.testclient import TestClient

from vae_core.checkpoint import Checkpoints
from vae_core.events import Checkpoint

Trained = Callable[..., int]


@pytest.fixture
def left(application: FastAPI, trained: Trained) -> int:
    """A run with two checkpoints, the first of them the better one, and a log."""
    run_id = trained()
    kept = Checkpoints(application.state.settings.checkpoints(run_id))
    for step, score in ((20, -90.0), (40, -95.0)):
        arrays = {"model.bias": np.full(3, step, np.float32), "optimizer.0.step": np.ones(1, np.float32)}
        kept.save(Checkpoint(step, 1.0, arrays, evaluated=True), score)
    _log(application, run_id).write_text("<b>first</b>\nsecond\nthird\n")
    return run_id


def _log(application: FastAPI, run_id: int) -> Path:
    log: Path = application.state.settings.log_path(run_id)
    log.parent.mkdir(parents=True, exist_ok=True)
    return log


def test_the_weights_of_a_checkpoint_can_be_taken_along(client: TestClient, left: int) -> None:
    first, last = client.get(f"/api/runs/{left}/checkpoints").json()["checkpoints"]
    assert (first["step"], first["score"], first["best"], last["step"], last["best"]) == (20, -90, True, 40, False)
    answer = client.get(first["url"])
    assert answer.headers["content-disposition"].endswith(f'"elboard-run-{left}-step-20.safetensors"')
    weights = safetensors.numpy.load(answer.content)
    assert {name: value.tolist() for name, value in weights.items()} == {"bias": [20, 20, 20]}


@pytest.mark.parametrize("step", ["30", "-1", "x"])
def test_weights_that_are_not_there_are_refused(client: TestClient, left: int, step: str) -> None:
    answer = client.get(f"/api/runs/{left}/checkpoints/{step}.safetensors")
    assert answer.status_code == (404 if step == "30" else 422)
    assert answer.json()["errors"]


def test_a_damaged_checkpoint_is_not_handed_out(application: FastAPI, client: TestClient, left: int) -> None:
    (application.state.settings.checkpoints(left) / "000000040.safetensors").write_bytes(b"")
    answer = client.get(f"/api/runs/{left}/checkpoints/40.safetensors")
    assert answer.status_code == 404
    assert "is damaged" in answer.json()["errors"][0]["message"]


def test_the_log_is_text_from_its_end(client: TestClient, left: int, trained: Trained) -> None:
    assert client.get(f"/api/runs/{left}/log", params={"lines": 2}).text == "second\nthird\n"
    assert client.get(f"/api/runs/{left}/log").headers["content-type"].startswith("text/plain")
    assert client.get(f"/api/runs/{trained()}/log").text == ""
    assert client.get("/api/runs/99/log").status_code == 404


def test_the_page_offers_both_and_opens_the_log_of_a_failure(
    client: TestClient, left: int, become: Callable[..., None]
) -> None:
    page = client.get(f"/runs/{left}").text
    assert f'href="/api/runs/{left}/checkpoints/20.safetensors"' in page
    assert f'href="/runs/new?from={left}&amp;fork=40"' in page
    assert "&lt;b&gt;first&lt;/b&gt;" in page
    become(left, status="failed", error="RuntimeError: no")
    failed = client.get(f"/runs/{left}").text
    assert failed.count("<details open") + failed.count('<details class="table" open') == 1
    assert ">Retry<" in failed
