"""The runs list in a browser: live rows, choices in the address, and many runs at once."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

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
    server.launch(name="many", seeds=3, paused=True)
    page = visit("/runs?q=many")
    boxes, compare, few = page.locator("tbody input"), page.get_by_role("button", name="Compare"), page.locator("#few")
    expect(few).to_be_empty()
    for number in range(3):
        boxes.nth(number).check()
        (expect(compare).to_be_enabled if number else expect(compare).to_be_disabled)()
        expect(few).to_have_text("" if number else "A comparison takes 2 to 100 runs.")
    expect(page.locator("#count")).to_have_text("3 chosen")


def test_no_column_is_cut_off_while_a_run_is_live(visit: Visit, server: Server) -> None:
    (run,) = server.launch(name="a name that is rather long for a run of an afternoon", config=LONG)
    page = visit("/runs?q=rather")
    longest = "step 999,999 of 1,000,000 · about 12 min 34 s left"
    page.locator(".progress-text").evaluate("(node, text) => { node.textContent = text; }", longest)
    wide, visible = page.locator("#chosen .scroll").evaluate("box => [box.scrollWidth, box.clientWidth]")
    assert wide <= visible
    created = page.locator(f"tr[data-run='{run['id']}'] time").bounding_box()
    assert created["x"] + created["width"] <= 1400


def test_a_phone_shows_the_number_that_sorts_without_a_swipe(visit: Visit, pair: list[int], page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for query, name in (
        ("", "latest"),
        ("&sort=kl", "kl"),
        ("&sort=-beta", "beta"),
        ("&columns=status,bits_per_dim", "bits_per_dim"),
    ):
        visit(f"/runs?q=pair{query}")
        for run in pair:
            cell = page.locator(f"#run-{run}-{name}")
            place, table = cell.bounding_box(), page.locator("#chosen .scroll").bounding_box()
            assert cell.inner_text().strip()
            assert table["x"] <= place["x"], name
            assert place["x"] + place["width"] <= table["x"] + table["width"] <= 390, name
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert accessibility_faults(page) == []


def test_two_units_of_measure_stand_apart(visit: Visit, pair: list[int]) -> None:
    page = visit("/runs?q=pair&sort=name")
    page.get_by_role("columnheader", name="−ELBO held out").get_by_role("link").click()
    ready(page, "**/runs?q=pair&sort=negative_elbo")
    headings = page.locator("tr.unit")
    expect(headings).to_have_count(2)
    expect(headings.last).to_contain_text("Another unit of measure: nats/image, ")
    assert page.locator("tbody tr").evaluate_all("rows => rows.map((row) => row.dataset.run ?? 'unit')") == [
        *("unit", str(pair[0])),
        *("unit", str(pair[1])),
    ]
    assert accessibility_faults(page) == []


@pytest.mark.usefixtures("pair")
def test_conditions_are_typed_picked_and_corrected(visit: Visit, watch: Watch) -> None:
    watch.expect("status of 422")
    page = visit("/runs?q=pair")
    box = page.get_by_label("Conditions, with commas")
    box.fill("likelihood = gausian")
    box.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("likelihood must be one of 'bernoulli', ")
    page.wait_for_selector("body[data-ready]")
    expect(box).to_have_value("likelihood = gausian")
    expect(box).to_be_focused()
    expect(page.locator("tr[data-run]")).to_have_count(0)
    expect(page.locator("#total")).to_be_empty()
    expect(page.get_by_role("link", name="CSV of all")).to_have_count(0)
    assert accessibility_faults(page) == []
    box.fill("likelihood = gaussian")
    box.press("Enter")
    ready(page, "**/runs?q=pair&where=likelihood+%3D+gaussian")
    expect(page.locator("tr[data-run]")).to_have_count(1)
    page.get_by_text("Add a condition").first.click()
    page.get_by_label("Field").select_option("beta")
    page.locator("select[name=operator]").select_option(">")
    page.get_by_label("Value").fill("1")
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="Add", exact=True).click()
    ready(page, "**&where=likelihood+%3D+gaussian%2C+beta+%3E+1")
    expect(page.get_by_text("No run matches")).to_be_visible()


def test_the_list_is_a_leaderboard_without_scripts(browser: Browser, server: Server, pair: list[int]) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.url}/runs?q=pair")
    page.locator("summary", has_text="Columns").click()
    page.get_by_label("β", exact=True).check()
    page.get_by_role("button", name="Apply").last.click()
    expect(page.locator(f"#run-{pair[0]}-beta")).to_have_text("1")
    page.get_by_text("Add a condition").first.click()
    page.get_by_label("Field").select_option("likelihood")
    page.get_by_label("Value").fill("gaussian")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("tr[data-run]")).to_have_count(1)
    address = page.url
    page.get_by_text("Views", exact=True).click()
    page.get_by_role("textbox", name="Name", exact=True).fill("only MSE")
    page.get_by_role("textbox", name="Note", exact=True).fill("of the pair")
    page.get_by_role("button", name="Save this view").click()
    assert page.url == address
    page.goto(f"{server.url}/compare?runs={pair[0]},{pair[1]}")
    page.get_by_text("Views", exact=True).click()
    page.get_by_role("link", name="only MSE").click()
    expect(page.locator("tr[data-run]")).to_have_count(1)
    page.get_by_text("Views", exact=True).click()
    page.get_by_role("link", name="Rename or delete").click()
    page.get_by_text("Rename or delete").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("MSE alone")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="MSE alone")).to_be_visible()
    page.get_by_text("Rename or delete").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("None yet.")).to_be_visible()
    context.close()
