"""The form that starts a sweep, as a browser without scripts uses it."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

from starlette.testclient import TestClient

Launch = Callable[..., dict[str, Any]]
FORM = {
    "preset": "bce", "field-1": "beta", "low-1": "0.5", "high-1": "4", "log-1": "on", "field-2": "latent_dim",
    "values-2": "2, 8", "minimise": "kl,mse_per_pixel", "sampler": "random", "trials": "3", "minutes": "",
    "prune": "none", "seed": "5", "name": "width",
}  # fmt: skip


def test_the_form_starts_a_sweep_and_leads_to_its_page(client: TestClient) -> None:
    answer = client.post("/sweeps", data=FORM)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sweeps/1")
    sweep = client.get("/api/sweeps/1").json()
    assert sweep["space"] == {"beta": {"low": 0.5, "high": 4.0, "log": True}, "latent_dim": [2, 8]}
    assert (sweep["minimise"], sweep["sampler"], sweep["trials"], sweep["seed"], sweep["name"], sweep["preset"]) == (
        ["kl", "mse_per_pixel"], "random", 3, 5, "width", "bce",
    )  # fmt: skip
    assert "KL and MSE" in client.get("/sweeps/1").text


def test_the_same_form_starts_one_sweep(client: TestClient) -> None:
    (key,) = re.findall(r'name="key" value="([0-9a-f]+)"', client.get("/sweeps/new").text)
    first, again = (client.post("/sweeps", data=FORM | {"key": key}).headers["location"] for _ in range(2))
    assert first == again == "/sweeps/1"
    assert client.post("/sweeps", data=FORM | {"key": f"{key}0"}).headers["location"] == "/sweeps/2"
    launched = client.post("/api/runs", json={"request_id": "a-launch"}).json()["group"]
    taken = client.post("/sweeps", data=FORM | {"key": launched})
    assert (taken.status_code, "was that of a launch" in taken.text) == (422, True)


def test_it_begins_from_a_run_or_a_preset_of_one_run(client: TestClient, launch: Launch) -> None:
    run = launch(latent_dim=3, max_steps=7)["id"]
    page = client.get(f"/sweeps/new?from={run}").text
    assert "Every trial is a run of 7 steps" in page
    assert client.post("/sweeps", data=FORM | {"preset": "", "from": str(run)}).status_code == 303
    assert client.get("/api/sweeps/1").json()["config"]["max_steps"] == 7
    assert client.get("/sweeps/new?from=9").status_code == 404
    assert client.get("/sweeps/new?preset=bce-vs-mse").status_code == 422
    assert client.post("/sweeps", data=FORM | {"from": "x"}).status_code == 422
    assert '<option value="beta" selected>' in client.get("/sweeps/new?preset=bce&field-1=beta").text


def test_what_was_typed_into_the_form_of_a_run_comes_along(client: TestClient) -> None:
    page = unescape(client.get("/sweeps/new?preset=bce&with-max_steps=30&with-beta=2, 4").text)
    assert "Every trial is a run of 30 steps" in page
    assert "begins as this preset with Maximum steps: 30 and differs" in page
    assert '<a href="/runs/new?preset=bce&max_steps=30&beta=2%2C+4">Change what it begins as</a>' in page
    assert 'name="with-max_steps" value="30"' in page
    assert 'name="values-1" value="2, 4"' in page
    assert client.post("/sweeps", data=FORM | {"with-max_steps": "30", "with-hidden": "16"}).status_code == 303
    config = client.get("/api/sweeps/1").json()["config"]
    assert (config["max_steps"], config["hidden"]) == (30, [16])
    for name, text in (("max_steps", "-1"), ("nope", "1")):
        refused = [
            client.get("/sweeps/new", params={f"with-{name}": text}),
            client.post("/sweeps", data=FORM | {f"with-{name}": text}),
        ]
        assert [answer.status_code for answer in refused] == [422, 422]
        assert all('id="errors"' in answer.text for answer in refused)


def test_a_refused_form_says_why_beside_the_input_and_loses_nothing(client: TestClient) -> None:
    answer = client.post("/sweeps", data=FORM | {"high-1": "0.5", "values-2": "2, 8", "trials": "3"})
    page = unescape(answer.text)
    assert answer.status_code == 422
    assert '<p class="wrong" id="field-1-error">β must have low below high, 0.5, not 0.5.</p>' in page
    assert '<a href="#field-1">β must have low below high' in page
    assert re.search(r'<select id="field-1"[^>]* aria-invalid="true" aria-describedby="field-1-error">', page)
    for kept in ('name="low-1" value="0.5"', 'name="log-1" checked', 'name="values-2" value="2, 8"'):
        assert kept in page
    for chosen in ("beta", "latent_dim", "kl,mse_per_pixel", "random"):
        assert f'<option value="{chosen}" selected>' in page
    assert 'name="name" value="width"' in page
    assert client.get("/api/sweeps").json() == {"sweeps": []}


def test_the_form_is_one_link_from_a_new_run_and_from_a_run(client: TestClient, launch: Launch) -> None:
    run = launch()["id"]
    assert f'<a href="/sweeps/new?from={run}">' in client.get(f"/runs/{run}").text
    assert f'href="/sweeps/new?from={run}"' in client.get(f"/runs/new?from={run}").text
    assert 'href="/sweeps/new?preset=bce"' in client.get("/runs/new?preset=bce").text
    shared = client.get("/runs/new?preset=bce-vs-mse").text  # what its runs differ in is left out
    assert re.search(r'href="/sweeps/new\?preset=&amp;with-[^"]*with-max_steps=3000', shared)
    assert not re.search(r'href="/sweeps/new[^"]*with-likelihood', shared)
