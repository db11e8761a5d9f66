"""The pre-flight as a program and as the form's side panel."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.launch.origin import of_preset
from app.text.labels import distinguishing
from app.web.api import preflight
from vae_core.config.train_config import TrainConfig
from vae_core.presets import PRESETS

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
    panel = page[page.index('id="preflight"') : page.index('id="start-says"')]
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
    assert '<div class="error" id="beta-error" data-live><p>β: a number from 0 to 1,000,000</p></div>' in answer.text
    assert "<b>" not in answer.text
    assert "2 fields need a change" in answer.text


@pytest.mark.parametrize("preset", ["bce-vs-mse", "sigma-vae"])
def test_of_several_runs_each_is_predicted_in_a_column_of_its_own(client: TestClient, preset: str) -> None:
    configs = PRESETS[preset].configs({"dataset": "digits"})
    form = {"preset": preset, "dataset": "digits", "latent_dim": "5", "seeds": "2", "hidden": "", "epochs": ""}
    if of_preset(preset).twin:
        form |= {"max_steps": "3000", "twin": "1"}
    panel = unescape(client.post("/runs/preflight", data=form).text)
    table = panel[panel.index('<table class="plans">') : panel.index("</table>")]
    titles = distinguishing(configs)
    assert re.findall(r'<th scope="col" class="num">([^<]+)', table) == titles
    assert re.findall(r"<li><b>([^<]+)</b>: ", panel[: panel.index("</ul>")]) == titles
    for row in re.findall(r"<tr><th scope=\"row\">.*?</tr>", table):
        assert len(re.findall('<td class="num">[^<]+</td>', row)) == len(configs)
    alive = [ask(client, config={**config.to_dict(), "latent_dim": 5})["predicted_active_units"] for config in configs]
    cells = [f'<td class="num">{"—" if units is None else f"{units} of 5"}</td>' for units in alive]
    assert "".join(cells) in table
    assert f">{2 * len(configs)} runs · about " in panel


def test_the_runs_of_a_launch_share_the_slots(client: TestClient, application: FastAPI) -> None:
    def start(**form: str) -> str:
        return re.search('id="start-says" data-live>([^<]*)<', client.post("/runs/preflight", data=form).text)[1]

    settings = replace(application.state.settings, slots=2)
    application.state.settings = settings
    single = start(max_steps="20000", epochs="")
    assert re.fullmatch(r"1 run · about [\d.]+\s(s|min|h) · \d+ MB", single)
    time = re.search("about (.*) · ", single)[1]
    assert start(max_steps="20000", epochs="", seeds="2").startswith(f"2 runs · about {time} · ")
    assert not start(max_steps="20000", epochs="", seeds="4").startswith(f"4 runs · about {time} · ")
    assert start(max_steps="x") == ""


def test_a_gpu_that_is_not_there_is_missed_before_the_start(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "without_cuda", lambda: "this machine shows no GPU")
    (warning,) = ask(client, config={"device": "cuda"})["warnings"]
    assert (warning["field"], warning["changes"]) == ("device", {"device": "auto"})
    assert warning["message"] == "On CUDA the run would fail when it starts: this machine shows no GPU."
    assert ask(client, config={"device": "auto"})["warnings"] == []
    panel = client.post("/runs/preflight", data={"device": "cuda"}).text
    assert "Device: Auto</button>" in panel
    monkeypatch.setattr(preflight, "without_cuda", lambda: None)
    assert ask(client, config={"device": "cuda"})["warnings"] == []


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
