"""The pages of sweeps as they come from the server. No run begins: there are no slots."""

import json
import re
from collections.abc import Callable, Sequence
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.records import TrialState
from app.store import sweeps

BODY: dict[str, Any] = {
    "name": "width",
    "space": {"beta": {"low": 0.1, "high": 10, "log": True}, "likelihood": ["gaussian", "laplace"]},
    "trials": 8,
}
ENDED: list[tuple[dict[str, Any], TrialState, list[float] | None]] = [
    ({"beta": 0.5, "likelihood": "gaussian"}, "complete", [105.25]),
    ({"beta": 2.0, "likelihood": "laplace"}, "complete", [99.5]),
    ({"beta": 8.0, "likelihood": "laplace"}, "pruned", [140.0]),
    ({"beta": 9.0, "likelihood": "gaussian"}, "failed", None),
]
Started = Callable[..., int]


@pytest.fixture
def started(client: TestClient, application: FastAPI) -> Started:
    """The number of a sweep whose first trials have ended like these; keyword arguments are its request's."""

    def make(ended: Sequence[tuple[dict[str, Any], TrialState, list[float] | None]] = ENDED, **given: Any) -> int:
        answer = client.post("/api/sweeps", json=BODY | given)
        assert answer.status_code == 201, answer.text
        sweep_id: int = answer.json()["id"]
        with application.state.database.write() as session:
            sweep = sweeps.get(session, sweep_id)
            for number, (params, state, values) in enumerate(ended, start=1):
                sweeps.add_trial(session, sweep, number, params, [])
                (trial, _), *_ = sweeps.open_trials(session, sweep_id)
                sweeps.note_result(session, trial, state, values, 40 if values else None)
        return sweep_id

    return make


