"""The diagnosis of a run as a program and on its page."""

from collections.abc import Callable
from dataclasses import replace
from html import unescape
from threading import Event
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.store import evaluations
from app.web import pixel_statistics
from vae_core.config.train_config import TrainConfig
from vae_core.theory.pixel_statistics import statistics


@pytest.fixture
def dead(application: FastAPI, trained: Callable[..., int], evaluation: Callable[..., Any]) -> int:
    """A run under β = 50 in which no unit lives."""
    run = trained(beta=50, latent_dim=2)
    with application.state.database.write() as session:
        evaluations.append(session, run, replace(evaluation(40, kl=0.0), active_units=0))
    return run


def diagnosis(client: TestClient, run: int) -> dict[str, Any]:
    answer = client.get(f"/api/runs/{run}/diagnosis")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_collapse_is_told_with_its_evidence_and_a_sibling(client: TestClient, dead: int) -> None:
    answer = diagnosis(client, dead)
    assert (answer["run"], answer["step"]) == (dead, 40)
    assert answer["checked"] == ["finite losses", "live units", "the encoder's log-variance"]
    (finding,) = answer["findings"]
    assert (finding["name"], finding["changes"]) == ("collapse", {"beta": 1})
    assert max(finding["evidence"]["values"]) < finding["evidence"]["line"] == 50

    page = unescape(client.get(f"/runs/{dead}").text)
    assert all(sentence in page for sentence in finding["message"].split(". "))
    assert f'href="{finding["sibling"]}"' in page
    assert "Alarm: Posterior collapse." in page

    form = client.get(finding["sibling"])
    assert form.status_code == 200
    assert 'name="beta" value="1"' in form.text
    assert 'name="latent_dim" value="2"' in form.text


def test_live_units_are_not_checked_while_pixels_are_counted(
    client: TestClient, dead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = Event()

    def count_when_released(*key: str, **folders: Any) -> Any:
        assert release.wait(300)
        return statistics(*key, **folders)

    monkeypatch.setattr(pixel_statistics, "statistics", count_when_released)
    with monkeypatch.context() as patch:
        patch.setattr(pixel_statistics, "PATIENCE_S", 0)
        answer = diagnosis(client, dead)
    assert (answer["checked"], answer["findings"]) == (["finite losses", "the encoder's log-variance"], [])
    release.set()
    assert [finding["name"] for finding in diagnosis(client, dead)["findings"]] == ["collapse"]


def test_a_form_filled_in_by_a_sibling_starts_it(client: TestClient, dead: int) -> None:
    sibling = client.post(f"/api/runs/{dead}/clone", json={"config": diagnosis(client, dead)["findings"][0]["changes"]})
    assert TrainConfig.parse(sibling.json()["config"]) == TrainConfig.parse({"latent_dim": 2})


def test_a_run_that_is_well_says_so_in_one_line(client: TestClient, trained: Callable[..., int]) -> None:
    run = trained(likelihood="gaussian", scale="optimal", latent_dim=2)
    assert diagnosis(client, run)["findings"] == []
    page = client.get(f"/runs/{run}").text
    assert (
        "No alarm. Checked: finite losses, live units, the decoder&#39;s scale, the encoder&#39;s log-variance." in page
    )
    assert 'class="finding' not in page


def test_before_an_evaluation_nothing_is_said(client: TestClient, launch: Callable[..., dict[str, Any]]) -> None:
    run = launch(beta=50)["id"]
    assert diagnosis(client, run) == {"run": run, "step": None, "checked": [], "findings": []}
    assert "alarm" not in client.get(f"/runs/{run}").text.lower().replace('id="alarms"', "").replace("hint alarms", "")


def test_a_run_that_is_not_there_is_not_found(client: TestClient) -> None:
    assert client.get("/api/runs/99/diagnosis").status_code == 404
