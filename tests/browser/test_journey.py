"""The whole job in Chromium: form, live curve, pictures, stop, compare."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import accessibility_faults, eventually
from tests.server import Server

Visit = Callable[[str], Page]
LONG = {"hidden": "64", "latent_dim": "4", "max_steps": "1000000", "evaluate_every": "500", "picture_every": "500"}


def drawn_points(page: Page) -> int:
    return int(page.locator("#chart").get_attribute("data-points") or 0)


def wait_for_more(page: Page, points: int) -> None:
    eventually(page, "points => Number(document.getElementById('chart').dataset.points) > points", arg=points)


def launched(visit: Visit) -> Page:
    """The comparison of three long runs, started from the form."""
    page = visit("/runs/new?preset=bce-vs-mse")
    expect(page.locator("#start")).to_contain_text("3 runs · about ")
    page.locator("#all-fields > summary").click()
    for name, value in LONG.items():
        page.locator(f"#{name}").fill(value)
    page.get_by_label("Name").fill("journey")
    page.locator("#start").click()
    page.wait_for_url("**/compare?runs=*")
    page.wait_for_selector("body[data-ready]")
    return page


def test_from_the_form_to_the_comparison(visit: Visit, server: Server) -> None:
    # 1. A form filled in and sent.
    page = launched(visit)

    # 2. The page of all three is live, and so is the page of one run: its curve grows while it trains.
    page.get_by_role("link", name="journey BCE").click()
    page.wait_for_url("**/runs/*")
    page.wait_for_selector("body[data-ready]")
    expect(page.locator(".badge")).to_have_text("running")
    wait_for_more(page, 10)
    wait_for_more(page, drawn_points(page))
    expect(page.locator(".progress-text")).to_contain_text("of 1,000,000")
    expect(page.locator("[data-kpi=kl]")).not_to_have_text("—")
    bce = page.url.rsplit("/", 1)[1]

    # 3. Pictures appear and follow.
    picture = page.locator("[data-sheet=run] img")
    expect(picture).to_be_visible()
    eventually(page, "document.querySelector('[data-sheet=run] img').naturalWidth > 50")
    eventually(page, "Number(document.querySelector('input[name=picture]').max) >= 1")
    expect(page.locator("#kl-chart .bars path").first).to_be_visible()
    expect(page.locator("#alarms")).to_contain_text("No alarm. Checked: finite losses, live units")

    # 4. Stop this one here, another on its own page.
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".badge")).to_have_text("stopped")
    expect(page.locator(".progress")).to_have_count(0)
    mse = str(int(bce) + 1)
    visit(f"/runs/{mse}")
    eventually(page, "Number(document.querySelector('input[name=picture]').max) >= 1")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".badge")).to_have_text("stopped")

    # 5. Compare the two from the list.
    visit("/runs")
    page.get_by_role("checkbox", name="Choose journey BCE").check()
    page.get_by_role("checkbox", name="Choose journey MSE σ=0.707").check()
    expect(page.locator("#count")).to_have_text("2 chosen")
    page.get_by_role("button", name="Compare").click()
    page.wait_for_selector("body[data-ready]")
    expect(page.locator(".verdict")).to_contain_text("do not share an axis")
    expect(page.locator("#yardsticks tbody tr")).to_have_count(5)
    expect(page.locator("#yardsticks")).not_to_contain_text("—")
    page.locator("summary", has_text="Configuration: 1 field differs").click()
    expect(page.locator("#differences tr.differs")).to_have_count(2)  # the likelihood, and p(x|z) by it
    expect(page.locator("#differences tr.same").first).to_be_hidden()
    page.get_by_label("Differences only").uncheck()
    expect(page.locator("#differences tr.same").first).to_be_visible()
    sheets = page.locator(".sheets figure:visible")
    expect(sheets).to_have_count(8)  # the inputs, what each run makes of them, |A − B|, and two kinds of the same z
    eventually(page, "[...document.querySelectorAll('.sheets img')].every((image) => image.naturalWidth > 50)")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert accessibility_faults(page) == [], scheme
    assert server.api.get(f"/api/runs/{bce}").json()["evaluation"]


def test_the_demo_button_ends_in_a_finished_run(visit: Visit, pair: list[int]) -> None:  # noqa: ARG001
    page = visit("/runs/new")
    page.locator("#start").click()
    page.wait_for_url("**/runs/*")
    page.wait_for_selector("#run-head")
    expect(page.locator(".badge")).to_have_text("finished")
    expect(page.locator("#chart-summary")).to_contain_text(re.compile(r"in means of up to \d steps, over 2,300 steps"))
    expect(page.locator("#held-negative_elbo")).to_contain_text("2")
    eventually(page, "document.getElementById('chart').dataset.points == 575")  # of 4 steps each
