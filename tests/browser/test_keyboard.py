"""The whole job without a mouse, and with text of twice the size."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import eventually
from tests.server import Server

Visit = Callable[[str], Page]
FOCUSED = """() => {
    const node = document.activeElement;
    const label = node.getAttribute('aria-label') ?? node.labels?.[0]?.textContent ?? node.textContent;
    const drawn = node.matches('.segments input') ? node.nextElementSibling : node;
    return [label.trim(), getComputedStyle(drawn).outlineStyle !== 'none'];
}"""


def tab_to(page: Page, label: str, most: int = 150) -> None:
    """Press Tab until the thing with this label has the focus, which shows on everything on the way."""
    for _ in range(most):
        page.keyboard.press("Tab")
        name, visible = page.evaluate(FOCUSED)
        assert visible, f"the focus on {name!r} cannot be seen"
        if name.startswith(label):
            return
    raise AssertionError(f"Tab never came to {label}")


def ready(page: Page, url: str | re.Pattern[str]) -> None:
    page.wait_for_url(url)
    page.wait_for_selector("body[data-ready]")


def test_launch_pause_and_compare_by_keyboard_alone(visit: Visit, pair: list[int]) -> None:  # noqa: ARG001
    page = visit("/runs")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)[0] == "Skip to content"
    tab_to(page, "New run")
    page.keyboard.press("Enter")

    ready(page, "**/runs/new*")
    tab_to(page, "Maximum steps")
    page.keyboard.type("1000000")
    tab_to(page, "Start")
    page.keyboard.press("Enter")

    ready(page, re.compile(r"/runs/\d+$"))
    expect(page.locator(".badge")).to_have_text("running")
    eventually(page, "Number(document.getElementById('chart').dataset.points) > 10")
    tab_to(page, "Pause")
    page.keyboard.press("Enter")
    expect(page.locator(".badge")).to_have_text("paused")
    tab_to(page, "Compare with…")
    page.keyboard.press("Enter")

    page.wait_for_url("**/compare?run=*")
    tab_to(page, "pair BCE")
    page.keyboard.press("Space")
    tab_to(page, "Compare")
    page.keyboard.press("Enter")

    ready(page, "**/compare?run=*&run=*")
    tab_to(page, "fit")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="all", exact=True)).to_be_checked()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="from 0")).to_be_checked()
    page.locator("#chart").scroll_into_view_if_needed()  # below the fold nothing is drawn
    eventually(page, "document.getElementById('chart').layout.yaxis.range[0] === 0")


def test_a_long_run_s_facts_at_twice_the_size_fit_a_phone(visit: Visit, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 900})
    twice = {"fontSizes": {"standard": 32, "fixed": 26}}
    page.context.new_cdp_session(page).send("Page.setFontSizes", twice)
    visit("/runs/new?epochs=10000&hidden=2000,2000&batch_size=16")
    steps, time = page.locator("[data-fact=steps]"), page.locator("dt:has-text('Time, about') + dd")
    expect(steps).to_have_text("900,000")
    expect(time).to_contain_text("h")
    eventually(page, "width => document.documentElement.scrollWidth <= width", 390)


@pytest.mark.parametrize("width", [390, 780, 1280])
def test_text_of_twice_the_size_makes_nothing_wider_than_the_screen(
    visit: Visit, page: Page, server: Server, pair: list[int], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    twice = {"fontSizes": {"standard": 32, "fixed": 26}}
    page.context.new_cdp_session(page).send("Page.setFontSizes", twice)
    for path in (
        "/runs",
        "/runs/new",
        "/runs/{0}",
        "/compare?runs={0},{1}",
        "/translate?recipe=keras-2016",
        "/explain",
    ):
        visit(path.format(*pair))
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
        eventually(page, "width => document.documentElement.scrollWidth <= width", width)
    for path in ("/compare", "/login"):
        page.goto(server.url + path)
        eventually(page, "width => document.documentElement.scrollWidth <= width", width)
