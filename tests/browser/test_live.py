"""The stream in a browser: one for all tabs; nothing is lost when the server goes away, refuses it, or nobody looks."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Watch, accessibility_faults, eventually
from tests.server import Server, wait_until

Visit = Callable[[str], Page]
CHART = "document.getElementById('chart')"
LINE = f"{CHART}.data.find((trace) => trace.meta.role === 'line').x"
ENDLESS = {"hidden": [32], "max_steps": 10**6, "evaluate_every": 10**6, "picture_every": 10**6}
TABS = 12


@pytest.fixture
def endless(server: Server) -> int:
    (run,) = server.launch(name="watched", config=ENDLESS)
    return run["id"]


def stopped(server: Server, run: int) -> int:
    """The step at which a run came to rest."""
    server.stop_run(run)
    told = wait_until(lambda: (now := server.api.get(f"/api/runs/{run}").json())["status"] == "stopped" and now)
    return int(told["step"])


def assert_drawn_to(page: Page, step: int) -> None:
    """Every step up to the last one is in the chart, once: in points of so many steps each."""
    eventually(page, f"step => {LINE}.at(-1) === step", arg=step)
    drawn = page.evaluate(LINE)
    assert drawn == sorted(set(drawn))
    width = max(after - before for before, after in pairwise(drawn))
    assert drawn[:-1] == list(range(width, drawn[-2] + 1, width))


def hide(page: Page, hidden: bool) -> None:
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
            document.dispatchEvent(new Event('visibilitychange'));
        }""",
        hidden,
    )


def test_a_server_that_comes_back_leaves_no_gap(page: Page, tmp_path: Path) -> None:
    server = Server(tmp_path)
    watch = Watch(page, server.url)
    watch.expect("ERR_")
    (run,) = server.launch(name="survivor", config=ENDLESS)
    page.goto(f"{server.url}/runs/{run['id']}")
    eventually(page, f"Number({CHART}.dataset.points) > 20")
    expect(page.locator("#stream-state")).to_have_text("live")

    server.stop()
    expect(page.locator("#stream-state")).to_contain_text("reconnecting")

    again = Server(tmp_path, server.port)
    expect(page.locator("#stream-state")).to_have_text("live")
    assert again.api.get(f"/api/runs/{run['id']}").json()["status"] == "running"  # by itself, and was adopted
    assert_drawn_to(page, stopped(again, run["id"]))
    again.stop()
    watch.check()


def test_a_dozen_tabs_share_one_connection(page: Page, server: Server, pair: list[int]) -> None:
    tabs = [page, *(page.context.new_page() for _ in range(TABS - 1))]
    for number, tab in enumerate(tabs):
        tab.goto(server.url + (f"/runs/{pair[0]}" if number % 6 == 0 else "/runs"))
        expect(tab.locator("#stream-state")).to_have_text("live")

    process = psutil.Process(server.process.pid)

    def connections() -> int:
        return sum(one.status == psutil.CONN_ESTABLISHED for one in process.net_connections("tcp"))

    wait_until(lambda: connections() == 1)  # uvicorn closes the others after 5 s without a request
    (other,) = server.launch(name="for all", config={"hidden": [8], "max_steps": 20, "examine": False})
    for tab in tabs[1:6]:
        expect(tab.locator(f"tr[data-run='{other['id']}']")).to_be_visible(timeout=20_000)


def without_sharing(page: Page) -> None:
    """A browser that has no shared workers: its requests can be intercepted."""
    page.add_init_script("delete window.SharedWorker")


def test_an_error_status_is_retried(visit: Visit, page: Page, pair: list[int], watch: Watch) -> None:
    watch.expect("status of 503")
    without_sharing(page)
    refused = []

    def refuse(route: Route) -> None:
        refused.append(route)
        if len(refused) <= 2:
            route.fulfill(status=503, body="later")
        else:
            route.continue_()

    page.route("**/api/events*", refuse)
    visit(f"/runs/{pair[0]}")
    expect(page.locator("#stream-state")).to_have_text("live")
    assert len(refused) == 3


def test_where_no_stream_comes_through_the_page_asks_instead(
    visit: Visit, page: Page, server: Server, endless: int, watch: Watch
) -> None:
    watch.expect("status of 503")
    without_sharing(page)

    def refuse_streams(route: Route) -> None:
        if "application/json" in route.request.headers["accept"]:
            route.continue_()
        else:
            route.fulfill(status=503, body="no streams here")

    page.route("**/api/events*", refuse_streams)
    visit(f"/runs/{endless}")
    expect(page.locator("#stream-state")).to_have_text("live, polling")
    eventually(page, f"Number({CHART}.dataset.points) > 20")
    assert_drawn_to(page, stopped(server, endless))


def test_a_collapse_raises_an_alarm_while_it_happens(visit: Visit, server: Server) -> None:
    config = {"beta": 50, "hidden": [16], "latent_dim": 3, "max_steps": 800, "examine": False}
    (run,) = server.launch(name="heavy", config=config)
    page = visit(f"/runs/{run['id']}")
    expect(page.locator(".finding")).to_contain_text("The KL's weight is too large: β = 50.")
    expect(page.locator(".badge")).to_have_text("finished")
    expect(page.get_by_role("status").filter(has_text="Alarm: Posterior collapse.")).to_have_count(1)
    assert accessibility_faults(page) == []
    page.get_by_role("radio", name="training").check()
    sampled = f"{CHART}.data.find(({{ meta }}) => meta.field === 'grad_norm')?.x"
    eventually(page, f"{sampled}?.at(-1) === 800")
    assert page.evaluate(sampled) == list(range(2, 801, 2))  # most came while the page was open
    page.set_viewport_size({"width": 390, "height": 844})
    eventually(page, "document.documentElement.scrollWidth <= 390")  # once the charts have shrunk
    page.get_by_role("link", name="Train with β: 1").click()
    expect(page.locator("#beta")).to_have_value("1")
    expect(page.locator("#latent_dim")).to_have_value("3")


def test_a_hidden_tab_draws_nothing_and_catches_up(visit: Visit, server: Server, endless: int) -> None:
    page = visit(f"/runs/{endless}")
    eventually(page, f"Number({CHART}.dataset.points) > 20")
    hide(page, True)

    def is_quiet() -> bool:
        """Whether nothing is drawn and nothing heard while the run goes on; what is under way may end first."""
        before = page.evaluate(f"[{CHART}.dataset.draws, document.body.dataset.lastEventId]")
        step = told()["step"]
        wait_until(lambda: told()["step"] > step + 2000)
        return page.evaluate(f"[{CHART}.dataset.draws, document.body.dataset.lastEventId]") == before

    def told() -> dict[str, Any]:
        return server.api.get(f"/api/runs/{endless}").json()

    wait_until(is_quiet)
    hide(page, False)
    assert_drawn_to(page, stopped(server, endless))
