"""The list of runs as it comes from the server: the first visit, and its rows."""

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

from starlette.testclient import TestClient

from app.templating import folder
from vae_core.config.train_config import TrainConfig
from vae_core.presets import PRESETS

Trained = Callable[..., int]
RECORDED = folder("static") / "recorded"


def test_the_first_visit_asks_the_question_and_shows_recorded_runs(client: TestClient) -> None:
    page = unescape(client.get("/runs").text)
    assert "Why is a VAE's reconstruction term a square loss, or a cross-entropy?" in page
    assert "Recorded, not trained now: Digits 8×8, MLP 400, 20 latent dimensions, 3,000 steps each, seed 0." in page
    runs = json.loads((RECORDED / "runs.json").read_text())["runs"]
    for run in runs:
        assert f"{run['title']} pays " in page
        assert client.get(f"/static/recorded/{run['film']}").headers["content-type"] == "image/png"
    assert page.count('<path class="slot-') == 1 + len(runs)


def test_the_recording_is_of_the_preset_that_it_offers_and_small() -> None:
    runs = json.loads((RECORDED / "runs.json").read_text())["runs"]
    assert [TrainConfig.parse(run["config"]) for run in runs] == list(PRESETS["bce-vs-mse"].configs())
    assert sum(path.stat().st_size for path in RECORDED.iterdir()) < 60_000
    assert {Path(run["film"]).name for run in runs} < {path.name for path in RECORDED.iterdir()}


def test_the_first_visit_is_over_with_the_first_run_and_no_filter_brings_it_back(
    client: TestClient, trained: Trained
) -> None:
    assert "Recorded" not in client.get("/runs?q=nothing").text
    trained()
    assert "Recorded" not in client.get("/runs").text


def test_an_autoencoders_number_and_what_it_is_of_are_two_words(client: TestClient, trained: Trained) -> None:
    trained(model="ae")
    page = re.sub(r"<[^>]+>", "", client.get("/runs").text)
    assert re.search(r"\d reconstruction", page)
    assert not re.search(r"\dreconstruction", page)


def test_a_run_has_one_colour_on_every_page(client: TestClient, trained: Trained) -> None:
    first, second = trained(), trained(likelihood="gaussian")
    for run in (first, second):
        colours = {
            path: set(re.findall(r"slot-(\d)", row))
            for path, row in {
                "list": re.search(rf'<tr data-run="{run}">.*?</tr>', client.get("/runs").text, re.DOTALL)[0],
                "run": client.get(f"/runs/{run}").text,
            }.items()
        }
        assert colours["list"] == {str((run - 1) % 8 + 1)}
        assert colours["list"] <= colours["run"]
