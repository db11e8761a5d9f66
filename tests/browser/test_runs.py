"""The runs list in a browser: live rows, choices in the address, and many runs at once."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch, accessibility_faults, eventually
from tests.browser.test_keyboard import ready, tab_to
from tests.server import Server

Visit = Callable[[str], Page]
LONG = {"max_steps": 10**6, "hidden": [8], "evaluate_every": 10**6, "picture_every": 10**6, "examine": False}
TITLES = "[...document.querySelectorAll('svg.spark title')].map((title) => title.textContent)"


def press(page: Page, label: str, key: str = "Enter", most: int = 150) -> None:
    tab_to(page, label, most)
    page.keyboard.press(key)


def choose_all(page: Page) -> None:
    press(page, "Choose all on this page", "Space")
    expect(page.locator("#count")).to_have_text("3 chosen")


def test_a_flock_is_watched_stopped_compared_deleted_and_brought_back_by_keyboard(
    visit: Visit, server: Server, watch: Watch
) -> None:
    watch.expect("status of 409")
    server.launch(name="flock", seeds=[1, 2, 3], config=LONG)
    page = visit("/runs?q=flock")
    expect(page.locator("tbody tr")).to_have_count(3)
    eventually(page, f"{TITLES}.length > 0")
    (before, *_) = page.evaluate(TITLES)
    assert re.fullmatch(r"flock s[123]: −ELBO [\d.]+ at first, [\d.]+ at best, [\d.]+ now", before)
    eventually(page, f"before => {TITLES}.every((title) => title !== before)", arg=before)

    press(page, "Columns")
    press(page, "−ELBO best", "Space")
    press(page, "Apply")
    ready(page, "**/runs?q=flock&columns=status%2C*best*")
    press(page, "−ELBO best")
    ready(page, "**&sort=best")
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("−ELBO best")

    choose_all(page)
    press(page, "Stop")
    expect(page.locator(".badge.stopped")).to_have_count(3)
    choose_all(page)
    press(page, "Stop")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("has already ended: it is stopped.")
    expect(page.locator("#count")).to_have_text("3 chosen")
    assert "/runs?q=flock" in page.url
    assert accessibility_faults(page) == []

    press(page, "Compare")
    ready(page, "**/compare?runs=*")
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    visit("/runs?q=flock")
    choose_all(page)
    bar = page.locator(".bulk").bounding_box()
    assert bar
    assert bar["y"] + bar["height"] <= 844
    eventually(page, "document.documentElement.scrollWidth === 390")
    assert accessibility_faults(page) == []

    press(page, "Delete")
    expect(page.locator("form.notice")).to_contain_text("Deleted 3 runs")
    expect(page.get_by_text("No run matches")).to_be_visible()
    press(page, "Undo", most=1)
    expect(page.locator("tbody tr[data-run]")).to_have_count(3)
    expect(page.locator(".notice")).to_have_count(0)


def test_compare_says_how_many_runs_it_takes(visit: Visit, server: Server) -> None:
    server.launch(name="many", seeds=list(range(9)), config={"max_steps": 2, "hidden": [8], "examine": False})
    page = visit("/runs?q=many")
    boxes, compare, few = page.locator("tbody input"), page.get_by_role("button", name="Compare"), page.locator("#few")
    expect(few).to_be_empty()
    for number in range(9):
        boxes.nth(number).check()
        allowed = 2 <= number + 1 <= 8
        (expect(compare).to_be_enabled if allowed else expect(compare).to_be_disabled)()
        expect(few).to_have_text("" if allowed else "A comparison takes 2 to 8 runs.")
    expect(page.locator("#count")).to_have_text("9 chosen")


def test_no_column_is_cut_off_while_a_run_is_live(visit: Visit, server: Server) -> None:
    (run,) = server.launch(name="a name that is rather long for a run of an afternoon", config=LONG)
    page = visit("/runs?q=rather")
    longest = "step 999,999 of 1,000,000 · about 12 min 34 s left"
    page.locator(".progress-text").evaluate("(node, text) => { node.textContent = text; }", longest)
    wide, visible = page.locator("#chosen .scroll").evaluate("box => [box.scrollWidth, box.clientWidth]")
    assert wide <= visible
    created = page.locator(f"tr[data-run='{run['id']}'] time").bounding_box()
    assert created["x"] + created["width"] <= 1400
