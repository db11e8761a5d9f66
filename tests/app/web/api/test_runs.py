"""The JSON API as a program sees it."""

import csv
import math
from collections.abc import Callable
from io import BytesIO, StringIO
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from vae_core.config.train_config import TrainConfig
from vae_core.events import Vitals
from vae_core.presets import PRESETS
from vae_core.report import Report

Launch = Callable[..., dict[str, Any]]
Trained = Callable[..., int]


def test_config_carries_schema_bounds_help_and_presets(client: TestClient) -> None:
    told = client.get("/api/config").json()
    assert told["schema"]["properties"]["latent_dim"]["minimum"] == 1
    assert told["schema"]["properties"]["beta"]["description"]
    assert [one["name"] for one in told["presets"]] == list(PRESETS)


def test_a_launch_is_queued_with_its_whole_configuration(client: TestClient, launch: Launch) -> None:
    run = launch(latent_dim=3, hidden=[30, 20])
    assert run["status"] == "queued"
    assert run["config"] == TrainConfig(latent_dim=3, hidden=(30, 20)).to_dict()
    assert run["total_steps"] == TrainConfig().total_steps
    assert client.get(f"/api/runs/{run['id']}").json() == run


def test_the_runs_of_a_preset_are_launched_as_one_group(client: TestClient) -> None:
    launched = client.post("/api/runs", json={"preset": "bce-vs-mse", "name": "set", "tags": ["x"]}).json()["runs"]
    assert [run["name"] for run in launched] == ["set BCE", "set MSE σ=0.707", "set MSE σ fitted"]
    (group,) = {run["group"] for run in launched}
    found = client.get("/api/runs", params={"group": group}).json()["runs"]
    assert {run["id"] for run in found} == {run["id"] for run in launched}


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        ({"config": {"latent_dim": 0}}, "latent_dim", "latent_dim must be at least 1, not 0"),
        ({"config": {"learning_rate": "nan"}}, "learning_rate", "learning_rate must be a finite number, not 'nan'"),
        ({"config": {"surprise": 1}}, "surprise", "surprise is not a field of the configuration"),
        ({"config": {"likelihood": "cauchy"}}, "likelihood", "'student_t' or 'discretized_logistic'"),
        ({"config": []}, "config", "dictionary"),
        ({"preset": "nope"}, "preset", "digits-demo"),
        ({"surprise": 1}, "surprise", "surprise"),
        ({"seeds": [-1]}, "seeds.0", "greater than or equal to 0"),
        ({"tags": [""]}, "tags.0", "at least 1 character"),
    ],
)
def test_a_refused_launch_names_the_field_and_stores_nothing(
    client: TestClient, body: dict[str, Any], field: str, said: str
) -> None:
    answer = client.post("/api/runs", json=body)
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert any(error["field"] == field and said in error["message"] for error in errors), errors
    assert client.get("/api/runs").json()["runs"] == []


def test_bodies_that_are_no_json_or_too_large_are_refused(client: TestClient) -> None:
    broken = client.post("/api/runs", content=b"{", headers={"content-type": "application/json"})
    assert broken.status_code == 422
    assert broken.json()["errors"][0]["message"]
    bare_nan = client.post(
        "/api/runs", content=b'{"config":{"beta":NaN}}', headers={"content-type": "application/json"}
    )
    assert bare_nan.status_code == 422
    large = client.post("/api/runs", json={"name": "x" * 2**21})
    assert large.status_code == 413


@pytest.mark.parametrize("path", ["", "/steps", "/vitals", "/evaluations", "/report", "/xray", "/pictures"])
def test_a_run_that_is_not_there_is_a_404(client: TestClient, path: str) -> None:
    answer = client.get(f"/api/runs/7{path}")
    assert (answer.status_code, answer.json()) == (
        404,
        {"errors": [{"field": None, "message": "There is no run 7."}]},
    )


