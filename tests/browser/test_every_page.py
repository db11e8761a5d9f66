"""Every page on narrow screens, with large text and on paper, with none, one, two and eight runs on it."""

from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import Page

from app.database.engine import Database
from tests import ended
from tests.browser.conftest import Watch, eventually
from tests.server import Server, wait_until

SMALL = {"hidden": [8], "latent_dim": 2, "max_steps": 20, "evaluate_every": 10, "picture_every": 10}
PATHS = {
    "the list": "/runs",
    "a list of one": "/runs?q=alone",
    "a list of two": "/runs?q=couple",
    "a list of none": "/runs?q=nothing-like-it",
    "all columns": "/runs?columns=status,latest,best,negative_elbo,kl,mse_per_pixel,created,beta,hidden&sort=kl",
    "a run": "/runs/{0}",
    "two compared": "/compare?runs={0},{1}",
    "eight compared": "/compare?runs={0},{1},{2},{3},{4},{5},{6},{7}",
    "the choice": "/compare",
    "conditions that cannot be read": "/runs?where=beta+>+x",
    "the saved views": "/views",
    "the form": "/runs/new",
    "the form of several runs": "/runs/new?preset=bce-vs-mse",
    "the form after a run": "/runs/new?from={0}",
    "sweeps": "/sweeps",
    "a new sweep": "/sweeps/new",
    "translate": "/translate",
    "explain": "/explain",
    "sign-in": "/login",
    "no such run": "/runs/abc",
    "a refused address": "/explain?sigma=-1",
}
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
STICKING_OUT = """() => {
    const width = document.documentElement.clientWidth;
    const inside = (node) => node && (getComputedStyle(node).overflowX !== "visible" || inside(node.parentElement));
    return [...document.querySelectorAll("main *, header *")]
        .filter((node) => node.checkVisibility() && node.getBoundingClientRect().right > width + 1)
        .filter((node) => !inside(node.parentElement))
        .map((node) => `${node.tagName} #${node.id} .${node.className} ${node.textContent.trim().slice(0, 40)}`)
        .slice(0, 5);
}"""

LINES = """(nodes) => nodes.map((node) => node.getBoundingClientRect().height /
    parseFloat(getComputedStyle(node).lineHeight))"""

Opens = Callable[[str], Page]


@pytest.fixture(scope="module")
def eight(server: Server) -> list[int]:
    """Runs of two losses, one of a name of its own and two of another; all but two are copies, which takes no time."""
    trained = [
        server.launch(name=name, config={**SMALL, "likelihood": loss})[0]["id"]
        for name, loss in (("alone", "bernoulli"), ("couple", "gaussian"))
    ]
    wait_until(lambda: all(server.api.get(f"/api/runs/{run}").json()["status"] == "finished" for run in trained), 400)
    names = ["couple two", *["one of many, with quite a long name"] * 5]
    with closing(Database(f"sqlite:///{server.data / 'elboard.sqlite'}")) as store, store.write() as session:
        copies = [ended.copy(session, trained[i % 2], name=name, seed=1 + i // 2) for i, name in enumerate(names)]
    return [*trained, *copies]


@pytest.fixture
def opened(page: Page, server: Server, watch: Watch, request: pytest.FixtureRequest) -> Opens:
    """Open a page by its name, and wait for its script where it has one."""

    def go(name: str) -> Page:
        watch.expect("status of 4")
        path = PATHS[name]
        if "{" in path or path.partition("?")[0] == "/runs":
            path = path.format(*request.getfixturevalue("eight"))
        page.goto(server.url + path)
        if page.locator("script[src*='/js/pages/']:not([src$='every.js'])").count():
            page.wait_for_selector("body[data-ready]")
        return page

    return go


@pytest.mark.parametrize("name", PATHS)
def test_narrow_screens_and_text_of_twice_the_size_scroll_in_one_direction(
    opened: Opens, page: Page, name: str
) -> None:
    opened(name)
    for width, size in ((1400, "200%"), (700, "200%"), (390, "100%"), (320, "100%")):
        page.set_viewport_size({"width": width, "height": 844})
        page.evaluate("(size) => { document.documentElement.style.fontSize = size; }", size)
        eventually(page, f"{WIDER} === 0")  # once the charts have their size
        assert page.evaluate(STICKING_OUT) == [], width
        if size == "100%":
            continue
        for control in ("#theme", "header nav a"):  # each on one line
            heights = page.locator(control).evaluate_all(LINES)
            assert heights
            assert max(heights) < 2, width


@pytest.mark.parametrize("name", ["a run", "two compared", "translate", "explain"])
def test_paper_is_white_and_has_no_controls(opened: Opens, page: Page, name: str) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    opened(name)
    colours = page.evaluate(
        "['backgroundColor', 'color'].map((name) => getComputedStyle(document.body)[name].match(/\\d+/g).map(Number))"
    )
    assert min(colours[0][:3]) > 240
    assert max(colours[1][:3]) < 64
    for hidden in (".top", ".toolbar", ".actions", ".slider", ".skip", "button"):
        assert [node.is_visible() for node in page.locator(hidden).all()].count(True) == 0, hidden
    broken = page.locator(".card").evaluate_all("(cards) => cards.map((card) => getComputedStyle(card).breakInside)")
    assert "avoid" in broken
