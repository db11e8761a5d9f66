"""The comparison as the server sends it: who is shown, in which order, and what is said where there is nothing."""

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from threading import Event
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.web import pixel_statistics
from vae_core.report import Report, Scores

Launch = Callable[..., dict[str, Any]]
Trained = Callable[..., int]


def read(client: TestClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return unescape(answer.text)


def status_of(page: str) -> str:
    """What the choice says beside its button."""
    return re.search(r'<p id="count" role="status">(.*?)</p>', page)[1]


def ticked(page: str) -> list[int]:
    return [int(run) for run in re.findall(r'name="run" value="(\d+)" checked', page)]


def test_there_is_nothing_to_choose_from_before_the_second_run(client: TestClient, trained: Trained) -> None:
    assert "There are no runs so far" in read(client, "/compare")
    trained()
    page = read(client, "/compare")
    assert "There is one run so far" in page
    assert "chooser" not in page


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (1, "One run is ticked: tick at least one more."),
        (101, "101 runs are ticked, and 100 fit on one page: untick 1."),
    ],
)
@pytest.mark.parametrize("written", ["runs", "run"])
def test_too_few_or_too_many_runs_are_a_choice_with_these_ticked(
    client: TestClient, count: int, sentence: str, written: str
) -> None:
    for _ in range(2):
        client.post("/api/runs", json={"config": {}, "seeds": 51, "paused": True})
    chosen = list(range(1, count + 1))
    query = f"runs={','.join(map(str, chosen))}" if written == "runs" else "&".join(f"run={run}" for run in chosen)
    page = read(client, f"/compare?{query}")
    assert sorted(ticked(page)) == chosen
    assert status_of(page) == sentence
    assert set(map(int, re.findall(r'type="checkbox" name="run" value="(\d+)"', page))) >= {*chosen, 102}


def test_a_choice_of_none_says_so_once_it_was_sent(client: TestClient, launch: Launch) -> None:
    for _ in range(2):
        launch()
    assert status_of(read(client, "/compare")) == "Tick two to 8, or more to compare configurations."
    assert (
        status_of(read(client, "/compare?q=")) == "No run is ticked: tick two to 8, or more to compare configurations."
    )
    assert (
        status_of(read(client, "/compare?runs=998"))
        == "No run is ticked: tick two to 8, or more to compare configurations."
    )


def test_the_search_keeps_what_is_ticked_although_it_does_not_match(client: TestClient, launch: Launch) -> None:
    for name in ("heron", "otter", "heron two"):
        run = launch()["id"]
        client.patch(f"/api/runs/{run}", json={"name": name})
    page = read(client, "/compare?q=heron&choose=yes&run=2&run=3")
    assert ticked(page) == [3, 2]
    assert re.findall(r'name="run" value="(\d+)"', page) == ["3", "2", "1"]
    assert "Runs that match “heron”" in page
    assert "No other run matches “wren”." in read(client, "/compare?q=wren&choose=yes&run=1")


def test_ids_that_are_none_are_left_alone(client: TestClient, launch: Launch) -> None:
    for _ in range(2):
        launch()
    assert ticked(read(client, f"/compare?choose=yes&runs=1,x,²,-1,{10**40}")) == [1]
    assert "runs must name 2 to 8" in read(client, "/compare?runs=1,0", 422)
    assert '<p class="notice warn" role="status">There is no run 9.</p>' in read(client, "/compare?runs=9")
    assert "There are no runs 7, x." in read(client, "/compare?choose=yes&runs=1,7,x")
    assert "There is no run" not in read(client, "/compare?runs=01")


def test_runs_launched_together_are_one_link_away(client: TestClient, launch: Launch) -> None:
    launch()
    pair = client.post("/api/runs", json={"config": {}, "seeds": [1, 2]}).json()["runs"]
    listed = read(client, "/runs")
    links = re.findall(r'href="(/compare\?group=[^"]+)"', listed)
    assert len(links) == 2  # a row each; the run that was launched alone has none
    assert links[0] in read(client, f"/runs/{pair[0]['id']}")
    assert "/compare?group=" not in read(client, "/runs/1")
    assert client.get(links[0]).headers["location"] == "/compare?runs=2,3"
    many = client.post("/api/runs", json={"config": {}, "seeds": list(range(9))}).json()
    assert set(re.findall(r'href="(/compare\?group=[^"]+)"', read(client, "/runs"))) == set(links)  # nine do not fit
    assert f'href="/groups/{many["group"]}">The 9 launched together' in read(client, f"/runs/{many['runs'][0]['id']}")
    assert client.get(f"/compare?group={many['group']}").headers["location"] == f"/groups/{many['group']}"


