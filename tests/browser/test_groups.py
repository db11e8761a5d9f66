"""Many runs by one form, and the page that says what they came to over their seeds."""

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from scipy import stats

from tests.browser.conftest import accessibility_faults, eventually
from tests.server import Server

Visit = Callable[[str], Page]
ENDED = "([...document.querySelectorAll('.grid a')].every(one => one.className === 'finished'))"


@pytest.fixture
def group(visit: Visit) -> str:
    """Two losses with three seeds each, launched by the form and trained."""
    page = visit("/runs/new?preset=&hidden=8&epochs=&max_steps=3&examine=false")
    likelihood = page.locator("[data-field=likelihood]")
    likelihood.get_by_role("button", name="Several values of").click()
    expect(likelihood.get_by_role("button", name="Several values of")).to_have_attribute("aria-pressed", "true")
    page.locator("#likelihood").select_option(["bernoulli", "gaussian"])
    page.locator("#seeds").fill("3")
    expect(page.locator("#start-says")).to_contain_text("6 runs")
    expect(page.locator("#sigma")).to_be_visible()  # one of the two has it
    page.locator("#start").click()
    page.wait_for_url("**/groups/*")
    eventually(page, ENDED)
    return page.url.rpartition("/")[2]


def test_one_form_launches_losses_and_seeds_and_the_verdict_is_scipys(visit: Visit, server: Server, group: str) -> None:
    answer = server.api.get(f"/api/groups/{group}").json()
    errors = {
        cell["label"]: {
            run["config"]["seed"]: run["evaluation"]["mse_per_pixel"]
            for run in (server.api.get(f"/api/runs/{id}").json() for id in cell["runs"])
        }
        for cell in answer["cells"]
    }
    assert [list(each) for each in errors.values()] == [[0, 1, 2], [0, 1, 2]]
    ours, theirs = (np.array(list(each.values())) for each in errors.values())
    known = stats.ttest_rel(ours, theirs)
    interval = known.confidence_interval(0.95)
    (one,) = [each for each in answer["contrasts"] if each["metric"] == "mse_per_pixel"]
    assert (one["difference"], one["low"], one["high"], one["p"]) == pytest.approx(
        ((ours - theirs).mean(), interval.low, interval.high, known.pvalue), abs=1e-6
    )
    page = visit(f"/groups/{group}")
    verdict = page.locator("#group-verdict")
    for sentence in answer["sentences"]:
        expect(verdict).to_contain_text(sentence)
    expect(page.locator("#cells tbody tr")).to_have_count(2)
    expect(page.locator("#group-progress")).to_contain_text("6 finished")
    expect(page.locator("#bundles-chart .plot-container")).to_be_visible()
    page.get_by_role("link", name="Every run’s curve, too").click()
    expect(page.get_by_role("link", name="Means alone")).to_be_visible()
    eventually(page, "document.querySelectorAll('#bundles-chart .scatterlayer .trace').length >= 12")


def test_more_seeds_join_the_group(visit: Visit, server: Server, group: str) -> None:
    page = visit(f"/groups/{group}")
    page.get_by_role("button", name="Add 3 seeds each").click()
    eventually(page, "document.querySelectorAll('.grid a').length === 12")
    assert {
        run["config"]["seed"] for run in server.api.get("/api/runs", params={"group": group}).json()["runs"]
    } == set(range(6))
    page.get_by_role("button", name="Stop all").click()
    eventually(page, "!document.querySelector('.grid .running, .grid .queued')")


@pytest.mark.parametrize("width", [1400, 390, 320])
def test_the_page_of_a_group_fits_and_is_for_everybody(visit: Visit, group: str, width: int) -> None:
    page = visit(f"/groups/{group}")
    page.set_viewport_size({"width": width, "height": 900})
    eventually(page, "document.documentElement.scrollWidth <= innerWidth")
    assert accessibility_faults(page) == []


def test_several_values_typed_are_a_run_each_and_stay_after_back(visit: Visit) -> None:
    page = visit("/runs/new?preset=&max_steps=3&epochs=")
    page.locator("#latent_dim").fill("2, 8, 20")
    page.locator("[data-field=likelihood]").get_by_role("button", name="Several values of").click()
    page.locator("#likelihood").select_option(["bernoulli", "laplace"])
    expect(page.locator("#start-says")).to_contain_text("6 runs")
    page.reload()
    expect(page.locator("#latent_dim")).to_have_value("2, 8, 20")
    assert page.locator("#likelihood").evaluate("one => [...one.selectedOptions].map(({value}) => value)") == [
        "bernoulli", "laplace",
    ]  # fmt: skip
    expect(page.locator("#start-says")).to_contain_text("6 runs")
    page.locator("#latent_dim").fill("2, 0")
    expect(page.locator("#latent_dim-error")).to_contain_text("Latent dimensions: a whole number from 1")
