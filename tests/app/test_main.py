"""The whole application as people start it: a server process, a run to its end, the stream across a reconnect."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server import Server, wait_until

QUICK = {"hidden": [16], "latent_dim": 2, "max_steps": 60}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("main"))
    yield server
    assert server.stop() == 0


def ended(server: Server, run: int) -> dict[str, Any]:
    record = server.api.get(f"/api/runs/{run}").json()
    return record if record["status"] not in {"queued", "running"} else {}


def frames(server: Server, **options: Any) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Messages of the event stream: id, event, data."""
    with server.api.stream("GET", "/api/events", **options) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        frame: dict[str, str] = {}
        for line in answer.iter_lines():
            name, colon, value = line.partition(": ")
            if name and colon:
                frame[name] = value
            elif "id" in frame:
                yield int(frame["id"]), frame["event"], json.loads(frame["data"])
                frame = {}


def test_the_demo_ends_with_every_step_once_and_the_stream_told_each_once(server: Server) -> None:
    (run,) = server.launch(preset="digits-demo")
    streamed: list[int] = []
    ids: list[int] = []

    # Cut the stream after every third message and come back with the last id, until the run has ended.
    status, options = "queued", dict[str, Any](params={"after": 0})
    while status != "finished":
        for count, (id, event, data) in enumerate(frames(server, **options), start=1):
            ids.append(id)
            if event == "points" and data["run"] == run["id"]:
                streamed += data["step"]
            if event == "run" and data["id"] == run["id"]:
                status = data["status"]
            if count == 3 or status == "finished":
                break
        options = {"headers": {"Last-Event-ID": str(ids[-1])}}

    record = server.api.get(f"/api/runs/{run['id']}").json()
    assert record["step"] == record["total_steps"] == 2300
    assert streamed == list(range(1, 2301))
    assert ids == sorted(set(ids))

    stored = server.api.get(f"/api/runs/{run['id']}/steps", params={"points": 20_000}).json()
    assert stored["step"] == list(range(1, 2301))
    for elbo, reconstruction, kl in zip(stored["elbo"], stored["reconstruction"], stored["kl"], strict=True):
        assert abs(elbo + reconstruction + kl) <= 1e-3
    assert stored["elbo"][-1] > stored["elbo"][0] + 10  # it learned
    assert record["evaluation"]["step"] == 2300
    assert sum(record["evaluation"]["kl_per_dim"]) == pytest.approx(record["evaluation"]["kl"], rel=1e-5)


def test_the_stream_as_json_goes_on_from_the_same_cursor(server: Server) -> None:
    (run,) = server.launch(config=QUICK)
    wait_until(lambda: ended(server, run["id"]))
    steps, cursor = [], 0
    while found := server.api.get(
        "/api/events", params={"after": cursor}, headers={"Accept": "application/json"}
    ).json()["events"]:
        for message in found:
            if message["event"] == "points" and message["data"]["run"] == run["id"]:
                steps += message["data"]["step"]
        cursor = found[-1]["id"]
    assert steps == list(range(1, 61))


def test_a_stopped_run_keeps_what_it_has(server: Server) -> None:
    (run,) = server.launch(config={**QUICK, "max_steps": 10**7})
    wait_until(lambda: server.api.get(f"/api/runs/{run['id']}").json()["step"] > 0)
    server.stop_run(run["id"])
    record = wait_until(lambda: ended(server, run["id"]))
    assert (record["status"], record["error"]) == ("stopped", None)
    stored = server.api.get(f"/api/runs/{run['id']}/steps", params={"points": 20_000, "fields": "kl"}).json()
    assert stored["step"][-1] == record["step"]


def test_missing_data_is_a_failed_run_with_one_readable_sentence(server: Server) -> None:
    (run,) = server.launch(config={**QUICK, "dataset": "mnist"})
    record = wait_until(lambda: ended(server, run["id"]))
    assert record["status"] == "failed"
    assert "MNIST" in record["error"]
    assert "Traceback" not in record["error"]
    assert "\n" not in record["error"]


def test_a_loss_that_explodes_is_diverged_and_its_curve_is_kept(server: Server) -> None:
    (run,) = server.launch(config={**QUICK, "optimizer": "sgd", "learning_rate": 10, "max_steps": 500})
    record = wait_until(lambda: ended(server, run["id"]))
    assert record["status"] == "diverged"
    assert "finite" in record["error"]
    answer = server.api.get(f"/api/runs/{run['id']}/steps")
    assert answer.status_code == 200
    assert "NaN" not in answer.text
    assert answer.json()["nonfinite"]


def test_an_autoencoder_has_a_reconstruction_only(server: Server) -> None:
    (run,) = server.launch(config={**QUICK, "model": "ae"})
    record = wait_until(lambda: ended(server, run["id"]))
    assert record["status"] == "finished"
    stored = server.api.get(f"/api/runs/{run['id']}/steps").json()
    assert set(stored["kl"]) == set(stored["elbo"]) == {None}
    assert None not in stored["reconstruction"]
    assert stored["nonfinite"] == []
    kinds = {sheet["kind"] for sheet in server.api.get(f"/api/runs/{run['id']}/pictures").json()["pictures"]}
    assert kinds == {"inputs", "reconstructions", "held_out", "held_out_means"}


def test_a_server_with_an_open_stream_says_goodbye_and_stops(tmp_path: Path) -> None:
    server = Server(tmp_path)
    with server.api.stream("GET", "/api/events") as answer:
        lines = answer.iter_lines()
        assert next(lines).startswith(":")
        server.process.terminate()
        assert "event: bye" in list(lines)
    assert server.stop() == 0
