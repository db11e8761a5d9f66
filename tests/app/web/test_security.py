"""Nobody gets in without the token, from another host name, or from another site's page."""

import re
import stat
from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.web.security import CONTENT_SECURITY_POLICY
from tests.app.web.conftest import IdleExecutor

PUBLIC = {"/api/health", "/login", "/static/plotly-{digest}.min.js"}
BASE = "http://127.0.0.1:8000"


@pytest.fixture
def locked(tmp_path: Path) -> FastAPI:
    return create_app(Settings(data=tmp_path / "data", slots=0), IdleExecutor())


@pytest.fixture
def stranger(locked: FastAPI) -> Iterator[TestClient]:
    with TestClient(locked, base_url=BASE, follow_redirects=False) as client:
        yield client


@pytest.fixture
def token(tmp_path: Path, stranger: TestClient) -> str:  # noqa: ARG001  starting the application makes the token
    return (tmp_path / "data" / "token").read_text().strip()


def routes(application: FastAPI) -> list[tuple[str, str]]:
    """Method and path of every route."""
    return sorted({(method, route.path) for route in walk(application) for method in route.methods})


def walk(application: FastAPI) -> Iterator[APIRoute]:
    """Routes of the application and of the routers within."""
    waiting = list(application.routes)
    while waiting:
        route = waiting.pop()
        if isinstance(route, APIRoute):
            yield route
        waiting += getattr(getattr(route, "original_router", None), "routes", [])


def test_every_route_but_the_public_ones_wants_credentials(locked: FastAPI, stranger: TestClient) -> None:
    checked = 0
    for method, path in routes(locked):
        if path in PUBLIC:
            continue
        answer = stranger.request(method, path.replace("{run_id}", "1").replace("{digest}", "0" * 64))
        expected = 401 if path.startswith("/api/") else 303
        assert answer.status_code == expected, (method, path)
        checked += 1
    assert checked >= 25
    documented = set(locked.openapi()["paths"])
    assert documented <= {path for _, path in routes(locked)}


