"""Groups over HTTP: launched by one request, compared by their seeds as scipy does."""

from collections.abc import Mapping, Sequence
from html import unescape
from typing import Any

import numpy as np
import pytest
from scipy import stats
from starlette.testclient import TestClient

from app.database.engine import Database
from app.store import evaluations, runs
from tests.app.builders import make_evaluation
from tests.ended import insert
from vae_core.config.train_config import TrainConfig
from vae_core.events import Evaluation

Json = dict[str, Any]
ERRORS = {"bernoulli": (0.0349, 0.0351, 0.0344), "gaussian": (0.0667, 0.0671, 0.0660)}


@pytest.fixture
def group(client: TestClient) -> str:
    """Two losses with three seeds each, ended."""
    return insert_group(client, "together", ERRORS)


def insert_group(client: TestClient, name: str, errors: Mapping[str, Sequence[float]]) -> str:
    """Runs of these losses that ended with these errors, one a seed."""
    database: Database = client.app.state.database  # type: ignore[attr-defined]
    with database.write() as session:
        for likelihood, each in errors.items():
            for seed, error in enumerate(each):
                config = TrainConfig.parse({"likelihood": likelihood, "seed": seed, "max_steps": 3000, "epochs": None})
                rows = [_evaluation(step, error + 0.01 * (step < 3000)) for step in (0, 300, 3000)]
                run = insert(session, config, name=f"{likelihood} s{seed}", evaluated=rows)
                runs.get_row(session, run).group = name
    return name


def _evaluation(step: int, error: float) -> Evaluation:
    values = make_evaluation(step, mse_per_pixel=error, kl=5.0, elbo=-50.0).model_dump()
    return Evaluation(**{**values, "kl_per_dim": np.array([5.0])})


def test_one_request_launches_a_grid_of_seeds(client: TestClient) -> None:
    body = {"config": {"max_steps": 300}, "vary": {"likelihood": ["bernoulli", "gaussian"]}, "seeds": 3}
    answer = client.post("/api/runs", json=body)
    assert answer.status_code == 201
    made = answer.json()
    assert {run["group"] for run in made["runs"]} == {made["group"]}
    cells = client.get(f"/api/groups/{made['group']}").json()["cells"]
    assert [(cell["label"], cell["config"], len(cell["runs"]), cell["n"]) for cell in cells] == [
        ("BCE", {"likelihood": "bernoulli"}, 3, 0), ("MSE", {"likelihood": "gaussian"}, 3, 0),
    ]  # fmt: skip


def test_a_request_that_is_sent_again_launches_nothing(client: TestClient) -> None:
    body = {"request_id": "my-request-1", "seeds": [4, 5]}
    first, again = client.post("/api/runs", json=body), client.post("/api/runs", json={**body, "seeds": [9]})
    assert [run["id"] for run in first.json()["runs"]] == [run["id"] for run in again.json()["runs"]]
    assert client.get("/api/runs").json()["total"] == 2
    refused = client.post("/api/runs", json={"request_id": "my-request-2", "config": {"beta": -1}})
    assert refused.status_code == 422
    assert client.post("/api/runs", json={"request_id": "my-request-2"}).json()["runs"]  # it had launched nothing
    assert client.post("/api/runs", json={"request_id": "short"}).json()["errors"][0]["field"] == "request_id"


def test_runs_may_wait_paused(client: TestClient) -> None:
    (run,) = client.post("/api/runs", json={"paused": True}).json()["runs"]
    assert run["status"] == "paused"
    assert client.post(f"/api/runs/{run['id']}/resume").json()["status"] == "queued"


def test_the_numbers_are_scipys(client: TestClient, group: str) -> None:
    answer = client.get(f"/api/groups/{group}").json()
    known = stats.ttest_rel(*ERRORS.values())
    interval = known.confidence_interval(0.95)
    (one,) = [each for each in answer["contrasts"] if each["metric"] == "mse_per_pixel"]
    assert (one["low"], one["high"], one["p"]) == pytest.approx((interval.low, interval.high, known.pvalue), abs=1e-6)
    for cell, errors in zip(answer["cells"], ERRORS.values(), strict=True):
        made = cell["metrics"]["mse_per_pixel"]
        low, high = stats.t.interval(0.95, 2, np.mean(errors), stats.sem(errors))
        assert (made["mean"], made["low"], made["high"]) == pytest.approx((np.mean(errors), low, high), abs=1e-6)
    assert answer["sentences"][0].startswith("BCE has the lower squared error on average, 0.0348")