def text(client: TestClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return unescape(answer.text)


def numbers(page: str) -> list[int]:
    """The trials in the order of the table."""
    return [int(number) for number in re.findall(r'data-trial="(\d+)"', page)]


def test_the_list_says_how_far_each_sweep_is_and_its_best(client: TestClient, started: Started) -> None:
    assert "No sweep yet" in text(client, "/sweeps")
    first = started()
    started([], name="empty", space={"latent_dim": [2, 4]}, trials=None, minutes=2.5)
    page = text(client, "/sweeps")
    assert re.findall(r'<a href="/sweeps/(\d+)">(\w+)</a>', page) == [("2", "empty"), (str(first), "width")]
    assert "99.5<small>nats/image, density of grey pixels</small>" in page
    assert "4<small>of 8 trials</small>" in page
    assert "0<small>of 2.5 min of training</small>" in page
    assert '<a class="button" href="/sweeps">Sweeps</a>' in text(client, "/runs")


def test_a_sweep_says_what_it_varies_how_far_it_is_and_what_leads(client: TestClient, started: Started) -> None:
    page = text(client, f"/sweeps/{started()}")
    assert "<dt>β</dt><dd>0.1 to 10, logarithmic</dd>" in page
    assert "<dt>Loss</dt><dd>Gaussian" in page
    assert "4 ended of 8 trials" in page
    assert re.findall(r"<dt>(Complete|Pruned|Without a result)</dt><dd>(\d+)</dd>", page) == [
        ("Complete", "2"), ("Pruned", "1"), ("Without a result", "1"),
    ]  # fmt: skip
    assert "<b>99.5</b> −ELBO <small>nats/image, density of grey pixels</small>" in page
    assert '<a class="button primary" href="/runs/new?from=2&seeds=3">Train it with 3 seeds</a>' in page
    assert "at step 40" in page
    form = text(client, "/runs/new?from=2&seeds=3")
    assert re.search(r'name="seeds" value="3"', form)


def test_trials_are_sorted_by_links_those_without_a_value_last(client: TestClient, started: Started) -> None:
    path = f"/sweeps/{started()}"
    assert numbers(text(client, path)) == [4, 3, 2, 1]
    assert numbers(text(client, f"{path}?sort=negative_elbo")) == [2, 1, 3, 4]
    assert numbers(text(client, f"{path}?sort=-negative_elbo")) == [3, 1, 2, 4]
    assert numbers(text(client, f"{path}?sort=-beta")) == [4, 3, 2, 1]
    assert numbers(text(client, f"{path}?sort=likelihood")) == [1, 4, 2, 3]
    page = text(client, f"{path}?sort=beta")
    assert 'aria-sort="ascending"><a href="' + path + '?sort=-beta#trials-title">β</a>' in page
    assert "sort must be one of number, state, negative_elbo, beta, likelihood" in text(client, f"{path}?sort=x", 422)


def test_of_two_quantities_the_frontier_is_listed(client: TestClient, started: Started) -> None:
    ended: list[tuple[dict[str, Any], TrialState, list[float] | None]] = [
        ({"beta": beta}, "complete", values)
        for beta, values in ((0.5, [20.0, 0.01]), (1.0, [10.0, 0.02]), (2.0, [12.0, 0.03]))
    ]
    sweep = started(ended, space={"beta": [0.5, 1, 2]}, minimise=["kl", "mse_per_pixel"])
    page = text(client, f"/sweeps/{sweep}")
    listed = re.findall(r"<li>KL ([\d.]+), MSE ([\d.]+): <a href=\"/runs/(\d)\">", page)
    assert listed == [("10.0", "0.0200", "2"), ("20.0", "0.0100", "1")]
    assert "2 on the frontier" in text(client, "/sweeps")


def test_the_buttons_do_what_the_state_allows(client: TestClient, started: Started) -> None:
    path = f"/sweeps/{started()}"

    def offered() -> list[str]:
        return re.findall(rf'action="{path}/(pause|resume|stop)"', text(client, path))

    assert offered() == ["pause", "stop"]
    assert client.post(f"{path}/pause").headers["location"] == path
    assert offered() == ["resume", "stop"]
    assert client.post(f"{path}/pause").status_code == 303  # somebody else was faster
    client.post(f"{path}/stop")
    assert offered() == ["resume"]
    assert client.post(f"{path}/extend", data={"trials": "12"}).headers["location"] == path
    assert "of 12 trials" in text(client, path)
    assert offered() == ["pause", "stop"]
    assert client.post(f"{path}/extend", data={"trials": "12"}).status_code == 409
    assert client.post(f"{path}/extend", data={"trials": "many"}).status_code == 422
    assert client.post(f"{path}/extend", data={}).status_code == 422


def test_a_sweep_that_is_not_there(client: TestClient) -> None:
    assert "There is no sweep 7." in text(client, "/sweeps/7", 404)
    assert "There is no sweep “abc”: sweeps have numbers, as in /sweeps/1." in text(client, "/sweeps/abc", 404)
    assert client.post("/sweeps/7/stop").status_code == 404


def test_the_pictures_are_of_the_fields_that_the_address_names(client: TestClient, started: Started) -> None:
    path = f"/sweeps/{started()}"
    page = text(client, path)
    assert "<figcaption>−ELBO over β <small>nats/image, density of grey pixels</small></figcaption>" in page
    assert "Too few trials have ended." in page  # for the importance
    figure = json.loads(re.search(r'id="field-figure" data-live>(.*?)</script>', page)[1])
    assert [trace["customdata"] for trace in figure["data"]] == [[3], [1], [2]]
    page = text(client, f"{path}?field=likelihood&sort=beta")
    assert "<figcaption>−ELBO over Loss <small>" in page
    assert '<input type="hidden" name="sort" value="beta">' in page
    assert "?field=likelihood&sort=-beta#trials-title" in page
    assert "nonsense" in text(client, f"{path}?nonsense=1", 422)
    assert client.get(f"/sweeps/{started([], name='none yet')}").status_code == 200