def test_the_token_opens_as_a_bearer(stranger: TestClient, token: str) -> None:
    assert stranger.get("/api/runs", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    for wrong in (f"Bearer {token}x", "Bearer ", f"Basic {token}", token):
        assert stranger.get("/api/runs", headers={"Authorization": wrong}).status_code == 401


def test_the_token_file_is_for_its_owner_only_and_stays(tmp_path: Path, token: str) -> None:
    file = tmp_path / "data" / "token"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    create_app(Settings(data=tmp_path / "data", slots=0), IdleExecutor())
    assert file.read_text().strip() == token
    assert len(token) >= 43


def test_an_empty_token_file_opens_nothing(tmp_path: Path) -> None:
    file = tmp_path / "data" / "token"
    file.parent.mkdir()
    file.touch()
    app = create_app(Settings(data=tmp_path / "data", slots=0), IdleExecutor())
    assert len(app.state.gate.token) >= 43
    assert file.read_text().strip() == app.state.gate.token


def test_a_code_signs_in_once(locked: FastAPI, stranger: TestClient) -> None:
    code = locked.state.gate.new_code()
    entered = stranger.get("/login", params={"code": code})
    assert (entered.status_code, entered.headers["location"]) == (303, "/runs")
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert stranger.get("/runs").status_code == 200
    stranger.cookies.clear()
    assert stranger.get("/login", params={"code": code}).status_code == 401


def test_a_used_link_leads_on_where_somebody_is_signed_in(locked: FastAPI, stranger: TestClient) -> None:
    code, other = locked.state.gate.new_code(), locked.state.gate.new_code()
    for _ in range(2):
        entered = stranger.get("/login", params={"code": code, "next": "/explain"})
        assert (entered.status_code, entered.headers["location"]) == (303, "/explain")
    assert stranger.get("/login", params={"code": other}).status_code == 303
    assert stranger.post("/login", data={"token": "guess"}).status_code == 401  # what is typed is checked
    stranger.cookies.clear()
    assert stranger.get("/login", params={"code": other}).status_code == 401  # it was used, too


PAGES = ["/runs/new?preset=mse", "/runs/1?x=epoch&y=log", "/compare?runs=1,2&name=a%26b", "/explain", "/runs?q=%C3%BC"]


@pytest.mark.parametrize("path", PAGES)
def test_the_sign_in_leads_to_what_was_asked_for(stranger: TestClient, token: str, path: str) -> None:
    sent = stranger.get(path)
    assert sent.status_code == 303
    form = stranger.get(sent.headers["location"]).text
    destination = unescape(re.search('name="next" value="([^"]*)"', form)[1])
    refused = stranger.post("/login", data={"token": "guess", "next": destination})
    assert f'value="{escape(destination)}"' in refused.text  # another try leads there as well
    entered = stranger.post("/login", data={"token": token, "next": destination})
    assert entered.headers["location"] == path


def test_after_a_refused_change_the_sign_in_leads_home(stranger: TestClient) -> None:
    assert stranger.post("/runs/1/stop").headers["location"] == "/login"


FOREIGN = [
    "//evil", "///evil", "/\\evil", "\\\\evil", "https:evil", "https://evil", "javascript:alert(1)", "evil", "",
    " /runs", "/\tevil", "/\n/evil", "/\x00", "/runs\r\nSet-Cookie: a=b", "/runs\x7f", "/runs\x85",
    "/login?code=1", "/login",
]  # fmt: skip


@pytest.mark.parametrize("destination", FOREIGN)
def test_the_sign_in_leads_nowhere_else(stranger: TestClient, token: str, destination: str) -> None:
    entered = stranger.post("/login", data={"token": token, "next": destination})
    assert entered.headers["location"] == "/runs"
    again = stranger.get("/login", params={"next": destination})
    assert again.headers["location"] == "/runs"


def test_the_form_takes_the_token_and_refuses_others(stranger: TestClient, token: str) -> None:
    refused = stranger.post("/login", data={"token": "guess"})
    assert refused.status_code == 401
    assert "not this server" in refused.text
    assert stranger.post("/login", data={"token": f" {token} "}).status_code == 303
    assert stranger.get("/api/runs").status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.", "10.0.0.1", ""])
def test_foreign_host_names_are_refused_everywhere(client: TestClient, host: str) -> None:
    for path in ("/api/health", "/runs", "/static/css/base.css"):
        assert client.get(path, headers={"Host": host}).status_code == 400


CROSS_SITE = [
    ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403),
    ({"Sec-Fetch-Site": "garbage"}, 403),
    ({"Origin": "null"}, 403),
    ({"Origin": "http://evil.example"}, 403),
    ({"Origin": "http://127.0.0.1:9999"}, 403),
    ({"Origin": "https://127.0.0.1:8000"}, 403),
    ({"Sec-Fetch-Site": "cross-site", "Origin": BASE}, 403),
    ({"Sec-Fetch-Site": "same-origin"}, 404),
    ({"Sec-Fetch-Site": "none"}, 404),
    ({"Origin": BASE}, 404),
    ({}, 404),
]


@pytest.mark.parametrize("method", ["POST", "DELETE", "PATCH"])
@pytest.mark.parametrize(("headers", "status"), CROSS_SITE)
def test_changes_are_taken_from_this_sites_pages_only(
    client: TestClient, method: str, headers: dict[str, str], status: int
) -> None:
    path = "/api/runs/7" + ("/stop" if method == "POST" else "")
    body: dict[str, Any] = {"json": {"name": "x"}} if method == "PATCH" else {}
    assert client.request(method, path, headers=headers, **body).status_code == status


def test_every_answer_carries_the_protective_headers(client: TestClient) -> None:
    for path in ("/runs", "/api/runs", "/api/runs/7", "/nowhere", "/static/css/base.css", "/api/health"):
        headers = client.get(path).headers
        assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY, path
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers
    assert client.get("/runs").headers["cache-control"] == "no-store"
    assert "unsafe" not in CONTENT_SECURITY_POLICY
