"""The side panel while somebody types, and the lines beside a curve."""

import re
from collections.abc import Callable

from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import eventually, faults_unscrolled
from tests.server import Server
from vae_core.translator.recipes import RECIPES

Visit = Callable[[str], Page]
LINES = "document.getElementById('chart').layout.shapes.filter((shape) => shape.line.dash === 'dash').length"


def test_the_panel_follows_what_is_typed_and_mends_it(visit: Visit) -> None:
    page = visit("/runs/new?preset=bce")
    panel = page.locator("#preflight")
    expect(panel).to_contain_text("Collapsed")  # once the pixels are counted
    page.locator("#latent_dim").fill("7")
    page.locator("#all-fields > summary").click()
    page.locator("#beta").fill("500")
    expect(panel).to_contain_text("0 of 7")
    expect(panel.locator(".advice")).to_contain_text("Linear theory expects every latent unit to die")
    assert faults_unscrolled(page) == []
    panel.get_by_role("button", name="β: 1").click()
    expect(page.locator("#beta")).to_have_value("1")
    expect(panel.locator(".advice")).to_have_count(0)
    expect(panel).not_to_contain_text("0 of 7")
    page.locator("#latent_dim").fill("x")
    expect(page.locator("#latent_dim-error p")).to_have_text("Latent dimensions: a whole number from 1 to 4,096")
    expect(panel).not_to_contain_text("Latent dimensions")
    expect(panel).to_contain_text("One field needs a change before anything can be said of this run.")


def test_a_fix_shows_the_fields_that_it_sets(visit: Visit) -> None:
    page = visit("/runs/new?preset=mse")
    page.locator("#all-fields > summary").click()
    page.locator("#reconstruction_reduction").select_option("mean")
    expect(page.locator("#trains")).to_have_text(
        "This loss is the −ELBO of a Gaussian decoder with σ = 5.66, up to a factor."
    )
    page.get_by_role("button", name="The same, written explicitly").click()
    expect(page.locator("#sigma")).to_have_value("5.65685424949")
    expect(page.locator("#reconstruction_reduction")).to_have_value("sum")
    expect(page.get_by_role("button", name="The same, written explicitly")).to_have_count(0)
    expect(page.locator("#trains")).to_contain_text("σ = 5.66")  # nothing else changed
    page.locator("#preflight").get_by_role("button", name="its scale fitted").click()
    expect(page.locator("#scale")).to_have_value("optimal")
    expect(page.locator("#sigma")).to_be_hidden()
    expect(page.locator("#preflight .advice")).to_have_count(0)


def test_a_loss_as_code_comes_back_to_the_form(visit: Visit) -> None:
    page = visit("/runs/new?preset=bce")
    page.locator("#latent_dim").fill("7")
    expect(page.get_by_role("link", name="I have a loss as code")).to_have_attribute("href", re.compile("latent_dim=7"))
    page.get_by_role("link", name="I have a loss as code").click()
    expect(page.locator("#paste").get_by_label("Latent dimensions")).to_have_value("7")  # of the form
    page.get_by_label("Seen in").select_option("keras-2016")
    page.get_by_role("button", name="Show").click()  # at the sizes that this loss is known for
    known = RECIPES["keras-2016"]
    page.get_by_role("link", name="Use this in a new run").click()
    expect(page.locator("#trains")).to_contain_text(f"β-VAE with a Bernoulli decoder and β = {known.pixels};")
    expect(page.locator("#latent_dim")).to_have_value(str(known.latent_dim))


def test_a_form_of_several_runs_offers_no_fix_that_it_has_no_field_for(visit: Visit) -> None:
    page = visit("/runs/new?preset=sigma-vae")
    page.locator("#dataset").select_option("digits")
    advice = page.locator("#preflight .advice")
    expect(advice).to_have_count(2)
    expect(advice.first.locator("button")).to_be_hidden()  # of a scale, which the preset decides
    expect(advice.last.get_by_role("button", name="Dequantise pixels: Yes")).to_be_visible()


def test_the_panel_is_there_without_scripts(browser: Browser, server: Server) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.url + "/runs/new?preset=mse")
    expect(page.locator("#preflight")).to_contain_text("76,104")
    expect(page.locator("#preflight button")).to_have_count(page.locator("#preflight button[hidden]").count())
    expect(page.locator("[data-reset]:visible")).to_have_count(0)
    context.close()


def test_lines_near_the_curve_are_drawn_and_can_be_hidden(visit: Visit, pair: list[int]) -> None:
    page = visit(f"/runs/{pair[0]}")
    eventually(page, f"{LINES} > 0")
    low, high = page.evaluate("document.getElementById('chart').layout.yaxis.range")
    values = page.evaluate("JSON.parse(document.getElementById('references').textContent).map((line) => line.value)")
    assert any(low < value < high for value in values)
    page.get_by_role("checkbox", name="reference lines").uncheck()
    eventually(page, f"{LINES} === 0")
    assert "lines=off" in page.url
    visit(page.url.removeprefix(page.url.split("/runs")[0]))
    expect(page.get_by_role("checkbox", name="reference lines")).not_to_be_checked()
    assert page.evaluate(LINES) == 0


def test_lines_come_by_themselves_once_the_pixels_are_counted(visit: Visit, page: Page, pair: list[int]) -> None:
    """The run is over, and no news will make the page look again. The first answer is one of a server that counts."""
    requests: list[str] = []

    def counting(route: Route) -> None:
        answer, requests[len(requests) :] = route.fetch(), [route.request.url]
        html = re.sub(r'(id="references" data-live>).*?(</script>)', r"\1[]\2", answer.text(), flags=re.DOTALL)
        html = re.sub(r"(<ul [^>]*references-list.*?>).*?(</ul>)", r"\1<li data-soon>…</li>\2", html, flags=re.DOTALL)
        route.fulfill(response=answer, body=html if len(requests) == 1 else answer.text())

    page.route(f"**/runs/{pair[0]}", counting)
    visit(f"/runs/{pair[0]}")
    eventually(page, f"{LINES} > 0")
    expect(page.locator("[data-soon]")).to_have_count(0)
    assert len(requests) > 1


def test_a_line_far_from_the_curve_is_named_and_not_drawn(visit: Visit, server: Server) -> None:
    """−D log 256, hundreds of nats below the first steps of a learned scale."""
    config = {"likelihood": "gaussian", "scale": "shared", "dequantize": True, "max_steps": 30, "hidden": [8]}
    (run,) = server.launch(name="far", config={**config, "examine": False})
    page = visit(f"/runs/{run['id']}")
    eventually(page, "document.getElementById('chart-summary').textContent.includes('outside the range that is shown')")
    expect(page.locator("#chart-summary")).to_contain_text("−ELBO, floor −354.9")
    low, _ = page.evaluate("document.getElementById('chart').layout.yaxis.range")
    assert low > -354.9
