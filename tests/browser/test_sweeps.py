"""A sweep by its form, and the page that says and draws what its trials came to."""

import re
from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from app.database.engine import Database
from app.store import runs, sweeps
from app.sweeps.request import SweepRequest
from tests.browser.conftest import accessibility_faults, eventually, faults_unscrolled
from tests.server import Server, wait_until

Visit = Callable[[str], Page]
TINY = {"hidden": [8], "max_steps": 3, "examine": False, "evaluate_every": 3}
COUNT = 12


@pytest.fixture(scope="module")
def sweep(server: Server) -> int:
    """A finished sweep of β and a width for a frontier, whose runs were never trained."""
    space = {"beta": {"low": 0.1, "high": 8, "log": True}, "latent_dim": [2, 4]}
    request = SweepRequest.model_validate(
        {"config": TINY, "space": space, "minimise": ["kl", "reconstruction"], "trials": COUNT, "name": "frontier"}
    )
    with closing(Database(f"sqlite:///{server.data / 'elboard.sqlite'}")) as store, store.write() as session:
        made = sweeps.create(session, request.specification(), name=request.name, trials=COUNT)
        for number in range(1, COUNT + 1):
            beta = 0.1 * number
            run = sweeps.add_trial(session, made, number, {"beta": beta, "latent_dim": 2 + 2 * (number % 2)}, [])
            assert run
            runs.get_row(session, run.id).status = "finished"
            (trial, _), *_ = sweeps.open_trials(session, made.id)
            sweeps.note_result(session, trial, "complete", [9 / beta, 20 + 5 * beta], 3)
        sweeps.end(session, made.id, "finished")
    return made.id


def test_a_form_starts_a_sweep_and_its_page_sees_it_end(visit: Visit, server: Server, page: Page) -> None:
    run = server.launch(name="tiny", config=TINY)[0]["id"]
    visit(f"/sweeps/new?from={run}")
    page.locator("[name=field-1]").select_option("beta")
    page.locator("[name=low-1]").fill("0.5")
    page.locator("[name=high-1]").fill("4")
    page.locator("[name=field-2]").select_option("activation")
    for emptied in ("low-2", "high-2"):  # the interval was that of another field
        expect(page.locator(f"[name={emptied}]")).to_have_value("")
    page.locator("[name=values-2]").fill("relu, tanh")
    page.get_by_label("Trials up to").fill("3")
    page.get_by_label("Name").fill("three")
    page.get_by_role("button", name="Start the sweep").click()
    page.wait_for_url(re.compile(r"/sweeps/\d+$"))
    sweep = page.url.rpartition("/")[2]
    wait_until(lambda: server.api.get(f"/api/sweeps/{sweep}").json()["status"] == "finished", 600)
    eventually(page, "document.querySelector('#sweep-head .badge').textContent === 'finished'")
    expect(page.locator("#trials tbody tr")).to_have_count(3)
    expect(page.locator("#sweep-progress")).to_contain_text("3 ended of 3 trials")
    expect(page.locator("#field-chart .plot-container")).to_be_visible()
    expect(page.locator("#parallel-chart .plot-container")).to_be_visible()
    page.get_by_role("link", name="Train it with 3 seeds").click()
    page.wait_for_url("**/runs/new?*")
    expect(page.locator("#seeds")).to_have_value("3")
    page = visit("/sweeps")
    expect(page.get_by_role("link", name="three")).to_be_visible()


def test_the_form_of_a_sweep_begins_as_what_was_typed_into_that_of_a_run(visit: Visit) -> None:
    page = visit("/runs/new?preset=bce")
    page.locator("#latent_dim").fill("3")
    page.locator("#max_steps").fill("40")
    page.get_by_role("link", name="Vary fields in a sweep").click()
    taken = "begins as this preset with Latent dimensions: 3; Maximum steps: 40 and differs"
    expect(page.get_by_text(taken)).to_be_visible()
    page.get_by_role("link", name="Change what it begins as").click()
    expect(page.locator("#latent_dim")).to_have_value("3")
    expect(page.locator("#hidden-change")).to_be_hidden()
    expect(page.locator("#latent_dim-change")).to_be_visible()


