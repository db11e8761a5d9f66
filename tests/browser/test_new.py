"""The New-run form as people fill it in: what fits the screen, what is marked, mended, kept and started."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch, accessibility_faults, eventually, faults_unscrolled
from tests.browser.test_keyboard import tab_to
from tests.server import Server
from vae_core.presets import PRESETS

Visit = Callable[[str], Page]
BOTTOM = "[...document.querySelectorAll('.typed > section .field')].at(-1).getBoundingClientRect().bottom + scrollY"
START_IN_VIEW = """() => {
    const {top, bottom, left, right} = document.getElementById('start').getBoundingClientRect();
    const above = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return top >= 0 && bottom <= innerHeight && right <= innerWidth && above.closest('#start') !== null;
}"""
OVERLAPPING = """() => [...document.querySelectorAll('.field-head')].filter((head) => {
    const text = document.createRange();
    text.selectNodeContents(head.querySelector('label'));
    const button = [...head.querySelectorAll('button')].find((button) => button.offsetWidth > 0);
    return button && text.getBoundingClientRect().right > button.getBoundingClientRect().left;
}).map((head) => head.textContent.trim())"""
SMALL = {"hidden": "8", "max_steps": "3"}


@pytest.fixture
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server without any run."""
    server = Server(tmp_path_factory.mktemp("newcomer"))
    yield server
    for run in server.api.get("/api/runs").json()["runs"]:
        server.stop_run(run["id"])
    assert server.stop() == 0


@pytest.mark.parametrize("preset", ["digits-demo", "bce-vs-mse"])
def test_basics_forecast_and_start_share_the_first_screen(visit: Visit, preset: str) -> None:
    page = visit(f"/runs/new?preset={preset}")
    bar, side = (page.locator(part).bounding_box() for part in (".start-bar", "#preflight"))
    assert page.evaluate(BOTTOM) < bar["y"]
    assert side["y"] < 300
    assert side["x"] > page.locator("#dataset").bounding_box()["x"] + 500
    assert page.evaluate(START_IN_VIEW)
    expect(page.locator("#all-fields")).not_to_have_attribute("open", "")
    expect(page.locator("#learning_rate")).to_be_hidden()


@pytest.mark.parametrize("width", [390, 320])
def test_on_a_phone_the_basics_take_two_screens_and_start_stays_in_view(visit: Visit, width: int) -> None:
    page = visit("/runs/new?preset=mse")
    page.set_viewport_size({"width": width, "height": 844})
    assert page.evaluate(BOTTOM) < 2 * 844
    page.locator("#all-fields > summary").click()
    for place in (0, 0.5, 1):
        page.evaluate("place => scrollTo(0, place * document.documentElement.scrollHeight)", place)
        assert page.evaluate(START_IN_VIEW), place
    eventually(page, "width => document.documentElement.scrollWidth <= width", width)
    assert page.evaluate(OVERLAPPING) == []


def test_an_error_stands_beside_its_field_in_words_and_is_mended_there(visit: Visit) -> None:
    page = visit("/runs/new")
    page.locator("#hidden").fill("500/500")
    error = page.locator("#hidden-error")
    expect(error.locator("p")).to_have_text("Hidden layers: whole numbers with commas between, such as 500, 500")
    assert error.bounding_box()["y"] - page.locator("#hidden").bounding_box()["y"] < 60
    expect(page.locator("#preflight")).not_to_contain_text("Hidden")
    expect(page.locator("#hidden")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#announce")).to_contain_text("Hidden layers")
    expect(page.locator("label[for=hidden]")).to_have_attribute("title", "hidden in the API and on the command line")
    expect(page.locator("#wrong")).to_have_text("1 field needs a change")
    expect(page.locator("#start-says")).to_be_empty()
    assert accessibility_faults(page) == []
    tab_to(page, "Change Hidden layers to 500, 500", most=3)
    page.keyboard.press("Enter")
    expect(page.locator("#hidden")).to_have_value("500, 500")
    expect(page.locator("#hidden")).to_be_focused()
    expect(error).to_be_empty()
    expect(page.locator("#hidden")).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator("#start-says")).to_contain_text("1 run · about ")


