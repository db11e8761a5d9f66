"""Parts of a page that the server rendered again take the place of the old ones, and keep what the reader did there."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.js.conftest import ORIGIN, answer

Serve = Callable[[str], None]
Swap = Callable[..., Any]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.route("**/*", answer)
    page.goto(ORIGIN)
    page.evaluate("() => { window.changes = 0; document.addEventListener('partschange', () => changes++); }")
    yield page
    page.close()


@pytest.fixture
def swap(page: Page) -> Swap:
    """Show `old`, let the reader `act`, and swap in what the server answers now."""

    def run(old: str, fresh: str, act: str = "", status: int = 200) -> Any:
        page.evaluate("(html) => { document.body.innerHTML = html; }", old)
        if act:
            page.evaluate(act)
        page.route("**/fresh", lambda route: _fulfil(route, fresh, status))
        return page.evaluate("async () => (await import('/static/js/parts/fragments.js')).swapFrom('/fresh')")

    return run


def _fulfil(route: Route, html: str, status: int) -> None:
    assert route.request.headers["accept"] == "text/html"
    route.fulfill(body=html, content_type="text/html", status=status)


def test_only_parts_that_changed_are_swapped(page: Page, swap: Swap) -> None:
    old = '<p id="a" data-live>1</p><p id="b" data-live>1</p><p id="c">1</p>'
    act = "() => { for (const node of document.querySelectorAll('p')) node.old = true; }"
    fresh = old.replace("1", "2", 1).replace('c">1', 'c">2')
    assert swap(old, f"<!doctype html><title>x</title><main>{fresh}</main>", act) is True
    assert page.locator("p").all_text_contents() == ["2", "1", "1"]
    assert page.evaluate("[...document.querySelectorAll('p')].map((node) => Boolean(node.old))") == [False, True, True]
    assert page.evaluate("changes") == 1


def test_checks_open_details_and_the_focus_stay(page: Page, swap: Swap) -> None:
    old = """<div id="a" data-live>
      <input type="checkbox" name="run" value="7"><input type="checkbox" name="run" value="8">
      <details><summary>Log</summary>1</details><details><summary>More</summary></details><button>Stop</button></div>"""
    act = """() => {
      document.querySelector("[value='8']").checked = true;
      document.querySelector("details").open = true;
      document.querySelector("button").focus();
    }"""
    swap(old, old.replace("</summary>1", "</summary>2"), act)
    expect(page.locator("details").first).to_have_text("Log2")
    assert page.evaluate("[...document.querySelectorAll('input')].map(({ checked }) => checked)") == [False, True]
    assert page.evaluate("[...document.querySelectorAll('details')].map(({ open }) => open)") == [True, False]
    expect(page.locator("button")).to_be_focused()


def test_cells_of_a_row_may_come_without_their_table(page: Page, swap: Swap) -> None:
    row = '<tr><th>one</th><td id="kl" data-live>1</td></tr>'
    swap(f"<table><tbody>{row}</tbody></table>", row.replace("1", "2"))
    expect(page.locator("table #kl")).to_have_text("2")


def test_a_refusal_changes_nothing(page: Page, swap: Swap) -> None:
    assert swap('<p id="a" data-live>1</p>', '<p id="a" data-live>2</p>', status=500) is False
    expect(page.locator("#a")).to_have_text("1")
    assert page.evaluate("changes") == 0
