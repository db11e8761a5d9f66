"""Many runs by one form, and the page that says what they came to over their seeds."""

import csv
import re
from collections.abc import Callable
from contextlib import closing

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from scipy import stats

from app.database.engine import Database
from app.store import runs
from tests import ended
from tests.app.builders import make_evaluation
from tests.browser.conftest import accessibility_faults, eventually
from tests.server import Server
from vae_core.config.train_config import TrainConfig
from vae_core.events import Evaluation

Visit = Callable[[str], Page]
SMALL = {"hidden": [8], "max_steps": 3, "epochs": None, "examine": False}
ENDED = "([...document.querySelectorAll('.grid a')].every(one => one.className === 'finished'))"


def insert_group(server: Server, name: str) -> str:
    """Two losses with three seeds each that have ended, as if launched together under this name."""
    with closing(Database(f"sqlite:///{server.data / 'elboard.sqlite'}")) as store, store.write() as session:
        for likelihood, error in (("bernoulli", 0.03), ("gaussian", 0.06)):
            for seed in range(3):
                config = TrainConfig.parse({**SMALL, "likelihood": likelihood, "seed": seed})
                evaluated = [evaluation(step, error + 0.001 * seed) for step in (1, 2, 3)]
                run = ended.insert(session, config, name=f"{likelihood} s{seed}", evaluated=evaluated)
                runs.get_row(session, run).group = name
    return name


def evaluation(step: int, error: float) -> Evaluation:
    values = make_evaluation(step, mse_per_pixel=error, kl=5.0, elbo=-50.0).model_dump()
    return Evaluation(**{**values, "kl_per_dim": np.array([5.0])})


@pytest.fixture(scope="module")
def group(server: Server) -> str:
    return insert_group(server, "together")


@pytest.fixture
def launched(visit: Visit) -> str:
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


def test_one_form_launches_losses_and_seeds_and_the_verdict_is_scipys(
    visit: Visit, server: Server, launched: str
) -> None:
    answer = server.api.get(f"/api/groups/{launched}").json()
    columns = ["likelihood", "seed", "mse_per_pixel"]
    table = server.api.get("/api/runs.csv", params={"group": launched, "columns": columns}).text
    errors: dict[str, dict[int, float]] = {"bernoulli": {}, "gaussian": {}}
    for row in csv.DictReader(table.splitlines()):
        errors[row["likelihood"]][int(row["seed"])] = float(row["mse_per_pixel"])
    assert [sorted(each) for each in errors.values()] == [[0, 1, 2], [0, 1, 2]]
    ours, theirs = (np.array([each[seed] for seed in range(3)]) for each in errors.values())
    for cell, each in zip(answer["cells"], (ours, theirs), strict=True):
        shown = cell["metrics"]["mse_per_pixel"]
        low, high = stats.t.interval(0.95, 2, each.mean(), stats.sem(each))
        assert [shown[name] for name in ("n", "mean", "sd", "low", "high")] == pytest.approx(
            [3, each.mean(), each.std(ddof=1), low, high], abs=1e-6
        )
    known = stats.ttest_rel(ours, theirs)
    interval = known.confidence_interval(0.95)
    (one,) = [each for each in answer["contrasts"] if each["metric"] == "mse_per_pixel"]
    assert (one["difference"], one["low"], one["high"], one["p"]) == pytest.approx(
        ((ours - theirs).mean(), interval.low, interval.high, known.pvalue), abs=1e-6
    )
    page = visit(f"/groups/{launched}")
    verdict = page.locator("#group-verdict")
    for sentence in answer["sentences"]:
        expect(verdict).to_contain_text(sentence)
    expect(page.locator("#cells tbody tr")).to_have_count(2)
    expect(page.locator("#group-progress")).to_contain_text("6 finished")
    expect(page.locator("#bundles-chart .plot-container")).to_be_visible()
    page.get_by_role("link", name="Every run’s curve, too").click()
    expect(page.get_by_role("link", name="Means alone")).to_be_visible()
    eventually(page, "document.querySelectorAll('#bundles-chart .scatterlayer .trace').length >= 12")


def test_more_seeds_join_the_group(visit: Visit, server: Server) -> None:
    group = insert_group(server, "more")
    page = visit(f"/groups/{group}")
    page.get_by_role("button", name="Add 3 seeds each").click()
    eventually(page, "document.querySelectorAll('.grid a').length === 12")
    assert {
        run["config"]["seed"] for run in server.api.get("/api/runs", params={"group": group}).json()["runs"]
    } == set(range(6))
    page.get_by_role("button", name=re.compile(r"^Stop \d+$")).click()
    eventually(page, "!document.querySelector('.grid .running, .grid .queued')")
    page.get_by_role("button", name=re.compile(r"^Resume \d+$")).click()
    eventually(page, "!document.querySelector('.grid .stopped')")


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