@pytest.mark.parametrize(
    "path", ["/api/runs/0", "/api/runs/-1", "/api/runs/x", f"/api/runs/{2**80}", "/api/pictures/x.png"]
)
def test_ids_that_cannot_be_are_refused(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 422


def test_steps_are_columns_and_the_bound_adds_up(client: TestClient, trained: Trained) -> None:
    told = client.get(f"/api/runs/{trained()}/steps").json()
    assert told["step"] == list(range(1, 41))
    for elbo, reconstruction, kl in zip(told["elbo"], told["reconstruction"], told["kl"], strict=True):
        assert abs(elbo + reconstruction + kl) <= 1e-9
    assert told["nonfinite"] == []


def test_a_window_of_chosen_fields_in_few_points_is_bucketed(client: TestClient, trained: Trained) -> None:
    told = client.get(f"/api/runs/{trained()}/steps", params={"from": 9, "to": 24, "points": 4, "fields": "kl"}).json()
    assert told["bucket"] == 4
    assert told["step"] == [12, 16, 20, 24]
    assert set(told) == {"step", "kl", "bucket", "partial", "nonfinite", "nonfinite_count"}
    assert all(
        low <= mean <= high
        for low, mean, high in zip(*(told["kl"][how] for how in ("min", "mean", "max")), strict=True)
    )


def test_smoothing_comes_beside_the_terms(client: TestClient, trained: Trained) -> None:
    run = trained()
    told = client.get(f"/api/runs/{run}/steps", params={"smooth": 0.5, "fields": "kl,loss"}).json()
    assert told["smoothed"].keys() == {"kl", "loss"}
    first, second = told["kl"][:2]
    assert told["smoothed"]["kl"][:2] == pytest.approx([first, (0.5 * first + second) / 1.5])
    assert "smoothed" not in client.get(f"/api/runs/{run}/steps").json()


@pytest.mark.parametrize(
    "query", ["points=0", "from=0", "fields=kl,nope", "points=x", "to=-1", "smooth=1", "smooth=-0.1", "smooth=nan"]
)
def test_bad_windows_are_refused(client: TestClient, trained: Trained, query: str) -> None:
    answer = client.get(f"/api/runs/{trained()}/steps?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] in {"points", "from", "fields", "to", "smooth"}


def test_pictures_are_immutable_pngs_under_their_hash(client: TestClient, trained: Trained) -> None:
    run = trained()
    sheets = client.get(f"/api/runs/{run}/pictures").json()["pictures"]
    assert {sheet["kind"] for sheet in sheets} == {"inputs", "reconstructions"}
    assert len(client.get(f"/api/runs/{run}/pictures", params={"kind": "inputs"}).json()["pictures"]) == 1
    answer = client.get(sheets[0]["url"])
    assert answer.headers["content-type"] == "image/png"
    assert "immutable" in answer.headers["cache-control"]
    assert Image.open(BytesIO(answer.content)).size == (sheets[0]["width"], sheets[0]["height"])
    assert client.get(f"/api/pictures/{'0' * 64}.png").status_code == 404


def test_vitals_are_columns_and_what_is_not_finite_is_null(
    client: TestClient, trained: Trained, vitals: Callable[..., Vitals]
) -> None:
    taken = vitals(1, 20, 40)
    taken.grad_norm[1] = math.inf
    run = trained(vitals=taken)
    told = client.get(f"/api/runs/{run}/vitals").json()
    memory = [2**32 + step for step in (1, 20, 40)]
    columns = {"step": [1, 20, 40], "grad_norm": [10, None, 0.25], "learning_rate": [1e-3] * 3, "memory": memory}
    assert told == {"run": run, **columns}


def test_evaluations_and_the_last_of_them(client: TestClient, trained: Trained) -> None:
    run = trained()
    (evaluation,) = client.get(f"/api/runs/{run}/evaluations").json()["evaluations"]
    assert evaluation["elbo"] == -102.5
    assert client.get(f"/api/runs/{run}").json()["evaluation"] == evaluation


def test_a_report_and_its_xray(client: TestClient, trained: Trained, report: Report) -> None:
    run = trained(report)
    told = client.get(f"/api/runs/{run}/report").json()
    assert told["bound"]["log_px"] == report.bound.log_px
    assert told["latents"]["mean_variance"] == list(report.latents.mean_variance)
    xray = client.get(f"/api/runs/{run}/xray").json()
    assert (xray["run"], xray["step"], xray["xray"]) == (run, report.step, told["xray"])
    assert [row["name"] for row in xray["xray"]] == [reading.name for reading in report.xray]


def test_a_run_without_a_report_says_why(client: TestClient, launch: Launch, trained: Trained) -> None:
    run = launch()["id"]
    for path in ("report", "xray"):
        answer = client.get(f"/api/runs/{run}/{path}")
        said = f"Run {run} has no report: the model is examined when training has finished."
        assert (answer.status_code, answer.json()["errors"][0]["message"]) == (404, said)
    client.post(f"/api/runs/{run}/stop")
    assert "has no report: stopped, and only" in client.get(f"/api/runs/{run}/report").json()["errors"][0]["message"]
    assert client.get(f"/api/runs/{trained()}/report").status_code == 404


def test_stop_delete_restore_and_what_their_states_forbid(client: TestClient, launch: Launch) -> None:
    run = launch()["id"]
    refused = client.delete(f"/api/runs/{run}")
    assert refused.status_code == 409
    assert "stop it first" in refused.json()["errors"][0]["message"]
    assert client.post(f"/api/runs/{run}/stop").json()["status"] == "stopped"
    again = client.post(f"/api/runs/{run}/stop")
    assert (again.status_code, again.json()["errors"][0]["message"]) == (
        409,
        f"Run {run} has already ended: it is stopped.",
    )
    assert client.delete(f"/api/runs/{run}").json()["deleted_at"]
    assert client.get("/api/runs").json()["runs"] == []
    assert [one["id"] for one in client.get("/api/runs", params={"deleted": True}).json()["runs"]] == [run]
    assert client.post(f"/api/runs/{run}/restore").json()["deleted_at"] is None
    assert len(client.get("/api/runs").json()["runs"]) == 1


def test_a_run_is_renamed_tagged_and_annotated(client: TestClient, launch: Launch) -> None:
    run = launch()["id"]
    changed = client.patch(f"/api/runs/{run}", json={"name": "héron", "tags": ["a", "b"], "notes": "<b>"}).json()
    assert (changed["name"], changed["tags"], changed["notes"]) == ("héron", ["a", "b"], "<b>")
    assert client.patch(f"/api/runs/{run}", json={"notes": ""}).json()["name"] == "héron"
    assert client.patch(f"/api/runs/{run}", json={"status": "finished"}).status_code == 422
    assert client.patch(f"/api/runs/{run}", json={"name": ""}).status_code == 422


def test_the_list_filters_counts_and_pages(client: TestClient, launch: Launch) -> None:
    for seed in range(5):
        launch(seed=seed, likelihood="gaussian" if seed % 2 else "bernoulli")
    told = client.get("/api/runs", params={"likelihood": "gaussian"}).json()
    assert len(told["runs"]) == 2
    assert told["facets"]["likelihood"] == {"bernoulli": 3, "gaussian": 2}
    first = client.get("/api/runs", params={"limit": 3}).json()
    rest = client.get("/api/runs", params={"limit": 3, "after": first["next"]}).json()
    assert rest["next"] is None
    assert len({run["id"] for run in first["runs"] + rest["runs"]}) == 5


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "status=asleep", "sort=luck", "after=x", "surprise=1"])
def test_bad_filters_are_refused(client: TestClient, query: str) -> None:
    assert client.get(f"/api/runs?{query}").status_code == 422