def test_a_dot_opens_its_run_and_the_table_has_the_same_numbers(visit: Visit, sweep: int) -> None:
    page = visit(f"/sweeps/{sweep}")
    for name in ("frontier", "field", "importance", "heat", "parallel"):
        expect(page.locator(f"#{name}-chart .plot-container")).to_be_visible()
    details = page.locator("figure", has=page.locator("#frontier-chart")).locator("details")
    details.locator("summary").click()
    expect(details.locator("tbody tr")).to_have_count(COUNT)
    page.locator("[name=field]").select_option("latent_dim")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**field=latent_dim**")
    expect(page.get_by_text("KL over Latent dimensions", exact=False).first).to_be_visible()
    expect(page.locator("#field-chart .plot-container")).to_be_visible()
    dot = page.locator("#field-chart .scatterlayer .point").first
    dot.scroll_into_view_if_needed()
    box = dot.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#field-chart .hoverlayer .hovertext")).to_be_visible()
    page.mouse.down()
    page.mouse.up()
    page.wait_for_url("**/runs/*")


@pytest.mark.parametrize("width", [1400, 390, 320])
def test_the_pages_of_sweeps_fit_and_are_for_everybody(visit: Visit, server: Server, sweep: int, width: int) -> None:
    page = visit(f"/sweeps/{sweep}")
    page.set_viewport_size({"width": width, "height": 900})
    for path in (f"/sweeps/{sweep}", "/sweeps", "/sweeps/new"):
        page.goto(server.url + path)
        eventually(page, "document.documentElement.scrollWidth <= innerWidth")
        assert (faults_unscrolled if path == "/sweeps/new" else accessibility_faults)(page) == [], path


def bright_runs(picture: str) -> str:
    """Of how many runs the points of a picture are not faint, in the page's own language."""
    return f"""(() => {{
      const traces = document.querySelector("#{picture}-chart").data.filter(({{ customdata }}) => customdata);
      const bright = traces.filter(({{ mode, opacity }}) => mode !== "lines" && !(opacity < 0.2));
      return new Set(bright.flatMap(({{ customdata }}) => customdata)).size;
    }})()"""


def test_a_box_in_a_picture_picks_trials_everywhere(visit: Visit, sweep: int) -> None:
    """β rises with the trial's number, and the reconstruction with β: a box over the left half has the first six."""
    page = visit(f"/sweeps/{sweep}?field=beta&of=reconstruction")
    chart = page.locator("#field-chart")
    expect(chart.locator(".scatterlayer .point")).to_have_count(COUNT)
    chart.scroll_into_view_if_needed()
    dots = [dot.bounding_box() for dot in chart.locator(".scatterlayer .point").all()]
    middles = sorted((box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in dots if box)
    between = (middles[5][0] + middles[6][0]) / 2
    page.mouse.move(middles[0][0] - 10, min(y for _, y in middles) - 10)
    page.mouse.down()
    page.mouse.move(between, max(y for _, y in middles) + 10, steps=8)
    page.mouse.up()
    expect(page.locator("#picked")).to_have_text(f"6 of {COUNT} trials, those in the box")
    expect(page.locator("#trials tbody tr:visible")).to_have_count(6)
    shown = page.locator("#trials tbody tr:visible").evaluate_all("rows => rows.map(row => Number(row.dataset.trial))")
    assert sorted(shown) == [1, 2, 3, 4, 5, 6]
    page.mouse.move(2, 2)  # off the rows of the table
    page.locator("#parallel-chart").scroll_into_view_if_needed()  # what nobody sees is not drawn
    eventually(page, f"{bright_runs('parallel')} === 6")
    page.get_by_role("button", name="Show all").click()
    expect(page.locator("#trials tbody tr:visible")).to_have_count(COUNT)


def test_a_row_with_the_focus_stands_out_in_the_pictures(visit: Visit, sweep: int) -> None:
    page = visit(f"/sweeps/{sweep}")
    expect(page.locator("#field-chart .scatterlayer .point")).to_have_count(COUNT)
    eventually(page, f"{bright_runs('field')} === {COUNT}")
    page.locator("#trials tbody a").first.focus()
    page.locator("#field-chart").scroll_into_view_if_needed()
    eventually(page, f"{bright_runs('field')} === 1")
    page.locator("#trials thead a").first.focus()
    page.locator("#field-chart").scroll_into_view_if_needed()
    eventually(page, f"{bright_runs('field')} === {COUNT}")
