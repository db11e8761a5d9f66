"""The stream in a browser: a server that goes away and comes back, and one that answers 503."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch, eventually
from tests.server import Server, wait_until

CHART = "document.getElementById('chart')"


def test_a_server_that_comes_back_leaves_no_gap(page: Page, tmp_path: Path) -> None:
    server = Server(tmp_path)
    watch = Watch(page, server.url)
    watch.expect("ERR_")
    (run,) = server.launch(name="survivor", config={"hidden": [32], "max_steps": 10**6, "evaluate_every": 10**6})
    page.goto(f"{server.url}/runs/{run['id']}")
    eventually(page, f"Number({CHART}.dataset.points) > 20")
    expect(page.locator("#stream-state")).to_have_text("live")

    server.stop()
    expect(page.locator("#stream-state")).to_contain_text("server gone")

    again = Server(tmp_path, server.port)
    expect(page.locator("#stream-state")).to_have_text("live", timeout=40_000)
    told = again.api.get(f"/api/runs/{run['id']}").json()
    assert told["status"] == "running"  # the run went on by itself and was adopted
    again.stop_run(run["id"])
    wait_until(lambda: again.api.get(f"/api/runs/{run['id']}").json()["status"] == "stopped")
    steps = again.api.get(f"/api/runs/{run['id']}").json()["step"]
    eventually(page, f"steps => {CHART}.data.find((trace) => trace.meta.role === 'line').x.at(-1) === steps", arg=steps)
    drawn = page.evaluate(f"{CHART}.data.find((trace) => trace.meta.role === 'line').x")
    assert drawn == sorted(set(drawn))
    again.stop()
    watch.check()


def test_an_error_status_is_retried(visit: Callable[[str], Page], pair: list[int], watch: Watch) -> None:
    watch.expect("status of 503")
    page = visit(f"/runs/{pair[0]}")
    refused = []

    def refuse(route: object) -> None:
        refused.append(route)
        if len(refused) <= 2:
            route.fulfill(status=503, body="later")
        else:
            route.continue_()

    page.route("**/api/events*", refuse)
    page.reload()
    expect(page.locator("#stream-state")).to_have_text("live", timeout=20_000)
    assert len(refused) >= 3


def test_a_hidden_tab_closes_its_stream(visit: Callable[[str], Page], pair: list[int]) -> None:
    page = visit(f"/runs/{pair[0]}")
    expect(page.locator("#stream-state")).to_have_text("live")
    page.evaluate(
        """() => {
            Object.defineProperty(document, 'hidden', { value: true, configurable: true });
            document.dispatchEvent(new Event('visibilitychange'));
        }"""
    )
    with page.expect_request("**/api/events*"):
        page.evaluate(
            """() => {
                Object.defineProperty(document, 'hidden', { value: false, configurable: true });
                document.dispatchEvent(new Event('visibilitychange'));
            }"""
        )
    expect(page.locator("#stream-state")).to_have_text("live")
