"""From the form's one click to a verdict that can be read."""

import re
from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from app.database.engine import Database
from tests import ended
from tests.browser.conftest import accessibility_faults, eventually
from tests.server import Server, wait_until

Visit = Callable[[str], Page]
WIDE: ViewportSize = {"width": 1400, "height": 900}


def no_faults(page: Page) -> None:
    """In both themes and on a phone: nothing that axe knows, nothing wider than the screen."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert accessibility_faults(page) == [], scheme
    page.set_viewport_size({"width": 390, "height": 844})
    eventually(page, "document.documentElement.scrollWidth <= 390")  # once the charts have followed
    page.set_viewport_size(WIDE)


def test_three_runs_are_launched_and_their_verdict_comes_by_itself(visit: Visit) -> None:
    # 1. One click starts all three; the page says what it waits for.
    page = visit("/runs/new?preset=bce-vs-mse")
    for name, value in {"hidden": "32", "latent_dim": "4", "max_steps": "400"}.items():
        page.locator(f"#{name}").fill(value)
    page.locator("#start").click()
    page.wait_for_url("**/compare?runs=*")
    expect(page.locator("#verdict")).to_contain_text("Not all reconstruction terms share an axis")

    # 2. When all are examined, the verdict, the X-ray and the images appear without a reload.
    expect(page.locator(".headline")).to_contain_text("On the same 360 held-out images")
    expect(page.locator(".headline")).to_contain_text("squared error")
    expect(page.locator("#xray tbody tr")).to_have_count(4)
    expect(page.locator("#xray td.own")).to_have_count(2)  # a fixed σ is no fitted one
    expect(page.locator("#yardsticks")).to_contain_text("±")
    expect(page.locator("[data-plane][data-draws]")).to_have_count(2)
    eventually(page, "[...document.querySelectorAll('.contrasts img')].every((image) => image.naturalWidth === 8)")
    expect(page.locator(".contrasts thead th")).to_have_count(10)
    no_faults(page)

    # 3. A plane zooms, shows lines of equal −ELBO there, and comes back.
    plane = page.locator("[data-plane='0']")
    plane.scroll_into_view_if_needed()
    expect(plane.get_by_text("A", exact=True)).to_be_visible()
    levels = plane.locator(".annotation-text")
    before = levels.all_text_contents()
    box = plane.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 80, middle[1] + 80, steps=4)
    page.mouse.up()
    texts = "[...document.querySelectorAll('[data-plane=\"0\"] .annotation-text')].map((node) => node.textContent)"
    shown = f"before => {texts}.join() {{}} before.join()"
    eventually(page, shown.format("!=="), before)
    page.mouse.dblclick(*middle)
    eventually(page, shown.format("==="), before)

    table = page.locator("[data-table=plane-0]")
    table.locator("summary").click()
    expect(table.locator("tbody th").last).to_have_text("A, held out")
    kl, reconstruction, total = map(float, table.locator("tbody tr").last.locator("td").all_text_contents())
    assert kl + reconstruction == pytest.approx(total, abs=0.1)  # of three digits each

    # 4. By another yardstick, against the other run: both are in the address.
    page.locator(".by select").select_option("gaussian_fitted")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**by=*")
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("#by-class")).to_contain_text("if its −ELBO as Gaussian, σ fitted is less")
    page.get_by_role("link", name="as baseline").first.click()
    page.wait_for_url("**base=*")
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("#yardsticks tbody td:nth-child(2) small").first).to_contain_text("±")


@pytest.fixture(scope="module")
def eight(server: Server, pair: list[int]) -> list[int]:
    """Eight finished runs: a pair, the third that belongs to it, and a small one, copied under four other seeds."""
    config = server.api.get(f"/api/runs/{pair[1]}").json()["config"]
    launched = server.launch(config={**config, "scale": "optimal"})
    launched += server.launch(config={"max_steps": 3, "hidden": [8], "latent_dim": 2, "seed": 1})
    runs = [*pair, *(run["id"] for run in launched)]
    wait_until(lambda: all(server.api.get(f"/api/runs/{run}").json()["status"] == "finished" for run in runs), 240)
    with closing(Database(f"sqlite:///{server.data / 'elboard.sqlite'}")) as store, store.write() as session:
        return runs + [ended.copy(session, runs[-1], name=f"small {seed}", seed=seed) for seed in range(2, 6)]


def address(runs: list[int]) -> str:
    return "/compare?runs=" + ",".join(map(str, runs))


def box(page: Page, selector: str) -> dict[str, float]:
    """Where the first such element is on the page, in pixels."""
    place = page.locator(selector).first.bounding_box()
    assert place, selector
    x, y, width, height = place["x"], place["y"], place["width"], place["height"]
    return {"x": x, "y": y, "width": width, "height": height, "right": x + width, "bottom": y + height}


PANEL = "#chart .nsewdrag"  # of the first row: where its curves are drawn


@pytest.mark.parametrize("count", [2, 3])
def test_verdict_curves_and_pictures_are_on_the_first_screen(visit: Visit, eight: list[int], count: int) -> None:
    page = visit(address(eight[:count]))
    assert box(page, "#verdict")["height"] <= 140
    expect(page.get_by_role("link", name="What may be compared")).to_be_visible()
    if count == 2:  # the third run is what settles it
        mend = page.get_by_role("link", name="Train MSE with σ fitted")
        expect(mend).to_be_visible()
        assert f"/runs/new?from={eight[1]}" in (mend.get_attribute("href") or "")
    assert box(page, "#verdict")["y"] < box(page, PANEL)["y"] <= 330
    curves, pictures = box(page, ".chart-card"), box(page, "#pictures")
    assert curves["width"] == pytest.approx(880, abs=15)
    assert pictures["width"] == pytest.approx(450, abs=15)
    assert pictures["x"] > curves["right"]
    assert pictures["y"] == curves["y"]
    for row in ("[data-sheet=inputs] .crop", f"[data-sheet=run][data-run='{eight[count - 1]}'] .crop"):
        strip = box(page, row)
        assert strip["bottom"] <= 900
        assert strip["width"] / strip["height"] == pytest.approx(8, rel=0.03)  # eight images of a sheet, in one row
    assert box(page, "#chart")["bottom"] <= 900
    expect(page.locator("#chart .annotation-text").first).to_have_text("KL — nats/image")


@pytest.mark.parametrize("count", [2, 3])
def test_a_phone_shows_pictures_and_the_first_curve_within_two_screens(
    visit: Visit, page: Page, eight: list[int], count: int
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    visit(address(eight[:count]))
    verdict, pictures, curves = box(page, "#verdict"), box(page, "#pictures"), box(page, PANEL)
    assert verdict["height"] <= 220
    expect(page.get_by_role("link", name="What may be compared")).to_be_hidden()
    assert verdict["bottom"] < pictures["y"] < 844
    assert pictures["bottom"] < curves["y"] < curves["bottom"] <= 2 * 844
    expect(page.locator("#chart .annotation-text").first).to_have_text("KL — nats/image")
    assert box(page, "#chart")["bottom"] < box(page, "#yardsticks")["y"]
    lines = page.locator("#yardsticks tbody tr").first.locator("td")  # of a card, one for each run
    expect(lines).to_have_count(count)
    tops = [lines.nth(place).bounding_box()["y"] for place in range(count)]
    assert tops == sorted(set(tops))
    expect(lines.last.locator(".who")).to_be_visible()
    page.locator("#verdict summary").first.click()
    expect(page.get_by_role("link", name="What may be compared")).to_be_visible()


@pytest.mark.parametrize("count", [2, 8])
def test_any_number_of_runs_fits_any_screen(visit: Visit, page: Page, eight: list[int], count: int) -> None:
    visit(address(eight[:count]))
    expect(page.locator("#compared .badge.finished")).to_have_count(count)
    expect(page.locator("#xray tbody tr")).to_have_count(4)
    page.evaluate("for (const details of document.querySelectorAll('main details')) details.open = true")
    for width in (1400, 760, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        eventually(page, "width => document.documentElement.scrollWidth <= width", width)  # once charts have their size


def test_eight_runs_are_columns_that_an_eye_can_scan(visit: Visit, eight: list[int]) -> None:
    page = visit(address(eight))
    for table in ("#yardsticks table", "#xray", "#by-class table"):
        places = page.locator(f"{table} tbody tr").evaluate_all(
            "rows => rows.map((row) => [...row.querySelectorAll('td.num')].map((cell) => {"
            " const { top, right } = cell.getBoundingClientRect(); return [Math.round(top), Math.round(right)]; }))"
        )
        assert {len(row) for row in places} == {8}, table
        assert all(len({top for top, _ in row}) == 1 for row in places), table  # no row wraps
        assert len({tuple(right for _, right in row) for row in places}) == 1, table  # one column a run
    heads = page.locator("#yardsticks thead th .who")
    expect(heads).to_have_count(8)
    assert all(text[:1] == letter for text, letter in zip(heads.all_inner_texts(), "ABCDEFGH", strict=True))
    no_faults(page)


def test_many_runs_show_one_kind_of_the_same_codes_at_a_time(visit: Visit, eight: list[int]) -> None:
    page = visit(address(eight[3:]))
    made, drawn = (page.locator("[data-sheet=run] img").nth(place) for place in (0, 5))
    before = [made.get_attribute("src"), drawn.get_attribute("src")]
    page.get_by_role("radio", name="samples").check()
    expect(drawn).to_have_attribute("alt", re.compile("A: samples x ~ p"))
    assert [made.get_attribute("src"), drawn.get_attribute("src") != before[1]] == [before[0], True]
    expect(page.locator("[data-sheet=inputs]")).to_be_visible()
    page.get_by_label("all 64").check()
    strip = box(page, "[data-sheet=inputs] .crop")
    assert strip["width"] == pytest.approx(strip["height"])


def test_the_choice_says_how_many_are_ticked_and_why_its_button_is_off(visit: Visit, eight: list[int]) -> None:
    page = visit("/compare")
    button, said = page.get_by_role("button", name="Compare"), page.locator("#count")
    expect(button).to_be_disabled()
    expect(said).to_have_text("No run is ticked: tick two to 8, or more to compare configurations.")
    boxes = page.locator("#chooser input[name=run]")
    assert boxes.count() >= len(eight)
    boxes.nth(0).check()
    expect(said).to_have_text("One run is ticked: tick at least one more.")
    expect(button).to_be_disabled()
    boxes.nth(1).check()
    expect(said).to_have_text("2 runs are ticked.")
    expect(button).to_be_enabled()

    page.get_by_role("searchbox").fill("pair")
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_url("**q=pair*")
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("#chooser input:checked")).to_have_count(2)  # they do not match, and are still there
    page.get_by_role("checkbox", name="pair BCE").check()
    expect(said).to_have_text("3 runs are ticked.")
    assert accessibility_faults(page) == []
    button.click()
    page.wait_for_url("**/compare?q=pair&run=*&run=*&run=*")
    page.wait_for_selector("#compared")


def test_nine_runs_are_compared_by_configuration_and_eight_side_by_side(
    visit: Visit, eight: list[int], server: Server
) -> None:
    (one,) = server.launch(config={"max_steps": 3, "hidden": [8], "latent_dim": 2, "examine": False})
    page = visit(address([*eight, one["id"]]))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Compare 9 runs")
    expect(page.locator("#bundles-chart .plot-container")).to_be_visible()
    assert accessibility_faults(page) == []
    page.get_by_role("link", name="Choose others").click()
    expect(page.locator("#count")).to_have_text("9 runs are ticked: more than 8 are compared by configuration.")
    page.locator("#chooser input:checked").first.uncheck()
    expect(page.locator("#count")).to_have_text("8 runs are ticked.")
    page.get_by_role("button", name="Compare").click()
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("#compared li")).to_have_count(8)
    page.get_by_role("link", name="Choose others").click()
    expect(page.locator("#chooser input:checked")).to_have_count(8)


def test_the_list_compares_more_than_eight_too(visit: Visit, eight: list[int], server: Server) -> None:
    server.launch(config={"max_steps": 3, "hidden": [8], "latent_dim": 2, "examine": False})
    page = visit("/runs")
    for place in range(8):
        page.locator("#runs-table tbody input").nth(place).check()
    expect(page.locator("#count")).to_have_text("8 chosen")
    page.locator("#runs-table tbody input").nth(len(eight)).check()
    expect(page.locator("#count")).to_have_text("9 chosen")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Compare 9 runs")


def test_runs_launched_together_are_one_click_from_their_comparison(visit: Visit, pair: list[int]) -> None:
    page = visit("/runs?q=pair")
    page.get_by_role("link", name="Compare pair BCE and those launched with it").click()
    page.wait_for_selector("body[data-ready]")
    assert page.url.endswith(f"/compare?runs={pair[0]},{pair[1]}")
    visit(f"/runs/{pair[0]}")
    page.get_by_role("link", name="Compare the 2 launched together").click()
    page.wait_for_url("**/compare?runs=*")
    expect(page.locator("#compared li")).to_have_count(2)


def test_a_refresh_leaves_what_a_person_is_at_as_it_is(visit: Visit, server: Server) -> None:
    long = {"hidden": [16], "latent_dim": 2, "max_steps": 10**6, "evaluate_every": 200, "picture_every": 10**6}
    runs = [run["id"] for run in server.launch(config=long, seeds=[1, 2])]
    page = visit(address(runs))
    expect(page.locator("#yardsticks tbody td .value").first).not_to_have_text("—")
    for summary in ("Configuration", "What may be compared"):
        page.locator("main > div > details > summary", has_text=summary).click()
    page.locator("#only-differences").uncheck()
    page.get_by_label("all 64").check()
    table = page.locator("[data-table=chart]")
    table.locator("summary").click()
    table.scroll_into_view_if_needed()
    before = box(page, "[data-table=chart]")["y"]  # on the screen: what grows above it does not move it
    page.evaluate("document.addEventListener('partschange', () => (window.swaps = (window.swaps ?? 0) + 1))")
    value = page.locator("#yardsticks tbody td .value").first
    first = value.inner_text()
    eventually(page, "window.swaps >= 3")
    expect(value).not_to_have_text(first)  # it did refresh
    assert box(page, "[data-table=chart]")["y"] == pytest.approx(before, abs=1.5)
    assert page.locator("details[open]").count() == 3
    expect(page.locator("#only-differences")).not_to_be_checked()
    expect(page.get_by_label("all 64")).to_be_checked()


def test_without_a_script_the_numbers_and_pictures_are_there(browser: Browser, server: Server, pair: list[int]) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.url + address(pair))
    expect(page.locator("#verdict .headline")).to_contain_text("held-out images")
    expect(page.locator("[data-sheet=run] img:visible")).to_have_count(6)
    expect(page.get_by_text("No pictures yet.")).to_be_hidden()
    assert page.locator("main").inner_text().count("JavaScript") == 1  # of the curves
    expect(page.locator(".slider:visible")).to_have_count(0)
    page.get_by_role("link", name="What may be compared").click()  # the browser unfolds it
    expect(page.locator("#comparable")).to_be_visible()
    page.goto(f"{server.url}/compare?choose=yes&q=nothing-like-it&run={pair[0]}")
    expect(page.locator("#chooser input:checked")).to_have_count(1)
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("#count")).to_have_text("One run is ticked: tick at least one more.")
    context.close()
