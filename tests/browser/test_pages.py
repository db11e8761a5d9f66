"""Each page in each theme and width: no fault that axe knows, no sideways scrolling, nothing that needs a script."""

from collections.abc import Callable
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watch, accessibility_faults, eventually, faults_unscrolled
from tests.server import Server, wait_until

Visit = Callable[[str], Page]
Scheme = Literal["light", "dark"]
PATHS = {
    "runs": "/runs",
    "no match": "/runs?q=nothing-like-it",
    "new": "/runs/new",
    "new pair": "/runs/new?preset=bce-vs-mse",
    "run": "/runs/{0}",
    "compare": "/compare?runs={0},{1}",
    "translate": "/translate",
}
PLAIN_PATHS = {"choose": "/compare", "login": "/login", "missing": "/runs/99999"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PATHS)
def test_no_accessibility_fault(visit: Visit, pair: list[int], name: str, scheme: Scheme) -> None:
    page = visit("/runs")
    page.emulate_media(color_scheme=scheme)
    visit(PATHS[name].format(*pair))
    assert accessibility_faults(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PLAIN_PATHS)
def test_no_accessibility_fault_on_plain_pages(
    page: Page, watch: Watch, server: Server, name: str, scheme: Scheme
) -> None:
    watch.expect("status of 404")
    page.emulate_media(color_scheme=scheme)
    page.goto(server.url + PLAIN_PATHS[name])
    assert accessibility_faults(page) == []


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize("width", [390, 760])
def test_nothing_is_wider_than_the_screen(visit: Visit, pair: list[int], name: str, width: int) -> None:
    page = visit("/runs")
    page.set_viewport_size({"width": width, "height": 844})
    visit(PATHS[name].format(*pair))
    eventually(page, "width => document.documentElement.scrollWidth <= width", width)


def test_pages_work_without_scripts(browser: Browser, server: Server, pair: list[int]) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.url + "/runs/new?preset=bce")
    page.locator("#max_steps").fill("20")
    page.get_by_label("Name").fill("plain")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", name="plain")).to_be_visible()

    page.goto(server.url + "/runs?q=plain")
    page.get_by_text("Loss", exact=True).first.click()
    page.get_by_label("Bernoulli (BCE)").check()
    page.get_by_label("Bernoulli (BCE)").press("Enter")
    page.wait_for_url("**/runs?q=plain&likelihood=bernoulli*")
    wait_until(lambda: server.api.get("/api/runs?q=plain&status=finished").json()["runs"])
    page.get_by_role("checkbox", name="Choose plain").check()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(".notice")).to_contain_text("Deleted plain")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="plain", exact=True)).to_be_visible()
    page.goto(f"{server.url}/compare?run={pair[0]}&run={pair[1]}")
    expect(page.locator("#yardsticks tbody tr")).to_have_count(8)  # both were examined
    page.goto(f"{server.url}/runs/{pair[0]}")
    expect(page.locator("#evaluations tbody tr")).to_have_count(5)
    context.close()


def test_a_refused_form_comes_back_with_the_error_in_focus(visit: Visit, watch: Watch) -> None:
    watch.expect("status of 422")
    page = visit("/runs/new")
    page.locator("#latent_dim").fill("0")
    unfold(page)
    page.locator("#learning_rate").fill("fast")
    page.locator("#start").click()
    page.wait_for_selector("#errors")
    expect(page.locator("#errors")).to_be_focused()
    expect(page.locator("#latent_dim")).to_have_value("0")
    expect(page.locator("#latent_dim-error p")).to_have_text("Latent dimensions: a whole number from 1 to 4,096")
    expect(page.locator("#learning_rate")).to_have_value("fast")
    page.locator("#errors").get_by_role("link", name="Learning rate: a number above 0").click()
    expect(page.locator("#learning_rate")).to_be_focused()
    assert faults_unscrolled(page) == []


