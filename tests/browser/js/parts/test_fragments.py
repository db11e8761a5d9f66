"""Parts of a page that the server rendered again change into it, and keep what the reader did there."""

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


def test_parts_that_changed_change_and_stay_the_same_elements(page: Page, swap: Swap) -> None:
    old = '<p id="a" data-live>1</p><p id="b" data-live>1</p><p id="c">1</p>'
    act = "() => { for (const node of document.querySelectorAll('p')) node.old = true; }"
    fresh = old.replace("1", "2", 1).replace('c">1', 'c">2')
    assert swap(old, f"<!doctype html><title>x</title><main>{fresh}</main>", act) is True
    assert page.locator("p").all_text_contents() == ["2", "1", "1"]
    assert page.evaluate("[...document.querySelectorAll('p')].map((node) => Boolean(node.old))") == [True, True, True]
    assert page.evaluate("changes") == 1


LOG = """<div id="files" data-live>
  <details><summary>{title}</summary><pre tabindex="0">{lines}</pre></details>
  <ul>{items}</ul>
  <form action="/runs/1/extend"><label>Steps <input name="steps" value="{steps}"></label><button>Go</button></form>
</div><style>pre {{ height: 40px; overflow: auto }}</style>"""


def log(lines: int, title: str = "Log", steps: int = 100) -> str:
    text = "\n".join(f"line {number}" for number in range(lines))
    items = "".join(f'<li data-key="{number}">{number}</li>' for number in reversed(range(lines)))
    return LOG.format(title=title, lines=text, items=items, steps=steps)


def test_what_was_opened_scrolled_to_and_typed_stays(page: Page, swap: Swap) -> None:
    act = """() => {
      document.querySelector("details").open = true;
      document.querySelector("pre").scrollTop = 77;
      const input = document.querySelector("input");
      input.focus();
      input.value = "250";
      input.setSelectionRange(1, 2);
    }"""
    swap(log(20), log(21, "Log, its last lines", steps=400), act)
    expect(page.locator("summary")).to_have_text("Log, its last lines")
    assert page.locator("details").get_attribute("open") is not None
    assert page.locator("pre").text_content().endswith("line 20")
    assert page.locator("pre").evaluate("(node) => node.scrollTop") == 77
    expect(page.locator("input")).to_be_focused()
    assert page.locator("input").evaluate("(one) => [one.value, one.selectionStart, one.selectionEnd]") == ["250", 1, 2]
    assert page.locator("li").first.text_content() == "20"


def test_a_field_that_nobody_typed_in_has_the_servers_value(page: Page, swap: Swap) -> None:
    swap(log(3), log(3, steps=400))
    expect(page.locator("input")).to_have_value("400")


def test_marked_text_waits_until_nobody_marks_it(page: Page, swap: Swap) -> None:
    act = """() => {
      document.querySelector("details").open = true;
      document.getSelection().selectAllChildren(document.querySelector("pre"));
    }"""
    swap(log(2), log(3, "Log, its last lines"), act)
    assert page.evaluate("document.getSelection().toString()") == "line 0\nline 1"
    expect(page.locator("summary")).to_have_text("Log, its last lines")
    page.route(f"{ORIGIN}/", lambda route: _fulfil(route, log(3, "Log, its last lines"), 200))
    page.evaluate("document.getSelection().removeAllRanges()")
    expect(page.locator("pre")).to_contain_text("line 2")


def test_what_is_new_comes_before_what_was_opened(page: Page, swap: Swap) -> None:
    def alarms(*names: str) -> str:
        lines = "".join(f'<details id="{name}"><summary>{name}</summary>{name}</details>' for name in names)
        return f'<div id="alarms" data-live>{lines}</div>'

    swap(alarms("collapse"), alarms("scale", "collapse"), "() => { document.querySelector('details').open = true; }")
    assert page.evaluate("[...document.querySelectorAll('details')].map(({ open }) => open)") == [False, True]
    swap(alarms("scale", "collapse"), alarms("collapse"), "() => { document.getElementById('collapse').open = true; }")
    assert page.evaluate("[...document.querySelectorAll('details')].map(({ open }) => open)") == [True]


def test_the_server_opens_once_and_the_reader_closes_for_good(page: Page, swap: Swap) -> None:
    def part(lines: int, attribute: str = "") -> str:
        return f'<div id="a" data-live><details{attribute}><summary>Log</summary>{lines}</details></div>'

    swap(part(1), part(2, " open"))
    assert page.locator("details").get_attribute("open") is not None
    page.locator("details").evaluate("(details) => { details.open = false; }")
    page.route("**/fresh", lambda route: _fulfil(route, part(3, " open"), 200))
    page.evaluate("async () => (await import('/static/js/parts/fragments.js')).swapFrom('/fresh')")
    expect(page.locator("details")).to_contain_text("3")
    assert page.locator("details").get_attribute("open") is None


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


def test_a_button_that_gives_way_to_another_hands_the_focus_to_its_like(page: Page, swap: Swap) -> None:
    buttons = "".join(f'<form action="/{name.lower()}"><button>{name}</button></form>' for name in ("Pause", "Stop"))
    forms = f'<div id="a" data-live>{buttons}</div>'
    swap(forms, forms.replace("/stop", "/kill"), "() => { document.querySelectorAll('button')[1].focus(); }")
    expect(page.get_by_role("button", name="Stop")).to_be_focused()


def test_cells_of_a_row_may_come_without_their_table(page: Page, swap: Swap) -> None:
    row = '<tr><th>one</th><td id="kl" data-live>1</td></tr>'
    swap(f"<table><tbody>{row}</tbody></table>", row.replace("1", "2"))
    expect(page.locator("table #kl")).to_have_text("2")


def test_a_refusal_changes_nothing(page: Page, swap: Swap) -> None:
    assert swap('<p id="a" data-live>1</p>', '<p id="a" data-live>2</p>', status=500) is False
    expect(page.locator("#a")).to_have_text("1")
    assert page.evaluate("changes") == 0
