"""The form and its launch as they come from the server, before any script runs."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

from vae_core.presets import PRESETS

Launch = Callable[..., dict[str, Any]]
AT_ONCE = re.compile(r'<form method="post" action="/runs" class="inline">(.*?)</form>', re.DOTALL)


def buttons(page: str) -> dict[str, dict[str, str]]:
    """What each button that starts at once sends, by its preset."""
    forms = [dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)) for form in AT_ONCE.findall(page)]
    return {form["preset"]: form for form in forms}


@pytest.mark.parametrize("path", ["/runs", "/runs/new"])
@pytest.mark.parametrize("preset", ["digits-demo", "bce-vs-mse"])
def test_a_preset_starts_with_one_click_and_twice_sent_launches_once(
    client: TestClient, path: str, preset: str
) -> None:
    form = buttons(client.get(path).text)[preset]
    places = {client.post("/runs", data=form).headers["location"] for _ in range(2)}
    launched = client.get("/api/runs", params={"sort": "created"}).json()["runs"]
    assert [run["config"] for run in launched] == [config.to_dict() for config in PRESETS[preset].configs()]
    assert {run["preset"] for run in launched} == {preset}
    ids = ",".join(str(run["id"]) for run in launched)
    assert places == {"/runs/1" if len(launched) == 1 else f"/compare?runs={ids}"}


def test_an_emptied_field_has_the_presets_value_in_every_run(client: TestClient) -> None:
    for preset in ("digits-demo", "cb-vs-bce"):
        form = {"preset": preset, "latent_dim": "", "batch_size": "", "hidden": "", "epochs": "", "max_steps": ""}
        place = client.post("/runs", data=form).headers["location"]
        for run in re.findall(r"\d+", place):
            config = client.get(f"/api/runs/{run}").json()["config"]
            first = PRESETS[preset].configs()[0]
            values = (config["latent_dim"], config["batch_size"], tuple(config["hidden"]), config["epochs"])
            assert values == (first.latent_dim, first.batch_size, first.hidden, first.epochs)


def test_an_emptied_field_has_the_siblings_value(client: TestClient, launch: Launch) -> None:
    run = launch(latent_dim=3, max_steps=9)["id"]
    form = {"from": str(run), "latent_dim": "", "max_steps": "", "epochs": "", "beta": "2"}
    config = client.get("/api" + client.post("/runs", data=form).headers["location"]).json()["config"]
    assert (config["latent_dim"], config["max_steps"], config["epochs"], config["beta"]) == (3, 9, None, 2)


def test_seeds_multiply_the_runs_and_fill_in_from_the_address(client: TestClient) -> None:
    page = client.get("/runs/new?preset=bce&seeds=3&seed=5").text
    assert re.search(r'name="seeds" value="3"', page)
    assert "3 runs · about " in page
    client.post("/runs", data={"preset": "bce", "likelihood": "bernoulli", "seed": "5", "seeds": "3", "name": "many"})
    runs = client.get("/api/runs", params={"sort": "created"}).json()["runs"]
    assert [(run["config"]["seed"], run["name"]) for run in runs] == [(5, "many s5"), (6, "many s6"), (7, "many s7")]
    refused = client.post("/runs", data={"preset": "bce", "seeds": "1000"})
    assert refused.status_code == 422
    assert 'id="seeds-error" data-live><p>Seeds: a whole number from 1 to 100, or the seeds themselves' in refused.text


def test_after_an_error_the_navigation_stays_with_the_form(client: TestClient) -> None:
    page = client.post("/runs", data={"latent_dim": "0"}).text
    assert re.findall(r'<a href="([^"]+)" aria-current="page"', page) == ["/runs/new"]
    assert re.findall(r'<a href="([^"]+)" aria-current="page"', client.get("/runs").text) == ["/runs"]


def test_what_a_sibling_set_and_what_was_changed_is_marked_for_everyone(client: TestClient, launch: Launch) -> None:
    run = launch(beta=4)["id"]
    page = unescape(client.get(f"/runs/new?from={run}&latent_dim=7").text)
    hidden = dict(re.findall(r'class="mark[^"]*" id="([\w-]+)"( hidden)?', page))
    shown = {name for name, attribute in hidden.items() if not attribute}
    assert shown == {"beta-origin", "latent_dim-change"}
    assert f"changed; run {run} has 20" in page
    assert f"set by run {run}: β 4" in page  # of the folded fields
    assert '<details class="card" id="all-fields">' in page
    assert '<details class="card" id="all-fields" open>' in client.get(f"/runs/new?from={run}&beta=1").text


def test_a_changed_preset_is_not_lit(client: TestClient) -> None:
    lit = 'aria-current="true">Quick demo'
    assert lit in client.get("/runs/new?preset=digits-demo").text
    changed = client.get("/runs/new?preset=digits-demo&latent_dim=7").text
    assert lit not in changed
    assert "Quick demo<span data-changed>, changed</span>" in changed