def test_fields_that_do_not_matter_are_hidden(visit: Visit) -> None:
    page = visit("/runs/new?preset=bce")
    unfold(page)
    expect(page.locator("#sigma")).to_be_hidden()
    expect(page.locator("#warmup_steps")).to_be_hidden()
    page.locator("#likelihood").select_option("gaussian")
    page.locator("#beta_schedule").select_option("linear")
    expect(page.locator("#sigma")).to_be_visible()
    expect(page.locator("#warmup_steps")).to_be_visible()
    page.locator("#scale").select_option("optimal")
    expect(page.locator("#sigma")).to_be_hidden()  # shown where likelihood and scale both allow it
    expect(page.get_by_text("best σ")).to_be_visible()
    page.locator("#model").select_option("ae")
    expect(page.locator("#beta")).to_be_hidden()
    page.locator("#dataset").select_option("mnist")
    expect(page.locator("#preflight")).to_contain_text("469 an epoch")


def test_a_likelihoods_own_field_is_shown_with_it_alone(visit: Visit) -> None:
    page = visit("/runs/new")
    unfold(page)
    expect(page.locator("#nu")).to_be_hidden()
    page.locator("#likelihood").select_option("student_t")
    expect(page.locator("#nu")).to_have_value("5")
    expect(page.get_by_text("outliers cost little")).to_be_visible()
    page.locator("#likelihood").select_option("gaussian")
    expect(page.locator("#nu")).to_be_hidden()


def unfold(page: Page) -> None:
    """Show the fields beyond the basic ones."""
    page.locator("#all-fields > summary").click()
    expect(page.locator("#learning_rate")).to_be_visible()


def start(page: Page) -> None:
    page.locator("#max_steps").fill("3")
    page.locator("#hidden").fill("8")
    page.locator("#start").click()


def launched(page: Page, server: Server) -> dict[str, Any]:
    """The configuration of the run on whose page the launch ended."""
    page.wait_for_selector("#run-head")
    return server.api.get("/api" + page.url.removeprefix(server.url)).json()["config"]


def test_what_another_choice_hides_is_not_sent(visit: Visit, server: Server) -> None:
    """An objective chosen before the model became an autoencoder, a β before the objective had none."""
    page = visit("/runs/new")
    unfold(page)
    page.locator("#beta").fill("4")
    page.locator("#objective").select_option("iwae")
    page.locator("#importance_samples").fill("3")
    expect(page.locator("#beta")).to_be_hidden()
    page.locator("#model").select_option("ae")
    expect(page.locator("#objective")).to_be_hidden()
    start(page)
    config = launched(page, server)
    assert (config["model"], config["objective"], config["beta"], config["importance_samples"]) == ("ae", "elbo", 1, 5)


def test_an_objective_without_a_weight_starts_after_a_weight_was_typed(visit: Visit, server: Server) -> None:
    page = visit("/runs/new")
    unfold(page)
    page.locator("#beta").fill("4")
    page.locator("#beta_schedule").select_option("linear")
    page.locator("#objective").select_option("iwae")
    start(page)
    config = launched(page, server)
    assert (config["objective"], config["beta"], config["beta_schedule"]) == ("iwae", 1, "constant")


@pytest.mark.parametrize(
    ("chosen", "button", "field", "value"),
    [
        ({"likelihood": "continuous_bernoulli"}, "Dequantise pixels: Yes, and start", "dequantize", True),
        ({"binarize": "static", "likelihood": "gaussian"}, "Binary pixels: No, grey, and start", "binarize", "none"),
        (
            {"likelihood": "student_t", "scale": "optimal"},
            "Its scale: Learned, one for all pixels, and start",
            "scale",
            "shared",
        ),
    ],
)
def test_a_choice_that_does_not_fit_is_mended_in_one_click(
    visit: Visit, server: Server, watch: Watch, chosen: dict[str, str], button: str, field: str, value: object
) -> None:
    watch.expect("status of 422")
    page = visit("/runs/new")
    unfold(page)
    for name, choice in chosen.items():
        page.locator(f"#{name}").select_option(choice)
    start(page)
    page.wait_for_selector("#errors")
    assert faults_unscrolled(page) == []
    page.get_by_role("button", name=button).click()
    config = launched(page, server)
    assert config[field] == value
    assert config["likelihood"] == chosen["likelihood"]
    assert config["hidden"] == [8]