def test_more_runs_than_have_a_letter_are_compared_by_configuration(client: TestClient, trained: Trained) -> None:
    ids = [trained(likelihood=name, seed=seed) for name in ("bernoulli", "gaussian") for seed in range(5)]
    address = f"/compare?runs={','.join(map(str, ids))}"
    page = read(client, address)
    assert "<h1>Compare 10 runs, 2 configurations</h1>" in page
    assert page.count('<th scope="row">') == 2
    assert f'href="{address}&each=yes"' in page
    assert f'href="{address}&choose=yes"' in page
    assert f'href="{address}"' in read(client, f"{address}&each=yes")
    assert "There is no run 99" in read(client, f"{address},99", 404)
    assert "runs must be numbers" in read(client, f"{address},x", 422)


def test_a_choice_of_many_says_that_they_are_compared_by_configuration(client: TestClient, launch: Launch) -> None:
    for _ in range(9):
        launch()
    page = read(client, f"/compare?choose=yes&runs={','.join(map(str, range(1, 10)))}")
    assert status_of(page) == "9 runs are ticked: more than 8 are compared by configuration."


def test_the_verdict_comes_first_and_the_pictures_before_the_numbers(client: TestClient, trained: Trained) -> None:
    page = read(client, f"/compare?runs={trained()},{trained(likelihood='gaussian')}")
    marks = ('id="verdict"', 'id="pictures"', 'id="chart"', 'id="yardsticks"', 'id="by-class"', 'id="xray-title"',
             'id="plane"', 'id="contrasts"', 'id="configuration"', 'id="comparable"')  # fmt: skip
    places = [page.index(mark) for mark in marks]
    assert places == sorted(places)


def test_a_verdict_asks_again_while_the_pixels_are_counted(
    client: TestClient, trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = Event()
    monkeypatch.setattr(pixel_statistics, "PATIENCE_S", 0)
    monkeypatch.setattr(pixel_statistics, "statistics", lambda *_, **__: release.wait(300))
    address = f"/compare?runs={trained()},{trained(beta=2)}"
    counting = read(client, address)
    release.set()
    assert "data-soon>The pixels are being counted" in counting


def test_a_verdict_with_every_number_does_not_ask_again(client: TestClient, trained: Trained) -> None:
    assert "data-soon" not in read(client, f"/compare?runs={trained()},{trained(beta=2)}")


def test_bold_is_only_what_the_paired_images_are_sure_of(
    client: TestClient, trained: Trained, report: Report, scores: Callable[..., Scores]
) -> None:
    sharper = replace(report, fidelity=replace(report.fidelity, ssim=0.99))
    page = read(client, f"/compare?runs={trained(report, scores(mse=0.02))},{trained(sharper, scores(mse=0.01))}")
    table = page[page.index('id="yardsticks"') :].split("</table>")[0]
    mse, ssim = (next(row for row in table.split("<tr>") if f">{name}</span>" in row) for name in ("MSE", "SSIM"))
    assert "num best" in mse
    assert "(better)" in mse
    assert "num best" not in ssim  # greater, but nobody knows by how much it may be chance


def test_pictures_and_numbers_are_there_without_a_script(client: TestClient, trained: Trained) -> None:
    page = read(client, f"/compare?runs={trained()},{trained(beta=2)}")
    pictures = page[page.index('id="pictures"') : page.index("<figure class=")]
    assert pictures.count('src="/api/pictures/') == 3  # the inputs, and one run each
    assert "need JavaScript" not in pictures
    assert re.search(r"<p[^>]*data-no-pictures hidden>", pictures)
    assert "The curves need JavaScript; their numbers are here as CSV" in page


def test_runs_of_other_images_have_no_sections_that_cannot_fill(client: TestClient, trained: Trained) -> None:
    page = read(client, f"/compare?runs={trained()},{trained(dataset='mnist')}")
    assert "No pictures side by side: these runs look at different images" in page
    assert "Shown when all runs" not in page
    assert 'id="contrasts"' not in page


def test_an_autoencoder_beside_a_vae_has_no_codes_of_different_sizes(client: TestClient, trained: Trained) -> None:
    """Both have eight dimensions: what is missing is a prior."""
    vae, ae = trained(latent_dim=8), trained(latent_dim=8, model="ae")
    page = read(client, f"/compare?runs={vae},{ae}")
    assert "AE is a plain autoencoder, which has no prior to draw from" in page
    assert "latent codes" not in page
    assert "the latent codes have 4 and 8 dimensions" in read(client, f"/compare?runs={vae},{trained(latent_dim=4)}")