def test_an_error_of_a_folded_field_unfolds_it(visit: Visit) -> None:
    page = visit("/runs/new")
    page.locator("#likelihood").select_option("continuous_bernoulli")
    expect(page.locator("#dequantize-error p")).to_contain_text("Dequantise pixels must be Yes")
    page.locator("#dequantize-error button").click()
    expect(page.locator("#dequantize")).to_have_value("true")
    expect(page.locator("#dequantize")).to_be_focused()
    expect(page.locator("#dequantize-error")).to_be_empty()


def test_what_differs_from_the_preset_is_marked_and_goes_back(visit: Visit, server: Server) -> None:
    page = visit("/runs/new?preset=digits-demo")
    chip = page.locator(".presets a[data-current]")
    expect(chip).to_have_attribute("aria-current", "true")
    expect(page.locator("#latent_dim-origin")).to_contain_text("set by the preset")
    expect(page.locator("#all-fields > summary")).to_contain_text("set by the preset: Batch size (M) 64")
    page.locator("#latent_dim").fill("7")
    expect(chip).not_to_have_attribute("aria-current", "true")
    expect(chip).to_contain_text("Quick demo, changed")
    expect(page.locator("#latent_dim-change")).to_contain_text("changed; the preset has 10")
    page.get_by_role("button", name="10: reset Latent dimensions to the preset").click()
    expect(page.locator("#latent_dim")).to_have_value("10")
    expect(page.locator("#latent_dim")).to_be_focused()
    expect(chip).to_have_attribute("aria-current", "true")
    expect(page.locator("[data-reset]:visible")).to_have_count(0)
    page.locator("#hidden").fill(" 128 ")  # the same in another writing
    expect(chip).to_have_attribute("aria-current", "true")

    (run,) = server.launch(config={"beta": 4, "max_steps": 3, "hidden": [8], "examine": False})
    page = visit(f"/runs/new?from={run['id']}&scale=optimal&likelihood=gaussian&free_bits=1")
    expect(page.locator("#scale-change")).to_contain_text(f"changed; run {run['id']} has Fixed at σ")
    expect(page.locator("#free_bits")).to_be_visible()  # a changed field that is not basic
    expect(page.locator("#beta-origin")).to_contain_text(f"set by run {run['id']}")
    assert faults_unscrolled(page) == []
    page.locator("#likelihood").select_option("bernoulli")
    expect(page.locator("[data-reset]:visible")).to_have_count(1)  # of the free bits


def test_an_emptied_field_says_and_is_what_the_preset_has(visit: Visit, server: Server) -> None:
    page = visit("/runs/new?preset=digits-demo")
    page.locator("#all-fields > summary").click()
    for name in ("latent_dim", "batch_size", "epochs"):
        page.locator(f"#{name}").fill("")
    expect(page.locator("#latent_dim")).to_have_attribute("placeholder", "10 (preset's)")
    expect(page.locator("#batch_size")).to_have_attribute("placeholder", "64 (preset's)")
    expect(page.locator("#epochs")).to_have_attribute("placeholder", "100 (preset's)")
    expect(page.locator("#preflight")).to_contain_text("2,300")  # steps: the preset's length
    page.locator("#max_steps").fill("3")
    expect(page.locator("#epochs")).to_have_attribute("placeholder", "no limit")
    page.locator("#start").click()
    page.wait_for_selector("#run-head")
    config = server.api.get("/api" + page.url.removeprefix(server.url)).json()["config"]
    assert (config["latent_dim"], config["batch_size"], config["epochs"], config["max_steps"]) == (10, 64, None, 3)