def test_the_enter_key_sends_the_form_as_it_is_and_no_remedy(visit: Visit, watch: Watch) -> None:
    watch.expect("status of 422")
    page = visit("/runs/new")
    page.locator("#likelihood").select_option("continuous_bernoulli")
    start(page)
    expect(page.locator("#errors")).to_be_focused()
    with page.expect_response("**/runs") as answer:
        page.locator("#latent_dim").press("Enter")
    assert answer.value.status == 422


def test_errors_take_no_focus_from_a_field_that_somebody_is_in(visit: Visit, watch: Watch) -> None:
    watch.expect("status of 422")
    page = visit("/runs/new")
    page.add_init_script(
        """new MutationObserver(() => document.getElementById("errors") && document.getElementById("seed")?.focus())
            .observe(document, { childList: true, subtree: true });"""
    )
    page.locator("#likelihood").select_option("continuous_bernoulli")
    start(page)
    page.wait_for_selector("body[data-ready] #errors")
    expect(page.locator("#seed")).to_be_focused()


def test_folded_fields_are_one_click_away_and_unfold_with_an_error(visit: Visit, watch: Watch) -> None:
    watch.expect("status of 422")
    page = visit("/runs/new")
    expect(page.locator("#free_bits")).to_be_hidden()
    unfold(page)
    page.locator("#free_bits").fill("lots")
    start(page)
    page.wait_for_selector("#errors")
    expect(page.locator("#free_bits")).to_be_visible()


def test_a_preset_of_several_runs_starts_them_all(visit: Visit) -> None:
    page = visit("/runs/new?preset=sigma-vae")
    expect(page.locator("#scale")).to_have_count(0)
    page.locator("#dataset").select_option("digits")
    page.get_by_label("Name").fill("widths")
    start(page)
    page.wait_for_url("**/compare?runs=*")
    expect(page.locator("#compared li")).to_have_count(4)
    expect(page.get_by_role("link", name="widths σ per pixel")).to_be_visible()


def test_the_examination_appears_when_the_run_has_finished(visit: Visit, server: Server) -> None:
    (run,) = server.launch(name="examined", config={"max_steps": 300, "hidden": [16], "latent_dim": 3})
    page = visit(f"/runs/{run['id']}")
    expect(page.locator("#examination")).to_contain_text("log p(x)")
    expect(page.locator("#xray tbody tr")).to_have_count(5)
    expect(page.locator("#xray tr.own")).to_contain_text("as trained")
    expect(page.locator("#variance-chart .bars path").first).to_be_visible()
    told = server.api.get(f"/api/runs/{run['id']}/report").json()
    assert told["step"] == 300
    assert accessibility_faults(page) == []


def test_a_run_without_its_data_says_what_is_missing(visit: Visit, server: Server) -> None:
    (run,) = server.launch(config={"dataset": "mnist", "max_steps": 5})
    page = visit(f"/runs/{run['id']}")
    expect(page.locator(".badge")).to_have_text("failed")
    expect(page.get_by_role("alert")).to_contain_text("MNIST")
    expect(page.get_by_role("alert")).to_contain_text("ELBOARD_DATASETS")
    assert accessibility_faults(page) == []


def test_deleting_can_be_undone(visit: Visit, server: Server) -> None:
    (run,) = server.launch(name="to-delete", config={"max_steps": 5, "hidden": [8], "examine": False})
    wait_until(lambda: server.api.get(f"/api/runs/{run['id']}").json()["status"] == "finished")
    page = visit(f"/runs/{run['id']}")
    page.get_by_text("⋯").click()
    page.get_by_role("button", name="Delete").click()
    page.wait_for_selector("body[data-ready]")
    expect(page.locator(".notice")).to_contain_text("Deleted to-delete")
    expect(page.get_by_role("link", name="to-delete")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    page.wait_for_selector("body[data-ready]")
    expect(page.locator(".notice")).to_have_count(0)
    expect(page.get_by_role("link", name="to-delete")).to_be_visible()
