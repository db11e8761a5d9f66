"""A real server and a real Chromium that reports everything a page should never do."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.server import Server, wait_until

LAUNCH = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE_S = 120  # with a state, however busy the machine is: two of these tests run at a time
expect.set_options(timeout=1000 * PATIENCE_S)
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    executable = os.environ.get("CHROMIUM")
    args = [*LAUNCH, "--process-per-site"]
    return {**browser_type_launch_args, "args": args, **({"executable_path": executable} if executable else {})}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("browser"))
    yield server
    assert server.stop() == 0


@pytest.fixture(autouse=True)
def _runs_end_with_their_test(server: Server) -> Iterator[None]:
    """No test waits for runs of another, or shares the machine with them."""
    yield
    for run in server.api.get("/api/runs", params={"status": ["running", "queued"]}).json()["runs"]:
        server.stop_run(run["id"])


@pytest.fixture(scope="session")
def pair(server: Server) -> list[int]:
    """A finished BCE run and a finished MSE run of one seed."""
    config = {"hidden": [32], "latent_dim": 4, "max_steps": 400, "picture_every": 100, "evaluate_every": 100}
    runs = [run["id"] for run in server.launch(preset="bce", twin=True, name="pair", config=config)]
    wait_until(lambda: all(server.api.get(f"/api/runs/{run}").json()["status"] == "finished" for run in runs), 240)
    return runs


class Watch:
    """What a page did that it must not: errors, refused styles and scripts, requests to another host."""

    def __init__(self, page: Page, host: str):
        self.faults: list[str] = []
        self.expected: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("console", self._read)
        page.on("request", lambda request: self._check(request.url, host))
        page.add_init_script(
            "addEventListener('securitypolicyviolation', (event) => console.error('CSP ' + event.violatedDirective))"
        )

    def _read(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"console: {message.text}")

    def _check(self, url: str, host: str) -> None:
        if not url.startswith((host, "data:", "blob:", "file:")):
            self.faults.append(f"foreign request: {url}")

    def expect(self, text: str) -> None:
        """Allow messages with this text: a browser reports every error status of the server."""
        self.expected.append(text)

    def check(self) -> None:
        assert [line for line in self.faults if not any(text in line for text in self.expected)] == []


@pytest.fixture(scope="session")
def lasting_context(browser: Browser, server: Server) -> Iterator[BrowserContext]:
    """One for every test, with a page that stays open: then one process has all pages, and compiles each script once.

    A new context for each test is a new process for each page, which is half of the time that these tests take.
    """
    context = browser.new_context(viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(1000 * PATIENCE_S)
    context.new_page().goto(f"{server.url}/static/css/base.css")
    yield context
    context.close()


@pytest.fixture
def context(lasting_context: BrowserContext, server: Server) -> Iterator[BrowserContext]:
    """As good as new: without the pages, cookies, permissions and stored values of the test before."""
    yield lasting_context
    lasting, *others = lasting_context.pages
    for page in others:
        page.close()
    lasting_context.clear_cookies()
    lasting_context.clear_permissions()
    session = lasting_context.new_cdp_session(lasting)
    session.send("Storage.clearDataForOrigin", {"origin": server.url, "storageTypes": "all"})
    session.detach()


@pytest.fixture
def watch(page: Page, server: Server) -> Iterator[Watch]:
    watch = Watch(page, server.url)
    yield watch
    watch.check()


@pytest.fixture
def visit(page: Page, server: Server, watch: Watch) -> Callable[[str], Page]:  # noqa: ARG001  every visit is watched
    """Open a path and wait until its script says that it is ready."""

    def go(path: str) -> Page:
        page.goto(server.url + path)
        page.wait_for_selector("body[data-ready]")
        return page

    return go


def eventually(page: Page, expression: str, arg: Any = None) -> Any:
    """Wait until a script's value is true. Playwright's own waiting evaluates strings, which the pages forbid."""
    for _ in range(20 * PATIENCE_S):
        if value := page.evaluate(expression, arg):
            return value
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {expression}")


def faults_unscrolled(page: Page) -> list[str]:
    """What axe finds where all of the page fits the screen: a bar that stays in view covers whatever scrolls past."""
    before = page.viewport_size
    page.set_viewport_size({**before, "height": page.evaluate("document.documentElement.scrollHeight")})
    faults = accessibility_faults(page)
    page.set_viewport_size(before)
    return faults


def accessibility_faults(page: Page) -> list[str]:
    """What axe finds, one line a fault."""
    results = Axe().run(page, options={"runOnly": {"type": "tag", "values": AXE_RULES}})
    return [
        f"{fault['id']}: {fault['nodes'][0]['html'][:120]} {fault['nodes'][0].get('failureSummary', '')[:200]}"
        for fault in results.response["violations"]
    ]
