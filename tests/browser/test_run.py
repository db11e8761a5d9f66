"""A run's page at a glance: what a screen of it shows, at any state of the run and however large its numbers are."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import accessibility_faults, eventually
from tests.server import Server, wait_until

Visit = Callable[[str], Page]
SMALL = {"hidden": [16], "latent_dim": 3, "examine": False}
ROOFLESS = """() => [...document.querySelectorAll('.tiles > div')].filter((tile) => {
    const range = document.createRange();
    range.selectNodeContents(tile);
    const [inner, outer] = [range.getBoundingClientRect(), tile.getBoundingClientRect()];
    return inner.right > outer.right || inner.bottom > outer.bottom;
}).map((tile) => tile.textContent)"""
TOPS = "() => [...document.querySelectorAll('.tiles > div')].map((tile) => tile.getBoundingClientRect().top)"
FIRST_CURVE = """() => {
    const chart = document.getElementById('chart');
    return chart.getBoundingClientRect().top + chart._fullLayout.margin.t;
}"""


@pytest.fixture(scope="module")
def ended(server: Server) -> Callable[..., int]:
    """The id of a run of this configuration that has ended; each is trained once."""
    known: dict[str, int] = {}

    def run(**config: Any) -> int:
        name = repr(config)
        if name not in known:
            (launched,) = server.launch(name="glance", config={**SMALL, **config})
            known[name] = launched["id"]
        path = f"/api/runs/{known[name]}"
        wait_until(lambda: server.api.get(path).json()["status"] not in {"queued", "running"}, 240)
        return known[name]

    return run


WELL = {"max_steps": 300}
COLLAPSED = {"max_steps": 400, "beta": 50}
HUGE = {"max_steps": 20, "likelihood": "gaussian", "sigma": 0.001, "learning_rate": 1e-6}
DIVERGED = {"max_steps": 400, "likelihood": "gaussian", "sigma": 0.01, "learning_rate": 0.5, "optimizer": "sgd"}


@pytest.mark.parametrize("config", [WELL, COLLAPSED, HUGE, DIVERGED], ids=["well", "collapsed", "huge", "diverged"])
def test_the_first_curve_is_in_view_below_one_row_of_tiles(
    visit: Visit, ended: Callable[..., int], config: dict[str, Any]
) -> None:
    page = visit(f"/runs/{ended(**config)}")
    assert page.evaluate(FIRST_CURVE) <= 400
    assert len(set(page.evaluate(TOPS))) == 1
    assert page.evaluate(ROOFLESS) == []
    chart, pictures = (page.locator(name).bounding_box() for name in (".chart-card", "#pictures"))
    assert chart["x"] + chart["width"] <= pictures["x"]
    assert pictures["y"] == pytest.approx(chart["y"])


@pytest.mark.parametrize("width", [390, 320])
@pytest.mark.parametrize("config", [COLLAPSED, HUGE], ids=["collapsed", "huge"])
def test_a_phone_shows_tiles_in_two_columns_and_scrolls_in_one_direction(
    visit: Visit, page: Page, ended: Callable[..., int], config: dict[str, Any], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    visit(f"/runs/{ended(**config)}")
    eventually(page, "width => document.documentElement.scrollWidth <= width", width)
    lefts = page.evaluate(
        "() => [...document.querySelectorAll('.tiles > div')].map((tile) => tile.getBoundingClientRect().left)"
    )
    assert len(set(lefts)) == 2
    assert page.evaluate(ROOFLESS) == []
    page.get_by_text("⋯").click()
    eventually(page, "width => document.documentElement.scrollWidth <= width", width)


def test_an_alarm_is_a_line_with_its_mend_and_unfolds(visit: Visit, ended: Callable[..., int]) -> None:
    page = visit(f"/runs/{ended(**COLLAPSED)}")
    alarm = page.locator(".finding")
    assert alarm.bounding_box()["height"] <= 40
    expect(alarm.get_by_role("link", name="Train with β: 1")).to_be_visible()
    expect(alarm.locator("svg")).to_be_hidden()
    alarm.locator("summary").press("Enter")
    expect(alarm.locator("svg")).to_be_visible()
    expect(page.locator(".notice.warn")).to_have_count(0)  # that β is 50 was typed
    assert accessibility_faults(page) == []


def test_the_menu_has_the_rest_and_closes_like_a_menu(visit: Visit, ended: Callable[..., int]) -> None:
    run = ended(**WELL)
    page = visit(f"/runs/{run}")
    menu = page.locator("details.more")
    menu.locator("summary").press("Enter")
    expect(menu.get_by_role("link", name="Clone")).to_have_attribute("href", f"/runs/new?from={run}")
    expect(menu.get_by_role("link", name="Fork")).to_have_attribute("href", f"/runs/new?from={run}&fork=300")
    expect(menu.get_by_role("button", name="Delete")).to_be_visible()
    expect(menu.get_by_label("Train on for")).to_have_value("300")
    assert accessibility_faults(page) == []
    menu.get_by_label("Train on for").press("Escape")
    expect(menu.locator("summary")).to_be_focused()
    expect(menu.get_by_label("Train on for")).to_be_hidden()
    menu.locator("summary").click()
    page.locator("h1").click()
    expect(menu.get_by_label("Train on for")).to_be_hidden()


def test_what_is_open_stays_open_to_the_end_and_training_on_needs_no_reload(visit: Visit, server: Server) -> None:
    (run,) = server.launch(name="watched", config={**SMALL, "max_steps": 10**6, "evaluate_every": 50})
    page = visit(f"/runs/{run['id']}")
    page.locator("#files summary").click()
    page.get_by_text("Held-out numbers as a table").click()
    page.locator("details.more summary").click()
    page.evaluate("() => { for (const node of document.querySelectorAll('details[open]')) node.mine = true; }")
    rows = page.locator("#evaluations tbody tr")
    before = rows.count()
    expect(rows.nth(before + 1)).to_be_visible()  # two evaluations later
    server.stop_run(run["id"])
    expect(page.get_by_label("Train on for")).to_be_visible()
    kept = "[...document.querySelectorAll('details[open]')].filter((node) => node.mine).length"
    assert page.evaluate(kept) == 3


def test_notes_are_written_without_leaving_the_page(visit: Visit, ended: Callable[..., int]) -> None:
    page = visit(f"/runs/{ended(**WELL)}")
    page.evaluate("() => { window.same = true; }")
    page.get_by_text("Edit name, tags and notes").click()
    page.get_by_label("Notes, in Markdown").fill("**sharp** digits\n<script>alert(1)</script>")
    page.get_by_label("Tags").fill("figure 2")
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#notes strong")).to_have_text("sharp")
    expect(page.locator("#notes")).to_contain_text("<script>alert(1)</script>")
    expect(page.get_by_label("Notes, in Markdown")).to_be_hidden()
    assert page.evaluate("same")
    expect(page.get_by_label("Tags")).to_have_value("figure 2")


def test_a_diverged_run_says_what_blew_up_and_offers_two_mends(visit: Visit, ended: Callable[..., int]) -> None:
    page = visit(f"/runs/{ended(**DIVERGED)}")
    alarm = page.locator(".finding.bad")
    expect(alarm.locator("summary")).to_contain_text("blew up")
    assert alarm.bounding_box()["height"] <= 40
    expect(page.get_by_role("alert")).to_have_count(0)  # the line says it
    alarm.locator("summary").click()
    expect(alarm).to_contain_text("was no longer a finite number at step")
    assert accessibility_faults(page) == []
    alarm.get_by_role("link", name="Gradient clipping").click()
    expect(page.locator("#grad_clip")).not_to_have_value("")
    expect(page.locator("#learning_rate")).to_have_value("0.5")


def test_a_run_without_a_step_has_a_sentence_and_no_empty_charts(visit: Visit, server: Server) -> None:
    runs = server.launch(name="queue", seeds=list(range(12)), config={**SMALL, "max_steps": 10**6})
    page = visit(f"/runs/{runs[-1]['id']}")
    expect(page.locator(".badge")).to_have_text("queued")
    expect(page.locator("#chart")).to_contain_text("The curves come with the first step.")
    expect(page.locator("#chart .main-svg").first).to_be_hidden()
    for run in runs:
        server.stop_run(run["id"])
    expect(page.locator("#chart")).to_contain_text("This run ended before its first step.")
