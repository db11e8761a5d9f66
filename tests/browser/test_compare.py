"""From the form's one click to a verdict that can be read."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import accessibility_faults, eventually
from tests.server import Server

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
    expect(page.locator("#verdict")).to_contain_text("do not share an axis")

    # 2. When all are examined, the verdict, the X-ray and the images appear without a reload.
    expect(page.locator(".headline")).to_contain_text("On the same 360 held-out images")
    expect(page.locator(".headline")).to_contain_text("squared error")
    expect(page.locator("#xray tbody tr")).to_have_count(4)
    expect(page.locator("#xray td.own")).to_have_count(3)
    expect(page.locator("#yardsticks")).to_contain_text("±")
    expect(page.locator("[data-plane][data-draws]")).to_have_count(2)
    eventually(page, "[...document.querySelectorAll('.contrasts img')].every((image) => image.naturalWidth === 8)")
    expect(page.locator(".contrasts li")).to_have_count(10)
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
    assert kl + reconstruction == pytest.approx(total, rel=1e-4)

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


def test_six_runs_fit_a_phone(visit: Visit, pair: list[int], server: Server) -> None:
    more = [
        run["id"] for run in server.launch(config={"max_steps": 3, "hidden": [8], "latent_dim": 2}, seeds=[1, 2, 3, 4])
    ]
    page = visit("/compare?runs=" + ",".join(map(str, [*pair, *more])))
    expect(page.locator("#sides .badge.finished")).to_have_count(6)
    expect(page.locator("#xray tbody tr")).to_have_count(4)
    no_faults(page)
