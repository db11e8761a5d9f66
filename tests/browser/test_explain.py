"""Explain in a browser: one journey from a slider to a filled form, and the same page without scripts."""

from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import accessibility_faults, eventually
from tests.server import Server

PEAK = "Math.max(...document.getElementById('gaussian-chart').data[0].y)"


def test_a_slider_moves_the_figure_and_a_link_leads_to_the_run(visit: Callable[[str], Page]) -> None:
    page = visit("/explain")
    page.get_by_role("link", name="A Gaussian decoder").click()
    eventually(page, "document.querySelectorAll('.exhibit .main-svg').length >= 20")  # two in each of ten figures
    before = page.evaluate(PEAK)
    slider = page.get_by_role("slider", name="σ of the decoder", exact=True)
    slider.focus()
    slider.press("Home")
    expect(page.locator("#gaussian-summary")).to_contain_text("With σ = 0.1 the loss is 50 · SSE")
    expect(page.locator("#balance-summary")).to_contain_text("94 %")
    expect(page.locator("#sigma-value")).to_have_text("0.1")
    expect(slider).to_be_focused()
    eventually(page, f"{PEAK} > {2 * before}")
    assert "sigma=0.1" in page.url
    page.get_by_label("Images", exact=True).select_option("mnist")
    expect(page.locator("#implied-summary")).to_contain_text("784 pixels")
    expect(page.locator("#spectrum-summary")).to_contain_text("MNIST")  # what it says of images that are not here
    expect(page.locator("#spectrum-chart")).to_be_hidden()

    page.locator("#gaussian summary").first.click()  # a table of numbers, and lines of code
    page.locator("#gaussian .code summary").first.click()
    assert accessibility_faults(page) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    visit(page.url.removeprefix(page.url.split("/explain")[0]))
    expect(slider).to_have_value("0.1")
    assert accessibility_faults(page) == []
    eventually(page, "document.documentElement.scrollWidth <= 390")

    page.locator("#gaussian").get_by_role("link", name="σ = 0.1").click()
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("#likelihood")).to_have_value("gaussian")
    expect(page.locator("#sigma")).to_have_value("0.1")


def test_everything_is_said_without_scripts(browser: Browser, server: Server) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.url + "/explain")
    expect(page.locator("math").first).to_be_visible()
    page.locator("#gaussian figure").first.get_by_text("Data as a table").click()
    expect(page.locator("#gaussian-table tbody tr")).to_have_count(11)
    page.get_by_role("slider", name="Grey level x of the pixel").fill("0.5")
    page.locator("#grey-pixels figure button").click()
    expect(page.locator("#grey-summary")).to_contain_text("even there it costs 0.693 nats")
    context.close()
