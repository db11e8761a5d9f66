"""Saved views, as a program and as the pages' forms see them."""

from collections.abc import Callable
from html import unescape
from typing import Any

from starlette.testclient import TestClient

BEST = {"name": "best", "note": "by MSE", "address": "/runs?sort=mse_per_pixel"}


def test_views_over_the_api(holds: Callable[..., Any]) -> None:
    view = holds("/api/views", 201, BEST)
    assert view == {"id": 1, **BEST}
    changed = holds("/api/views/{view_id}", method="PATCH", body={"note": "of all"}, view_id=1)
    assert changed == {**view, "note": "of all"}
    assert holds("/api/views") == {"views": [changed]}
    assert holds("/api/views/{view_id}", method="DELETE", view_id=1) == changed
    assert holds("/api/views") == {"views": []}
    for method, body in (("DELETE", None), ("PATCH", {"name": "x"})):
        holds("/api/views/{view_id}", 404, method=method, body=body, view_id=1)


def test_an_address_elsewhere_is_refused(holds: Callable[..., Any]) -> None:
    for address in ("https://evil.example/runs", "/login", "//runs"):
        refused = holds("/api/views", 422, {**BEST, "address": address})
        assert refused["errors"][0]["field"] == "address"
        assert repr(address) in refused["errors"][0]["message"]
    assert holds("/api/views", 422, {**BEST, "surprise": 1})["errors"][0]["field"] == "surprise"


def test_the_list_and_a_comparison_save_themselves_and_offer_what_is_saved(
    client: TestClient, trained: Callable[..., int]
) -> None:
    one, other = trained(), trained(beta=2)
    for address in ("/runs?where=beta+%3E+1&sort=kl", f"/compare?runs={one},{other}&base={other}"):
        page = unescape(client.get(address).text)
        assert '<form method="post" action="/views">' in page
        assert f'name="address" value="{address}"' in page
        answer = client.post("/views", data={"name": "a <view>", "note": "why", "address": address})
        assert (answer.status_code, answer.headers["location"]) == (303, address)
        assert f'<a href="{address}">a <view></a> <small>why</small>' in unescape(client.get(address).text)


def test_views_are_renamed_and_deleted_on_their_page(client: TestClient) -> None:
    assert "None yet." in client.get("/views").text
    client.post("/views", data=BEST)
    page = client.get("/views").text
    assert f'<a href="{BEST["address"]}">best</a>' in page
    assert client.post("/views/1", data={"name": "better", "note": ""}).headers["location"] == "/views"
    assert client.get("/api/views").json()["views"][0] == {**BEST, "id": 1, "name": "better", "note": ""}
    assert client.post("/views/1/delete").headers["location"] == "/views"
    assert client.get("/api/views").json() == {"views": []}
    assert client.post("/views/1/delete").status_code == 404
    refused = client.post("/views", data={**BEST, "address": "https://evil.example/"})
    assert refused.status_code == 422
    assert "address must be that of a list or a comparison here" in refused.text
