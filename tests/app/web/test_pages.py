"""The pages as they come from the server, before any script runs."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from threading import Event
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.database.tables import RunRow
from app.store import attempts, evaluations
from app.text.numbers import number
from app.web import pixel_statistics
from tests.server import wait_until
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.datasets.registry import DatasetUnavailable
from vae_core.events import Vitals
from vae_core.presets import PRESETS
from vae_core.report import Report, Scores

Launch = Callable[..., dict[str, Any]]
Trained = Callable[..., int]


def text(client: TestClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    return unescape(answer.text)


def form_of(page: str) -> dict[str, str]:
    """What a browser would send of the launch form."""
    form = page[page.index('id="launch"') :]
    values = dict(re.findall(r'<input[^>]*name="(\w+)" value="([^"]*)"', form))
    for name, options in re.findall(r'<select id="(\w+)".*?>(.*?)</select>', form, re.DOTALL):
        values[name] = re.search(r'value="([^"]*)" selected', options)[1]
    values.pop("twin", None)
    if 'name="twin" value="1" checked' in form:
        values["twin"] = "1"
    return values


def embedded(page: str, name: str) -> Any:
    """The JSON that a page carries for its script."""
    return json.loads(re.search(rf'<script type="application/json" id="{name}"[^>]*>(.*?)</script>', page)[1])


def test_home_leads_to_the_runs_and_the_empty_list_to_the_demo(client: TestClient) -> None:
    assert client.get("/").headers["location"] == "/runs"
    page = text(client, "/runs")
    assert "what does your loss really train?" in page
    assert "10-second demo" in page


@pytest.mark.parametrize("preset", PRESETS)
def test_a_presets_form_launches_the_preset(client: TestClient, preset: str) -> None:
    form = form_of(text(client, f"/runs/new?preset={preset}"))
    answer = client.post("/runs", data=form)
    assert answer.status_code == 303
    launched = client.get("/api/runs", params={"sort": "created"}).json()["runs"]
    assert [TrainConfig.parse(run["config"]) for run in launched] == list(PRESETS[preset].configs())
    ids = ",".join(str(run["id"]) for run in launched)
    assert answer.headers["location"] == ("/runs/1" if len(launched) == 1 else f"/compare?runs={ids}")


def test_submitting_twice_launches_once(client: TestClient) -> None:
    form = form_of(text(client, "/runs/new"))
    places = {client.post("/runs", data=form).headers["location"] for _ in range(3)}
    assert places == {"/runs/1"}
    assert len(client.get("/api/runs").json()["runs"]) == 1


def test_a_refused_form_keeps_what_was_typed_and_says_what_is_wrong(client: TestClient) -> None:
    form = form_of(text(client, "/runs/new?preset=cb-vs-bce"))
    form |= {"latent_dim": "0", "learning_rate": "fast", "hidden": "300, 20", "name": "<mine>"}
    answer = client.post("/runs", data=form)
    assert answer.status_code == 422
    page = answer.text
    assert 'name="latent_dim" value="0"' in page
    assert 'name="learning_rate" value="fast"' in page
    assert 'name="hidden" value="300, 20"' in page
    assert "&lt;mine&gt;" in page
    assert 'id="latent_dim-error" data-live><p>Latent dimensions: a whole number from 1 to 4,096</p>' in page
    assert 'href="#learning_rate"' in page
    assert page.count('aria-invalid="true"') == 2
    assert 'name="twin" value="1" checked' in page
    assert client.get("/api/runs").json()["runs"] == []


def test_a_remedy_launches_with_one_click(client: TestClient) -> None:
    form = form_of(text(client, "/runs/new")) | {"likelihood": "continuous_bernoulli"}
    page = unescape(client.post("/runs", data=form).text)
    (remedy,) = re.findall(r'name="remedy" value="([^"]*)"', page)
    assert remedy == "dequantize=true"
    answer = client.post("/runs", data=form_of(page) | {"remedy": remedy})
    assert answer.status_code == 303
    config = client.get(f"/api{answer.headers['location']}").json()["config"]
    assert (config["likelihood"], config["dequantize"]) == ("continuous_bernoulli", True)


def test_a_fork_is_a_form_that_begins_with_a_runs_weights(client: TestClient, trained: Trained) -> None:
    parent = trained(beta=2)
    page = text(client, f"/runs/new?from={parent}&fork=20")
    assert "begins with the weights of" in page
    form = form_of(page)
    assert (form["from"], form["fork"]) == (str(parent), "20")
    assert "reads them as" not in client.post("/runs/preflight", data=form).text
    warned = unescape(client.post("/runs/preflight", data={**form, "likelihood": "gaussian"}).text)
    assert "a Gaussian decoder reads them as the values of pixels. It starts far off" in warned
    assert (
        "reads them as" not in client.post("/runs/preflight", data={**form, "likelihood": "gaussian", "fork": ""}).text
    )
    refused = client.post("/runs", data={**form, "beta": "-1"})
    assert refused.status_code == 422
    assert form_of(refused.text)["fork"] == "20"
    for _ in range(2):  # a repeated submit launches nothing
        answer = client.post("/runs", data={**form, "likelihood": "gaussian"})
    child = client.get(f"/api{answer.headers['location']}").json()
    assert (child["parent_id"], child["parent_step"]) == (parent, 20)
    assert (child["config"]["likelihood"], child["config"]["beta"]) == ("gaussian", 2)
    assert len(client.get("/api/runs").json()["runs"]) == 2
    assert f'<a href="/runs/{parent}">run {parent}</a> at step 20' in text(client, f"/runs/{child['id']}")


def test_a_clone_is_the_same_form_filled_in(client: TestClient, launch: Launch) -> None:
    run = launch(likelihood="gaussian", sigma=0.123456789, hidden=[30, 20], epochs=None, max_steps=9)
    form = form_of(text(client, f"/runs/new?from={run['id']}"))
    answer = client.post("/runs", data=form)
    assert client.get(f"/api{answer.headers['location']}").json()["config"] == run["config"]


def test_the_address_fills_in_fields_on_top_of_a_preset_or_a_run(client: TestClient, launch: Launch) -> None:
    form = form_of(text(client, "/runs/new?preset=mse&sigma=0.25&latent_dim=3"))
    assert (form["likelihood"], form["sigma"], form["latent_dim"], form["preset"]) == ("gaussian", "0.25", "3", "mse")
    config = client.get("/api" + client.post("/runs", data=form).headers["location"]).json()["config"]
    assert (config["sigma"], config["latent_dim"], config["max_steps"]) == (0.25, 3, 3000)
    run = launch(seed=7)["id"]
    form = form_of(text(client, f"/runs/new?from={run}&likelihood=laplace"))
    assert (form["likelihood"], form["seed"]) == ("laplace", "7")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("latent_dim=0", 'id="latent_dim-error" data-live><p>Latent dimensions: a whole number from 1 to 4,096</p>'),
        ("preset=mse&sigma=<b>wide", "σ, the scale: a number from 0.001 to 100"),
        ("likelihood=cauchy", "Loss: one of Bernoulli (BCE), "),
        ("surprise=1", "surprise is not a field of the configuration"),
        ("likelihood=continuous_bernoulli", "Dequantise pixels: Yes, and start"),
    ],
)
def test_an_address_that_fills_in_nonsense_is_a_form_with_a_sentence(client: TestClient, query: str, said: str) -> None:
    page = text(client, f"/runs/new?{query}", 422)
    assert said in page
    assert "<b>wide" not in client.get(f"/runs/new?{query}").text
    assert 'action="/runs"' in page


def test_a_queued_run_waits_and_can_be_stopped(client: TestClient, launch: Launch) -> None:
    run = launch()["id"]
    page = text(client, f"/runs/{run}")
    assert "waiting for a free slot" in page
    assert f'action="/runs/{run}/stop"' in page
    assert client.post(f"/runs/{run}/stop").headers["location"] == f"/runs/{run}"
    assert client.post(f"/runs/{run}/stop").status_code == 303
    assert 'class="badge stopped"' in text(client, f"/runs/{run}")


def test_a_running_run_shows_how_long_it_will_take(
    client: TestClient, launch: Launch, become: Callable[..., None]
) -> None:
    run = launch(max_steps=400)["id"]
    become(run, status="running", step=100, seconds=20.0)
    for path in (f"/runs/{run}", "/runs"):
        assert "about 60\u00a0s left" in text(client, path)


def test_a_finished_run_shows_its_numbers_and_its_command(client: TestClient, trained: Trained) -> None:
    page = text(client, f"/runs/{trained(latent_dim=2)}")
    assert "102.50" in page  # held-out −ELBO
    assert "elboard train --set latent_dim=2" in page
    assert 'data-kpi="kl"' in page
    assert "/static/plotly-" in page


def test_only_an_older_run_has_no_rows_for_its_vitals(
    client: TestClient, launch: Launch, trained: Trained, vitals: Callable[..., Vitals]
) -> None:
    def rows(run: int) -> list[str]:
        figure = embedded(client.get(f"/runs/{run}").text, "figures")["training"]
        return [title["text"] for title in figure["layout"]["annotations"]]

    older = rows(trained())
    assert len(older) == 2
    taken = ["gradient norm", "learning rate", "memory — bytes"]
    assert rows(trained(vitals=vitals(40))) == rows(launch()["id"]) == [*older, *taken]
    sparse = [*older, "gradient norm, every 200 steps", *taken[1:]]
    assert rows(trained(epochs=None, max_steps=100_000)) == sparse  # its first are yet to come


def test_a_loss_that_is_not_the_elbo_says_what_it_trains(client: TestClient, trained: Trained) -> None:
    run = trained(likelihood="gaussian", reconstruction_reduction="mean")
    page = text(client, f"/runs/{run}")
    assert "weighs the KL as β = 64 would" in page
    assert "a Gaussian with σ = 5.66" in page
    assert "weighs the KL" not in text(client, f"/runs/{trained()}")
    told = client.get(f"/api/runs/{run}").json()["implied"]
    assert told == {"beta": pytest.approx(64), "sigma": pytest.approx(32**0.5)}


def test_a_density_without_a_floor_says_so(application: FastAPI, client: TestClient, trained: Trained) -> None:
    """A new run must dequantise; a stored one of an older version did not have to."""
    warning = "−ELBO has no floor"
    run = trained(likelihood="continuous_bernoulli", dequantize=True)
    assert warning not in text(client, f"/runs/{run}")
    with application.state.database.write() as session:
        old = session.get(RunRow, run)
        old.config = {**old.config, "dequantize": False}
        session.add(old)
    assert warning in text(client, f"/runs/{run}")


def test_an_objective_that_is_not_the_elbo_is_named(client: TestClient, trained: Trained) -> None:
    said = "What is plotted is the ELBO"
    assert said not in text(client, f"/runs/{trained()}")
    page = text(client, f"/runs/{trained(objective='iwae', importance_samples=7)}")
    assert "IWAE) with K = 7" in page
    assert said in page


def test_a_finished_run_shows_its_examination(client: TestClient, trained: Trained, report: Report) -> None:
    page = text(client, f"/runs/{trained(report)}")
    assert "−98.50" in page
    assert "4.00" in page  # the gap to the ELBO, -102.5
    assert "fewer than 5 % of the samples" in page
    assert "≥ 5.10" in page
    assert re.search(r"of (\d+) dimensions are active; all \1 together carry [\d.]+ nats\.", page)
    assert "add up to the KL, here 6.70 nats: an estimate from a sample of each of 250 posteriors; the KL of" in page
    assert "outputs read as its means" in page
    assert "35.0 nats more when its outputs are read" in page
    assert "expects errors of 0.400 a pixel; on held-out images they are 0.100" in page
    assert '"histogram"' in page
    assert "The examination" not in page


def test_a_run_without_a_report_says_why(client: TestClient, launch: Launch, trained: Trained) -> None:
    assert "the model is examined when training has finished" in text(client, f"/runs/{launch()['id']}")
    assert "No report: ended before" in text(client, f"/runs/{trained()}")


def test_a_gap_that_is_noise_has_no_digits_of_its_own(client: TestClient, trained: Trained, report: Report) -> None:
    elbo = client.get(f"/api/runs/{trained(report)}").json()["evaluation"]["elbo"]
    bound = replace(report.bound, log_px=elbo - 0.000491, images=360, se=0.5)
    page = text(client, f"/runs/{trained(replace(report, bound=bound))}")
    assert "<dt>gap to the ELBO</dt><dd>0.00</dd>" in page  # it was −0.000491
    worse = text(client, f"/runs/{trained(replace(report, bound=replace(bound, log_px=elbo - 0.03)))}")
    assert "<dd>−0.03</dd>" in worse
    assert "below 0 by the noise of the samples" in worse


def test_an_examined_autoencoder_has_no_bound(client: TestClient, trained: Trained, report: Report) -> None:
    readings = tuple(replace(one, elbo=None, elbo_se=None, bits_per_dim=None) for one in report.xray)
    page = text(client, f"/runs/{trained(replace(report, bound=None, surgery=None, xray=readings), model='ae')}")
    table = page[page.index('<table id="xray"') :]
    assert "−ELBO" not in table[: table.index("</table>")]
    assert "mutual information" not in page
    assert "91.2\u00a0%" in page


def test_examined_runs_are_compared_reading_by_reading(client: TestClient, trained: Trained, report: Report) -> None:
    better = tuple(replace(one, elbo=one.elbo + 10) for one in report.xray)
    bce = trained(report)
    cb = trained(replace(report, xray=better), likelihood="continuous_bernoulli", dequantize=True)
    page = text(client, f"/compare?runs={bce},{cb}")
    assert "Gaussian, σ fitted" in page
    assert "make up" in page
    assert "Not all of these were examined" in text(client, f"/compare?runs={bce},{trained()}")


def test_finished_runs_are_compared_image_by_image(
    client: TestClient, trained: Trained, report: Report, scores: Callable[..., Scores]
) -> None:
    a, b = trained(report, scores(mse=0.02)), trained(report, scores(mse=0.01), likelihood="gaussian")
    page = text(client, f"/compare?runs={a},{b}")
    assert "MSE has the lower squared error of these two trained models, 0.0100 a pixel (BCE: 0.0200)." in page
    assert '<td class="num">100\u00a0% <small>(10)</small></td>' in page  # of all, by MSE
    assert page.count("data:image/png;base64,") == 10 * 3
    assert f'href="/compare?runs={a},{b}&base={b}#yardsticks-title"' in page
    turned = text(client, f"/compare?runs={a},{b}&base={b}&by=gaussian_fitted")
    assert "+0.0100\u00a0±\u00a00.0021 (+100\u00a0%)" in turned
    assert '<option value="gaussian_fitted" selected>' in turned


def test_runs_without_scores_say_rerun_to_pair(
    client: TestClient, trained: Trained, report: Report, scores: Callable[..., Scores]
) -> None:
    pair = trained(report, scores()), trained(report)
    scored, other = (client.get(f"/api/runs/{run}").json()["name"] for run in pair)
    page = text(client, f"/compare?runs={pair[0]},{pair[1]}")
    verdict = page[page.index('id="verdict"') :].split("</section>")[0]
    assert f"{other}: ended before images were scored one by one, so rerun it to pair" in verdict
    assert f"{scored}: " not in verdict
    assert "data:image/png" not in page


def test_runs_of_one_unit_share_a_plane_and_a_sweep_of_beta_has_a_frontier(
    client: TestClient, trained: Trained
) -> None:
    one, two, mse, ae = trained(), trained(beta=2), trained(likelihood="gaussian"), trained(model="ae")
    page = text(client, f"/compare?runs={one},{two},{mse},{ae}")
    planes = [[trace["meta"] for trace in figure["data"]] for figure in embedded(page, "planes")]
    assert [{run for meta in plane for run in meta["runs"]} for plane in planes] == [{one, two}, {mse}]
    assert [plane[0]["role"] for plane in planes] == ["frontier", "training"]
    assert "Runs share a plane only if" in page
    assert "differ in β alone" in page
    assert "another trade of KL" in page


@pytest.mark.parametrize("query", ["base=99", "base=x", "by=luck"])
def test_a_comparison_by_nonsense_is_a_page_that_says_so(client: TestClient, trained: Trained, query: str) -> None:
    page = text(client, f"/compare?runs={trained()},{trained()}&{query}", 422)
    assert query.split("=", maxsplit=1)[0] in page
    assert "Back to the runs" in page


def test_a_run_is_renamed_on_its_page(client: TestClient, launch: Launch) -> None:
    run = launch()["id"]
    assert client.post(f"/runs/{run}/rename", data={"name": "héron"}).headers["location"] == f"/runs/{run}"
    assert "<h1>héron</h1>" in text(client, f"/runs/{run}")
    assert "name" in unescape(client.post(f"/runs/{run}/rename", data={"name": " "}).text)
    assert "<h1>héron</h1>" in text(client, f"/runs/{run}")


def test_a_run_is_tagged_on_its_page_and_found_by_it(client: TestClient, launch: Launch) -> None:
    run, other = (launch()["id"] for _ in range(2))
    client.post(f"/runs/{run}/rename", data={"name": "heron", "tags": " figure 2,, sweep ,figure 2"})
    assert client.get(f"/api/runs/{run}").json()["tags"] == ["figure 2", "sweep"]
    assert 'value="figure 2, sweep"' in client.get(f"/runs/{run}").text
    listed = client.get("/runs?tag=sweep").text
    assert f'data-run="{run}"' in listed
    assert f'data-run="{other}"' not in listed
    refused = client.post(f"/runs/{run}/rename", data={"name": "heron", "tags": "x" * 41})
    assert (refused.status_code, "at most 40 letters" in refused.text) == (422, True)
    client.post(f"/runs/{run}/rename", data={"name": "heron", "tags": ""})
    assert client.get(f"/api/runs/{run}").json()["tags"] == []


def test_notes_are_shown_as_markdown_edited_on_the_page_and_searched(client: TestClient, launch: Launch) -> None:
    run, other = (launch()["id"] for _ in range(2))
    assert "None yet." in text(client, f"/runs/{run}")
    notes = "**grey** mush, see [paper](https://arxiv.org)\r\n<img src=x onerror=alert(1)>"
    client.post(f"/runs/{run}/rename", data={"name": "heron", "notes": notes})
    page = client.get(f"/runs/{run}").text
    assert '<strong>grey</strong> mush, see <a href="https://arxiv.org" rel="noopener nofollow">paper</a>' in page
    assert "<img src=x" not in page
    assert client.get(f"/api/runs/{run}").json()["notes"] == notes.replace("\r", "")
    listed = client.get("/runs?q=grey** mush").text
    assert (f'data-run="{run}"' in listed, f'data-run="{other}"' in listed) == (True, False)
    refused = client.post(f"/runs/{run}/rename", data={"name": "heron", "notes": "x" * 20_001})
    assert refused.status_code == 422
    assert "notes must have at most 20,000 letters, not 20,001" in refused.text
    client.post(f"/runs/{run}/rename", data={"name": "heron", "notes": ""})
    assert client.get(f"/api/runs/{run}").json()["notes"] == ""


def test_an_autoencoder_shows_no_kl_and_no_bound(client: TestClient, trained: Trained) -> None:
    page = text(client, f"/runs/{trained(model='ae')}")
    assert "plain autoencoder" in page
    assert 'data-kpi="kl"' not in page
    assert "−ELBO" not in page[: page.index('type="application/json"')].split("<main")[1]


def test_the_published_number_stands_only_beside_its_own_configuration(client: TestClient) -> None:
    for changes, shown in (({}, True), ({"seed": 3}, True), ({"latent_dim": 2}, False)):
        body = {"preset": "pytorch-examples", "config": changes}
        run = client.post("/api/runs", json=body).json()["runs"][0]["id"]
        assert ("105.6" in text(client, f"/runs/{run}")) is shown


def test_a_finished_run_of_a_published_preset_says_whether_it_agrees(
    client: TestClient, application: FastAPI, evaluation: Callable[..., Any]
) -> None:
    run = client.post("/api/runs", json={"preset": "pytorch-examples"}).json()["runs"][0]["id"]
    assert "Judged when the run has finished" in text(client, f"/runs/{run}")
    with application.state.database.write() as session:
        attempt = attempts.claim(session, run).attempt
        evaluations.append(session, run, replace(evaluation(4690), elbo=-105.7))
        attempts.end(session, run, attempt, "finished")
    page = text(client, f"/runs/{run}")
    assert ">reproduced</span>" in page
    assert "one z sampled for each test image" in page
    (published,) = [line for line in embedded(page, "references") if line["name"] == "published"]
    assert (published["value"], published["axis"]) == (105.6, "y")


def test_a_run_has_lines_to_be_seen_against_once_its_pixels_are_counted(client: TestClient, trained: Trained) -> None:
    run = trained()
    page = text(client, f"/runs/{run}")
    lines = embedded(page, "references")
    assert {(line["axis"], line["name"]) for line in lines} == {
        (axis, name) for axis in ("y", "y2") for name in ("collapsed", "floor")
    }
    assert all(line["how"] in page for line in lines)


def test_a_page_asks_again_while_the_pixels_are_counted_and_not_where_there_are_none(
    client: TestClient, trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = Event()
    monkeypatch.setattr(pixel_statistics, "PATIENCE_S", 0)

    def count(dataset: str, *_: object, **__: object) -> None:
        if dataset == "mnist":
            raise DatasetUnavailable("…")
        assert release.wait(300)

    monkeypatch.setattr(pixel_statistics, "statistics", count)
    page = text(client, f"/runs/{trained()}")
    release.set()
    assert "<li data-soon>None yet: the pixels of Digits 8×8 are being counted" in page
    run = trained(dataset="mnist")
    missing = wait_until(lambda: "they need the pixels of MNIST" in (page := text(client, f"/runs/{run}")) and page)
    assert "data-soon" not in missing


def test_a_page_with_a_published_line_asks_again_for_the_others(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = Event()
    monkeypatch.setattr(pixel_statistics, "PATIENCE_S", 0)
    monkeypatch.setattr(pixel_statistics, "statistics", lambda *_, **__: release.wait(300))
    run = client.post("/api/runs", json={"preset": "pytorch-examples"}).json()["runs"][0]["id"]
    page = text(client, f"/runs/{run}")
    release.set()
    assert [line["name"] for line in embedded(page, "references")] == ["published"]
    assert "<li data-soon>More soon: the pixels of MNIST are being counted" in page


def test_deleting_hides_and_offers_the_way_back(client: TestClient, trained: Trained) -> None:
    run = trained()
    answer = client.post(f"/runs/{run}/delete")
    page = text(client, answer.headers["location"])
    assert ">Undo<" in page
    assert f'<tr data-run="{run}">' not in page
    assert ">Undo<" not in text(client, client.post(f"/runs/{run}/restore").headers["location"])
    assert f'<tr data-run="{run}">' in text(client, "/runs")


def test_the_list_filters_by_link(client: TestClient, trained: Trained) -> None:
    trained()
    trained(likelihood="gaussian")
    assert text(client, "/runs?likelihood=gaussian&status=&dataset=&q=").count("<tr data-run") == 1
    assert "No run matches" in text(client, "/runs?q=nothing-like-it")


def test_a_row_shows_the_course_of_its_run(client: TestClient, trained: Trained, block: Callable[..., Any]) -> None:
    total = -block(1, 40).elbo
    first, best, now = (number(float(value)) for value in (total[0], total.min(), total[-1]))
    run = trained()
    page = text(client, "/runs?columns=latest&columns=best,course")
    assert f"−ELBO {first} at first, {best} at best, {now} at last</title><path d=" in page
    assert (f">{now}</td>" in page, f">{best}</td>" in page, "<small>reconstruction" in page) == (True, True, False)
    rows = text(client, f"/runs/rows?run={run}&run=99&columns=latest")
    assert rows.count("<tr") == 1
    assert (f">{now}</td>" in rows, '<svg class="spark' in rows) == (True, False)
    trained(model="ae")
    assert "<small>reconstruction" in text(client, "/runs")


def test_a_runs_course_is_drawn_before_any_script_comes(
    client: TestClient, launch: Launch, trained: Trained, block: Callable[..., Any]
) -> None:
    drawn = re.compile(r'id="chart"[^>]*>\s*<div class="preview">\s*<p>(.*?)</p>\s*<svg[^>]*><path d="M[^"]+">')
    total = -block(1, 40).elbo
    first, best, now = (number(float(value)) for value in (total[0], total.min(), total[-1]))
    said = f"−ELBO, nats/image: {first} at first, {best} at best, {now} at step 40"
    assert drawn.search(text(client, f"/runs/{trained()}"))[1] == said
    assert drawn.search(text(client, f"/runs/{trained(model='ae')}"))[1].startswith("Reconstruction, nats/image: ")
    assert 'class="preview"' not in text(client, f"/runs/{launch()['id']}")


def test_headings_sort_and_columns_are_chosen_in_the_address(client: TestClient, trained: Trained) -> None:
    trained()
    page = text(client, "/runs?q=-&status=finished&sort=name&columns=best%2Ccreated")
    assert re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', page) == ["Run", "−ELBO best", "Created"]
    assert 'aria-sort="ascending"><a href="/runs?q=-&status=finished&columns=best%2Ccreated&sort=-name">' in page
    assert '<input type="hidden" name="sort" value="name">' in page
    assert 'value="best" checked' in page
    assert "columns must be among status, course" in text(client, "/runs?columns=likelihood,lost", 422)


def test_menus_say_what_they_would_leave_and_keep_what_was_chosen(client: TestClient, trained: Trained) -> None:
    for run, name in ((trained(), "ant"), (trained(likelihood="gaussian"), "bee")):
        client.patch(f"/api/runs/{run}", json={"name": name, "tags": [name, "<b>"]})
    page = text(client, "/runs?likelihood=gaussian&tag=cow")
    options = re.findall(r'name="(\w+)" value="([^"]+)"( checked)?><span>[^<]+</span><small>(\d+)', page)
    assert ("likelihood", "gaussian", " checked", "0") in options  # no gaussian one is tagged cow
    assert ("tag", "cow", " checked", "0") in options
    assert ("tag", "bee", "", "1") in options
    assert 'href="/runs?tag=%3Cb%3E"' in text(client, "/runs")
    assert "2 runs" in text(client, "/runs")


def test_runs_launched_together_lead_to_each_other(client: TestClient) -> None:
    client.post("/api/runs", json={"seeds": [1, 2, 3]})
    client.post("/api/runs", json={})
    group = client.get("/api/runs", params={"sort": "created"}).json()["runs"][0]["group"]
    page = text(client, "/runs")
    assert page.count(f'href="/groups/{group}"') == 3
    together = text(client, f"/runs?group={group}&sort=name")
    assert together.count("<tr data-run") == 3
    assert 'href="/runs?sort=name">Show others too' in together
    assert f'<input type="hidden" name="group" value="{group}">' in together


def test_pages_follow_each_other_by_link(client: TestClient, launch: Launch) -> None:
    for _ in range(3):
        launch()
    page, seen = text(client, "/runs?limit=2&sort=name"), []
    for _ in range(2):
        seen += re.findall(r'<tr data-run="(\d+)"', page)
        if following := re.search(r'href="([^"]+)">Next page', page):
            assert following[1].startswith("/runs?limit=2&sort=name&after=")
            page = text(client, following[1])
    assert sorted(seen) == ["1", "2", "3"]
    assert 'href="/runs?limit=2&sort=name">First page' in page


def test_two_losses_are_compared_in_two_rows_with_the_reason(client: TestClient, trained: Trained) -> None:
    a, b = trained(), trained(likelihood="gaussian")
    page = text(client, f"/compare?run={a}&run={b}")
    assert "do not share an axis" in page
    assert "no common zero" in page
    assert "|A − B|" in page
    assert 'class="differs"' in page


def test_hostile_names_stay_text(client: TestClient, launch: Launch) -> None:
    run = launch()["id"]
    name = "</script><img src=x onerror=alert(1)>"
    client.patch(f"/api/runs/{run}", json={"name": name})
    for path in ("/runs", f"/runs/{run}", "/compare"):
        assert "<img src=x" not in client.get(path).text


@pytest.mark.parametrize("path", ["/runs/7", "/nowhere", "/runs/new?preset=nope", "/runs?limit=x", "/compare?runs=7,8"])
def test_what_is_not_there_is_a_page_that_says_so(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in {404, 422}
    assert "Back to the runs" in answer.text
    assert "Traceback" not in answer.text


def test_the_form_counts_steps_from_the_real_split_sizes(client: TestClient) -> None:
    assert FACTS["digits"].train == 1437
    page = text(client, "/runs/new?preset=bce&batch_size=100")
    assert re.search(r'<dt>Steps<small>, 15 an epoch</small></dt><dd data-fact="steps">3,000</dd>', page)