def test_more_seeds_are_numbered_on_in_the_same_group(client: TestClient, group: str) -> None:
    added = client.post(f"/api/groups/{group}/seeds", json={"count": 2})
    assert added.status_code == 201
    assert [(run["name"], run["config"]["seed"]) for run in added.json()["runs"]] == [
        ("bernoulli s3", 3), ("gaussian s3", 3), ("bernoulli s4", 4), ("gaussian s4", 4),
    ]  # fmt: skip
    assert len(client.get(f"/api/groups/{group}").json()["cells"]) == 2
    stopped = client.post(f"/api/groups/{group}/stop").json()["runs"]
    assert {run["status"] for run in stopped} == {"stopped"}
    assert len(stopped) == 4
    assert client.post(f"/api/groups/{group}/retry").json()["runs"] == []
    resumed = client.post(f"/api/groups/{group}/resume").json()["runs"]
    assert [run["id"] for run in resumed] == [run["id"] for run in stopped]
    assert {run["status"] for run in resumed} <= {"queued", "running"}
    many = client.post(f"/api/groups/{group}/seeds", json={"count": 60})
    assert (many.status_code, many.json()["errors"][0]["field"]) == (422, "count")
    assert "120 runs" in many.json()["errors"][0]["message"]


@pytest.mark.parametrize("action", ["", "/seeds", "/stop", "/retry", "/resume"])
def test_a_group_that_is_not_there_is_named(client: TestClient, action: str) -> None:
    address = f"/api/groups/nowhere{action}"
    answer = client.post(address, json={}) if action else client.get(address)
    assert answer.status_code == 404
    assert "nowhere" in answer.json()["errors"][0]["message"]


def test_a_button_launches_as_many_seeds_as_an_open_difference_asks_for(client: TestClient) -> None:
    close = insert_group(client, "close", {"bernoulli": (0.030, 0.031, 0.032), "gaussian": (0.0305, 0.0311, 0.0329)})
    contrasts = client.get(f"/api/groups/{close}").json()["contrasts"]
    (needed,) = [one["needed"] for one in contrasts if one["metric"] == "mse_per_pixel"]
    page = client.get(f"/groups/{close}").text
    assert "So many would tell BCE from MSE in 4 of 5 cases." in page
    assert f'name="count" value="{needed - 3}"><button>Launch {needed - 3} more seeds each</button>' in page
    client.post(f"/groups/{close}/seeds", data={"count": needed - 3})
    assert "So many would tell" not in client.get(f"/groups/{close}").text  # they are on their way


def test_the_page_says_what_the_api_says(client: TestClient, group: str) -> None:
    answer = client.get(f"/groups/{group}")
    assert answer.status_code == 200
    text = unescape(answer.text)
    for sentence in client.get(f"/api/groups/{group}").json()["sentences"]:
        assert sentence in text
    assert "6 finished" in text
    assert 'id="bundles-figure" data-live>{"data"' in text
    assert client.post(f"/groups/{group}/seeds", data={"count": 3}).headers["location"] == f"/groups/{group}"
    assert "6 queued" in client.get(f"/groups/{group}?each=yes").text
    assert client.get("/groups/nowhere").status_code == 404


def test_a_form_of_two_losses_and_three_seeds_lands_on_its_group(client: TestClient) -> None:
    form = {"likelihood": ["bernoulli", "gaussian"], "seeds": "3", "key": "k" * 16}
    assert client.post("/runs", data=form).headers["location"] == f"/groups/{'k' * 16}"
    assert client.get("/api/runs").json()["total"] == 6
    assert "6 runs" in client.post("/runs/preflight", data=form).text


def test_evaluations_of_several_runs_are_one_query(client: TestClient, group: str) -> None:
    database: Database = client.app.state.database  # type: ignore[attr-defined]
    ids = client.get(f"/api/groups/{group}").json()["runs"]
    with database.read() as session:
        together = evaluations.of_runs(session, [*ids, 999])
        for run_id in ids:
            own = [row.model_copy(update={"kl_per_dim": None}) for row in evaluations.of_run(session, run_id)]
            assert together[run_id] == own
    assert together[999] == []
