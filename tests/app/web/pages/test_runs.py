"""The list of runs as it comes from the server: the first visit, and its rows."""

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

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


def page_of(client: TestClient, query: str, status: int = 200) -> str:
    answer = client.get(f"/runs?{query}")
    assert answer.status_code == status
    return unescape(answer.text)


def ids(page: str) -> list[int]:
    return [int(run) for run in re.findall(r'<tr data-run="(\d+)"', page)]


def test_units_of_measure_are_ranked_apart_under_a_heading_that_says_why(client: TestClient, trained: Trained) -> None:
    entropy, other = trained(), trained()
    density = trained(likelihood="gaussian")
    page = page_of(client, "sort=negative_elbo")
    assert ids(page) == [entropy, other, density]
    assert re.findall(r'<tr class="unit"><th scope="colgroup" colspan="11">(.*?)</th>', page) == [
        "Unit of measure: nats/image, cross-entropy of grey pixels of Digits 8×8",
        "Another unit of measure: nats/image, density of grey pixels of Digits 8×8",
    ]
    assert '<tr class="unit">' not in page_of(client, "sort=name")
    assert page_of(client, "sort=mse_per_pixel").count('<tr class="unit">') == 1


def test_fields_of_the_configuration_are_columns_that_sort(client: TestClient, trained: Trained) -> None:
    trained(beta=4, hidden=[20, 10])
    trained(likelihood="gaussian", sigma=0.25)
    page = page_of(client, "columns=beta,hidden,sigma,grad_clip&sort=-beta")
    assert ids(page) == [1, 2]
    cells = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]* id=[^>]*>(.*?)</td>", page)]
    assert cells == ["4", "20, 10", "—", "none", "1", "400", "0.25", "none"]
    assert re.search(r'aria-sort="descending"><a href="[^"]*sort=beta">β</a>', page)
    assert 'value="hidden" checked' in page
    assert 'value="latent_dim">' in page


def test_the_number_that_sorts_is_pinned_for_narrow_screens(client: TestClient, trained: Trained) -> None:
    run = trained()
    for query, name in (("", "latest"), ("sort=kl", "kl"), ("sort=-best", "best"), ("columns=likelihood,beta", "beta")):
        assert f'<td class="num pinned" id="run-{run}-{name}"' in page_of(client, query)
    row = client.get("/runs/rows", params={"run": run, "columns": "latest,kl", "sort": "kl"}).text
    assert f'<td class="num pinned" id="run-{run}-kl"' in row


def test_typed_conditions_filter_and_stay_in_every_link(client: TestClient, trained: Trained) -> None:
    trained()
    twice = trained(beta=2)
    page = page_of(client, "where=beta+>+1&columns=beta")
    assert ids(page) == [twice]
    assert 'name="where" value="beta > 1"' in page
    assert f'href="/runs?{urlencode({"where": "beta > 1", "columns": "beta", "sort": "name"})}"' in page
    assert f'href="/api/runs.csv?{urlencode({"where": "beta > 1", "columns": "beta"})}"' in page


def test_conditions_that_cannot_be_read_list_nothing_and_lose_nothing(client: TestClient, trained: Trained) -> None:
    trained(beta=2)
    page = page_of(client, "where=beta+>+x&likelihood=bernoulli&q=-", 422)
    assert ids(page) == []
    assert 'value="beta > x"' in page
    assert 'id="wrong" role="alert">beta must be a number, not \'x\'.</p>' in page
    assert 'value="bernoulli" checked' in page
    assert "The conditions cannot be read." in page


def test_a_picked_condition_goes_to_those_that_were_typed(client: TestClient, trained: Trained) -> None:
    trained()
    answer = client.get("/runs?sort=name&where=beta+>+1&field=hidden&operator=%3D&value=200,+200")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/runs?{urlencode({'sort': 'name', 'where': 'beta > 1, hidden = 200, 200'})}"
    unused = client.get("/runs?where=&field=beta&operator=%3D&value=").headers["location"]
    assert unused == "/runs"
    assert "<option>gaussian</option>" in page_of(client, "")


def test_a_form_sent_without_a_script_leaves_links_that_work(client: TestClient, trained: Trained) -> None:
    trained()
    form = "q=&status=&columns=beta&columns=kl&where=&field=&operator=%3C&value="
    page = page_of(client, form)
    (table,) = re.findall(r'href="(/api/runs.csv[^"]*)"', page)
    assert client.get(table).text.startswith("id,name,beta,kl,unit")
    assert "operator=" not in table
    assert 'href="/runs?q=&status=&columns=beta&columns=kl&where=&sort=beta"' in page


def test_the_seeds_of_a_configuration_fold_into_a_row_that_leads_to_them(client: TestClient, trained: Trained) -> None:
    first, second, other = trained(seed=1), trained(seed=2), trained(beta=2)
    page = page_of(client, "fold=yes&columns=mse_per_pixel,beta&sort=-beta")
    assert ids(page) == []
    assert page.count('<th scope="row">') == 2
    assert re.findall(r'id="run-\d+-mse_per_pixel" data-live>(.*?)</td>', page) == ["0.0100", "0.0100"]
    (address,) = re.findall(r'href="([^"]*)" aria-label="The 2 seeds of', page)
    assert ids(page_of(client, address.partition("?")[2])) == [second, first]
    assert 'name="run"' not in page
    assert '<input type="hidden" name="fold" value="yes">' in page
    assert "fold" not in re.search(r'href="(/api/runs.csv[^"]*)"', page)[1]
    assert other in ids(page_of(client, ""))
    seeds = client.get("/api/runs", params={"configuration": re.search("configuration=(.*)", address)[1]}).json()[
        "runs"
    ]
    assert [run["id"] for run in seeds] == [second, first]