def test_back_and_reload_keep_what_was_typed_and_the_same_form_starts_once(visit: Visit, server: Server) -> None:
    page = visit("/runs/new?preset=mse")
    for name, value in {**SMALL, "name": "kept", "seeds": "1"}.items():
        page.locator(f"#{name}").fill(value)
    page.locator("#likelihood").select_option("laplace")
    page.locator("#scale").select_option("shared")
    page.reload()
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("#name")).to_have_value("kept")
    expect(page.locator("#scale")).to_have_value("shared")
    expect(page.locator("#trains")).to_contain_text("Laplace decoder that learns its b")
    expect(page.locator(".presets a[data-current]")).to_contain_text("MSE, changed")
    page.locator("#start").click()
    page.wait_for_selector("#run-head")
    first = page.url
    page.go_back()
    page.wait_for_selector("#launch")
    expect(page.locator("#name")).to_have_value("kept")
    expect(page.locator("#hidden")).to_have_value("8")
    page.locator("#start").click()  # the same again
    page.wait_for_url(first)
    page.go_back()
    page.wait_for_selector("#launch")
    page.locator("#hidden").fill("9")
    page.locator("#start").click()
    page.wait_for_selector("#run-head")
    assert page.url != first
    kept = server.api.get("/api/runs", params={"q": "kept"}).json()["runs"]
    assert sorted(run["config"]["hidden"] for run in kept) == [[8], [9]]
    fresh = visit("/runs/new?preset=mse")
    expect(fresh.locator("#name")).to_have_value("")
    expect(fresh.locator("#hidden")).to_have_value("400")


def test_a_refused_form_is_a_form_again_when_it_is_reloaded(visit: Visit, watch: Watch) -> None:
    watch.expect("status of 422")
    page = visit("/runs/new?preset=mse")
    page.locator("#latent_dim").fill("0")
    page.locator("#start").click()
    page.wait_for_selector("#errors")
    expect(page.locator("nav[aria-label=Main] a[aria-current]")).to_have_text("New run")
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert page.url.endswith("/runs/new?preset=mse")
    expect(page.locator("#latent_dim")).to_have_value("0")
    expect(page.locator("#latent_dim-error p")).to_have_text("Latent dimensions: a whole number from 1 to 4,096")


def test_help_opens_beside_its_field(visit: Visit) -> None:
    page = visit("/runs/new")
    expect(page.locator("#sigma-help")).to_be_hidden()
    tab_to(page, "About Loss")
    page.keyboard.press("Enter")
    help = page.locator("#likelihood-help")
    expect(help).to_contain_text("The decoder's p(x|z)")
    box, button = help.bounding_box(), page.get_by_role("button", name="About Loss").bounding_box()
    assert 0 <= box["y"] - button["y"] < 60
    assert accessibility_faults(page) == []
    page.keyboard.press("Escape")
    expect(help).to_be_hidden()


def test_one_click_from_the_first_visit_to_the_comparison(newcomer: Server, page: Page) -> None:
    watch = Watch(page, newcomer.url)
    page.goto(newcomer.url)
    page.wait_for_selector("body[data-ready]")
    expect(page.get_by_role("heading", level=2)).to_contain_text("a square loss, or a cross-entropy?")
    expect(page.get_by_text("Recorded, not trained now: Digits 8×8, MLP 400")).to_be_visible()
    eventually(page, "[...document.images].every((image) => image.naturalWidth === 64)")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert accessibility_faults(page) == [], scheme
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        eventually(page, "width => document.documentElement.scrollWidth <= width", width)
    page.set_viewport_size({"width": 1400, "height": 900})
    assert page.locator(".recorded .rows").last.bounding_box()["y"] < 900

    tab_to(page, "BCE vs MSE")
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare?runs=*")
    page.wait_for_selector("body[data-ready]")
    launched = newcomer.api.get("/api/runs").json()["runs"]
    assert len(launched) == len(PRESETS["bce-vs-mse"].changes)
    page.goto(newcomer.url + "/runs/new")
    page.wait_for_selector("body[data-ready]")
    page.get_by_role("button", name="10-second demo").click()
    page.wait_for_selector("#run-head")
    watch.check()