def test_the_list_has_what_its_page_draws(client: TestClient, trained: Trained, block: Callable[..., Any]) -> None:
    total = -block(1, 40).elbo
    run = trained()
    auto = trained(model="ae")
    listed = client.get("/api/runs", params={"sort": "best"}).json()
    shown = {one["id"]: one for one in listed["runs"]}
    assert listed["total"] == 2
    assert shown[run]["spark"] == pytest.approx(total.tolist())
    assert shown[run]["terms"]["elbo"]["max"] == [int(total.argmin()) + 1, pytest.approx(-total.min())]
    assert set(shown[auto]["terms"]) == {"reconstruction", "loss"}


def test_openapi_describes_the_contract(client: TestClient) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    assert {"/api/runs", "/api/runs/{run_id}/steps", "/api/events", "/api/compare", "/api/health"} <= set(paths)


def test_the_list_is_filtered_by_conditions_and_ranked_by_results(client: TestClient, trained: Trained) -> None:
    first, second, third = trained(beta=2), trained(), trained(likelihood="gaussian", beta=4)
    told = client.get("/api/runs", params={"where": "beta > 1 and negative_elbo <= 200", "sort": "-negative_elbo"})
    assert [run["id"] for run in told.json()["runs"]] == [first, third]
    assert told.json()["units"] == [
        f"nats/image, {kind} of grey pixels of Digits 8×8" for kind in ("cross-entropy", "density")
    ]
    assert told.json()["total"] == 2
    assert client.get("/api/runs", params={"sort": "beta"}).json()["units"] == [None] * 3
    assert second


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("where=beta+>+-1", "where", "beta must be at least 0, not '-1'"),
        ("where=beta+>+x", "where", "beta must be a number, not 'x'"),
        ("where=likelihood+=+cauchy", "where", "likelihood must be one of 'bernoulli', "),
        ("where=nope+=+1", "where", "'nope' is no field: choose one of dataset, "),
        ("where=" + "x" * 501, "where", "500"),
        ("sort=nope", "sort", "sort must be one of created, name, step"),
        ("sort=kl&after=WzEsIDFd", "after", "after must be the `next` of an earlier page"),
    ],
)
def test_a_list_that_makes_no_sense_is_refused(client: TestClient, query: str, field: str, said: str) -> None:
    for path in ("/api/runs", "/api/runs.csv"):
        if path.endswith("csv") and field == "after":
            continue
        answer = client.get(f"{path}?{query}")
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["field"]) == (422, field)
        assert said in error["message"]


def test_the_list_is_a_table_of_all_that_match(client: TestClient, trained: Trained) -> None:
    first, second = trained(beta=2, hidden=[20, 10]), trained(beta=4, model="ae")
    client.patch(f"/api/runs/{first}", json={"name": 'a "name", quoted'})
    params = {"columns": "beta,hidden,course", "sort": "negative_elbo", "where": "batch_size = 128"}
    answer = client.get("/api/runs.csv", params=params)
    assert answer.headers["content-type"].startswith("text/csv")
    assert "runs.csv" in answer.headers["content-disposition"]
    header, *rows = csv.reader(StringIO(answer.text))
    unit = "nats/image, cross-entropy of grey pixels of Digits 8×8"
    name = client.get(f"/api/runs/{second}").json()["name"]
    assert header == ["id", "name", "beta", "hidden", "negative_elbo", "unit"]
    assert rows == [
        [str(first), 'a "name", quoted', "2", "20, 10", "102.5", unit],
        [str(second), name, "", "400", "", unit],
    ]
    assert "columns" in client.get("/api/runs.csv?columns=nope").json()["errors"][0]["field"]
    assert client.get("/api/runs.csv?where=beta>100").text.count("\n") == 1
