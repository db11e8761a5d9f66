"""The pre-flight as a program and as the form's side panel."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

from vae_core.config.train_config import TrainConfig

CONTRACT = {
    "implied_sigma", "implied_beta", "predicted_active_units", "collapse_line", "floor_line", "parameters", "seconds",
    "warnings",
}  # fmt: skip
MEANS = {"reconstruction_reduction": "mean", "kl_reduction": "mean"}


def ask(client: TestClient, **body: Any) -> dict[str, Any]:
    answer = client.post("/api/preflight", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_configuration_is_told_what_it_implies_and_can_reach(client: TestClient) -> None:
    told = ask(client, config={"likelihood": "gaussian", "sigma": 0.2})
    assert told.keys() >= CONTRACT
    assert (told["implied_beta"], told["implied_sigma"]) == (1, pytest.approx(0.2))
    assert 0 < told["predicted_active_units"] <= 20
    assert told["floor_line"] < told["linear_optimum"] < told["collapse_line"]
    assert all(line["how"] for line in told["references"])
    assert (told["warnings"], told["missing"]) == ([], None)


def test_a_warning_comes_with_changes_that_mend_it(client: TestClient) -> None:
    (warning,) = ask(client, config={"beta": 1000})["warnings"]
    assert (warning["field"], warning["changes"]) == ("beta", {"beta": 1})
    assert ask(client, config={"beta": 1000, **warning["changes"]})["warnings"] == []


def test_without_the_images_it_says_so_and_tells_the_rest(client: TestClient) -> None:
    told = ask(client, config={"dataset": "mnist", **MEANS})
    assert "not on this machine" in told["missing"]
    assert (told["collapse_line"], told["predicted_active_units"]) == (None, None)
    assert (told["parameters"], told["implied_beta"]) == (652_824, pytest.approx(39.2))


def test_of_a_preset_its_first_run_is_told(client: TestClient) -> None:
    assert ask(client, preset="bce-vs-mse", config={"sigma": 0.5})["implied_sigma"] is None
    assert ask(client, preset="sigma-vae", config={"dataset": "digits"})["implied_sigma"] == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"config": {"latent_dim": 0}}, "latent_dim"),
        ({"config": {"likelihood": "continuous_bernoulli"}}, "dequantize"),
        ({"config": {"nonsense": 1}}, "nonsense"),
        ({"preset": "nonsense"}, "preset"),
        ({"configuration": {}}, "configuration"),
        ({"config": []}, "config"),
    ],
)
def test_what_no_launch_would_take_is_refused_with_its_field(client: TestClient, body: Any, field: str) -> None:
    answer = client.post("/api/preflight", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_an_earlier_run_of_the_kind_decides_the_time(client: TestClient, trained: Callable[..., int]) -> None:
    before = ask(client, config={})
    trained()  # 40 steps in 4 seconds
    after = ask(client, config={})
    assert after["seconds"] == pytest.approx(0.1 * TrainConfig().total_steps)
    assert before["seconds_from"] != after["seconds_from"]


def test_the_form_comes_with_its_panel(client: TestClient) -> None:
    page = unescape(client.get("/runs/new?preset=mse").text)
    panel = page[page.index('id="preflight"') : page.index("About the terms of the loss")]
    assert "76,104" in panel
    assert "0.7071" in panel


def test_the_panel_follows_the_form(client: TestClient) -> None:
    form = {"key": "x", "name": "mine", "preset": "", "beta": "50", "latent_dim": "7"}
    panel = client.post("/runs/preflight", data=form).text
    assert "0 of 7" in panel
    (changes,) = re.findall(r'data-changes="([^"]*)"', panel)
    assert json.loads(unescape(changes)) == {"beta": 1}
    assert "β: 1</button>" in panel


def test_a_half_typed_form_is_no_error(client: TestClient) -> None:
    answer = client.post("/runs/preflight", data={"beta": "4e", "hidden": "<b>"})
    assert answer.status_code == 200
    assert "beta must be a number" in answer.text
    assert "<b>" not in answer.text.replace("<b>Live", "")


def test_of_several_runs_the_first_is_told(client: TestClient) -> None:
    panel = client.post("/runs/preflight", data={"preset": "sigma-vae", "latent_dim": "5"}).text
    assert "For the first of the 4 runs" in panel


def test_answering_loads_no_torch_and_no_scikit_learn() -> None:
    program = """
import sys, tempfile
from pathlib import Path
from starlette.testclient import TestClient
from app.main import create_app
from app.settings import Settings
with tempfile.TemporaryDirectory() as folder:
    app = create_app(Settings(data=Path(folder), auth=False, slots=0))
    app.state.database.create_tables()
    client = TestClient(app, base_url="http://127.0.0.1:8000")
    while (told := client.post("/api/preflight", json={}).json())["missing"]:
        pass
    assert told["collapse_line"], told
    app.state.database.close()
print(sorted({"torch", "sklearn", "scipy"} & set(sys.modules)))
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=120)
    assert run.stdout.strip() == "[]", run.stderr
