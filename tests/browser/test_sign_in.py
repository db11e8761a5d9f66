"""The way in: to the page that was asked for, again where somebody is signed in, and out when the token changes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import accessibility_faults
from tests.server import Server


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "locked", auth=True)
    yield server
    assert server.stop() == 0


def token(server: Server) -> str:
    return (server.data / "token").read_text().strip()


def sign_in(page: Page, server: Server) -> None:
    page.get_by_label("Token").fill(token(server))
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_has_no_accessibility_fault(page: Page, locked: Server, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{locked.url}/runs/new?preset=mse")
    assert accessibility_faults(page) == []
    page.get_by_label("Token").fill("guess")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("not this server's token")
    assert accessibility_faults(page) == []
    sign_in(page, locked)
    page.wait_for_url(f"{locked.url}/runs/new?preset=mse")


def test_a_shared_link_opens_after_the_sign_in_and_a_new_token_signs_out(page: Page, tmp_path: Path) -> None:
    server = Server(tmp_path / "locked", auth=True)
    (run,) = server.launch(config={"max_steps": 3, "hidden": [8], "examine": False})
    path = f"/runs/{run['id']}?x=epoch&y=log"
    page.goto(server.url + path)
    sign_in(page, server)
    page.wait_for_url(server.url + path)
    state = page.locator("#stream-state")
    expect(state).to_have_text("live")

    server.kill()
    (server.data / "token").unlink()
    again = Server(server.data, port=server.port, auth=True)
    expect(state).to_have_text("signed out — sign in again")
    assert accessibility_faults(page) == []
    state.get_by_role("link").click()
    sign_in(page, again)
    page.wait_for_url(server.url + path)
    expect(state).to_have_text("live")
    assert again.stop() == 0
