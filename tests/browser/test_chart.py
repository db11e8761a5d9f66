"""The live figure: what its controls do, what its exports hold, and that a zoom stays."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch, accessibility_faults, eventually
from tests.server import Server, wait_until

Visit = Callable[[str], Page]
CHART = "document.getElementById('chart')"


@pytest.fixture
def endless(server: Server) -> int:
    """A run that trains until the test is over."""
    config = {"hidden": [64], "max_steps": 10**6, "beta_schedule": "linear", "warmup_steps": 5000}
    (run,) = server.launch(name="endless", config=config)
    return run["id"]


@pytest.fixture(scope="module")
def dense(server: Server) -> int:
    """A finished run whose decoder is so sure of itself that its reconstruction term is negative at the end."""
    config = {"likelihood": "gaussian", "sigma": 0.1, "max_steps": 1500, "hidden": [64], "beta": 0, "examine": False}
    (run,) = server.launch(config=config)
    wait_until(lambda: server.api.get(f"/api/runs/{run['id']}").json()["status"] == "finished")
    return run["id"]


def axis_range(page: Page) -> list[float]:
    return page.evaluate(f"{CHART}.layout.xaxis.range")


def wait_for_draws(page: Page, more: int) -> None:
    now = int(page.locator("#chart").get_attribute("data-draws") or 0)
    eventually(page, f"draws => Number({CHART}.dataset.draws) >= draws", arg=now + more)


def test_a_zoom_survives_live_updates_and_a_theme_switch(visit: Visit, endless: int) -> None:
    page = visit(f"/runs/{endless}")
    eventually(page, f"Number({CHART}.dataset.points) > 50")
    box = page.locator("#chart").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 80)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 85, steps=5)
    page.mouse.up()
    eventually(page, f"{CHART}.layout.xaxis.autorange === false")
    zoomed = axis_range(page)
    wait_for_draws(page, 20)
    page.get_by_role("button", name="Theme:").click()
    wait_for_draws(page, 2)
    assert axis_range(page) == pytest.approx(zoomed)
    page.get_by_role("button", name="Reset zoom").click()
    eventually(page, f"{CHART}.layout.xaxis.autorange === true")


def test_no_title_is_cut_off_on_a_phone(visit: Visit, pair: list[int]) -> None:
    page = visit(f"/runs/{pair[0]}")
    title = page.locator("#chart .annotation-text", has_text="reconstruction")
    expect(title.locator("tspan.line")).to_have_count(0)
    page.set_viewport_size({"width": 390, "height": 844})
    expect(title.locator("tspan.line").nth(1)).to_be_visible()
    inside = """([chart, titles]) => titles.every((title) =>
        title.getBoundingClientRect().right <= chart.getBoundingClientRect().right &&
        title.getBoundingClientRect().top >= chart.getBoundingClientRect().top)"""
    eventually(page, f"({inside})([{CHART}, [...{CHART}.querySelectorAll('.annotation-text')]])")


def test_beta_is_drawn_while_it_warms_up(visit: Visit, endless: int) -> None:
    page = visit(f"/runs/{endless}")
    eventually(page, f"Number({CHART}.dataset.points) > 50")
    beta = page.evaluate(f"{CHART}.data.find((trace) => trace.meta.field === 'beta').y")
    assert beta[0] == pytest.approx(1 / 5000, rel=0.01) or beta[0] < 0.01
    assert beta == sorted(beta)


def test_axes_and_smoothing_change_the_view_and_the_address(visit: Visit, pair: list[int]) -> None:
    page = visit(f"/runs/{pair[0]}")
    page.get_by_role("radio", name="epoch").check()
    page.get_by_role("radio", name="log").check()
    slider = page.locator("input[name=smooth]")
    slider.fill("0.9")
    eventually(page, f"{CHART}.layout.yaxis.type === 'log'")
    eventually(page, f"{CHART}.data.some((trace) => trace.meta.role === 'raw' && trace.y.length)")
    assert "x=epoch" in page.url
    assert "y=log" in page.url
    assert "smooth=0.9" in page.url

    visit(page.url.removeprefix(page.url.split("/runs")[0]))
    assert page.evaluate(f"{CHART}.layout.yaxis.type") == "log"
    assert page.evaluate(f"{CHART}.layout.xaxis.title.text") == "epoch"
    raw, smooth = (
        page.evaluate(f"{CHART}.data.find((trace) => trace.meta.role === '{role}').y") for role in ("raw", "line")
    )
    assert len(raw) == len(smooth) == 400
    assert smooth[0] == pytest.approx(raw[0])  # corrected for its start
    average = total = 0.0
    for value, shown in zip(raw, smooth, strict=True):
        average, total = 0.9 * average + 0.1 * value, 0.9 * total + 0.1
        assert shown == pytest.approx(average / total)


def test_the_areas_add_up_to_the_line(visit: Visit, pair: list[int]) -> None:
    page = visit(f"/runs/{pair[0]}")
    page.get_by_role("radio", name="stacked").check()
    eventually(page, f"{CHART}.data.length === 3")
    kl, reconstruction, total = page.evaluate(f"{CHART}.data.map((trace) => trace.y)")
    assert [a + b for a, b in zip(kl, reconstruction, strict=True)] == pytest.approx(total)
    assert page.evaluate(f"{CHART}.layout.yaxis.range[0]") == 0
    expect(page.locator("#chart-summary")).to_contain_text("the KL is")
    assert "view=stacked" in page.url


def test_the_training_view_shows_loss_speed_and_vitals(visit: Visit, server: Server, pair: list[int]) -> None:
    page = visit(f"/runs/{pair[1]}?view=training")
    told = server.api.get(f"/api/runs/{pair[1]}/steps", params={"points": 5000}).json()
    traces = page.evaluate(f"{CHART}.data.map(({{ meta, y }}) => [meta.field, meta.role, y])")
    drawn = {(field, role): y for field, role, y in traces}
    assert drawn["loss", "line"] == pytest.approx(told["loss"])
    speed, seconds = drawn["rate", "line"], told["seconds"]
    assert speed[:4] == [None] * 4
    assert speed[-1] == pytest.approx(4 / (seconds[-1] - seconds[-5]))  # over a hundredth of the 400 points
    expect(page.locator("#chart-summary")).to_contain_text("steps a second")

    vitals = server.api.get(f"/api/runs/{pair[1]}/vitals").json()
    assert vitals["step"] == told["step"]
    for field in ("grad_norm", "learning_rate", "memory"):
        assert drawn[field, "sampled"] == pytest.approx(vitals[field])
    assert page.evaluate(f"{CHART}.layout.yaxis3.type") == "log"
    page.get_by_role("radio", name="time").check()
    eventually(page, f"{CHART}.layout.xaxis.title.text !== 'step'")
    norm = page.evaluate(f"{CHART}.data.find(({{ meta }}) => meta.field === 'grad_norm').x")
    assert norm == pytest.approx(seconds)
    page.locator("[data-table=chart] summary").click()
    expect(page.locator("[data-table=chart] th[scope=col]").last).to_have_text("memory")
    shown = page.locator("[data-table=chart] tbody td").last.inner_text()
    assert float(shown.replace(",", "")) == pytest.approx(vitals["memory"][-1], rel=1e-4)
    assert accessibility_faults(page) == []


def test_every_chart_has_its_numbers_in_a_table(visit: Visit, server: Server, pair: list[int]) -> None:
    page = visit(f"/runs/{pair[0]}")
    told = server.api.get(f"/api/runs/{pair[0]}/steps", params={"points": 5000}).json()
    tables = {}
    for chart in ("chart", "kl-chart", "kl-history-chart", "variance-chart"):
        details = page.locator(f"[data-table={chart}]")
        eventually(page, f"document.getElementById('{chart}').dataset.draws > 0")
        details.locator("summary").click()
        expect(details.locator("tbody tr").first).to_be_visible()
        rows = details.locator("tr").all()
        tables[chart] = [row.locator("th, td").all_inner_texts() for row in rows]
    curves = tables["chart"]
    assert curves[0] == ["step", "−ELBO", "reconstruction", "KL"]
    assert len(curves) == 21
    last = [400, -told["elbo"][-1], told["reconstruction"][-1], told["kl"][-1]]
    assert [float(cell) for cell in curves[-1]] == pytest.approx(last, rel=5e-3)  # three digits
    assert len(tables["kl-chart"]) == len(tables["kl-history-chart"]) == 1 + 4
    assert sum(int(row[2]) for row in tables["variance-chart"][1:]) == 4
    assert accessibility_faults(page) == []


def test_a_reconstruction_below_zero_is_not_stacked(visit: Visit, dense: int) -> None:
    page = visit(f"/runs/{dense}?view=stacked")
    expect(page.locator("#chart-summary")).to_contain_text("negative in places")
    assert page.evaluate(f"{CHART}.data.some((trace) => trace.stackgroup)") is False


def test_a_row_with_values_below_zero_stays_linear_and_says_so(visit: Visit, server: Server, dense: int) -> None:
    page = visit(f"/runs/{dense}?y=log")
    told = server.api.get(f"/api/runs/{dense}/steps", params={"points": 5000}).json()
    assert min(told["reconstruction"]) < 0
    assert page.evaluate(f"{CHART}.layout.yaxis2.type") != "log"
    expect(page.locator("#chart-summary")).to_contain_text("Shown linearly, since it has values of 0 or less")


def test_the_figure_draws_what_is_stored(visit: Visit, server: Server, pair: list[int]) -> None:
    page = visit(f"/runs/{pair[0]}")
    told = server.api.get(f"/api/runs/{pair[0]}/steps", params={"points": 5000}).json()
    for field in ("reconstruction", "kl"):
        line = page.evaluate(
            f"{CHART}.data.find((trace) => trace.meta.field === '{field}' && trace.meta.role === 'line')"
        )
        assert line["x"] == told["step"]
        assert line["y"] == pytest.approx(told[field])
    held_out = page.evaluate(f"{CHART}.data.find((trace) => trace.meta.role === 'heldout')")
    evaluations = server.api.get(f"/api/runs/{pair[0]}/evaluations").json()["evaluations"]
    assert held_out["y"] == pytest.approx([-row["elbo"] for row in evaluations])


def test_exports_are_the_figure_and_every_step(visit: Visit, pair: list[int], tmp_path: Path) -> None:
    page = visit(f"/runs/{pair[0]}")
    with page.expect_download() as png:
        page.get_by_role("button", name="PNG").click()
    png.value.save_as(tmp_path / "figure.png")
    assert png.value.suggested_filename == "pair BCE.png"
    with Image.open(tmp_path / "figure.png") as figure:
        assert min(figure.size) > 500
    with page.expect_download() as csv:
        page.get_by_role("link", name="CSV", exact=True).click()
    csv.value.save_as(tmp_path / "steps.csv")
    assert csv.value.suggested_filename == f"elboard-run-{pair[0]}-steps.csv"
    assert len((tmp_path / "steps.csv").read_text().splitlines()) == 401
    with page.expect_download() as kept:
        page.get_by_role("link", name="Web page").click()
    kept.value.save_as(tmp_path / "run.html")
    page.goto((tmp_path / "run.html").as_uri())  # any request of it would be a foreign one
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("[data-figure=lines] .scatterlayer path.js-line").first).to_be_visible()
    expect(page.locator("#xray tbody tr")).to_have_count(5)
    assert accessibility_faults(page) == []


def test_the_modebar_offers_no_upload(visit: Visit, pair: list[int]) -> None:
    page = visit(f"/runs/{pair[0]}")
    assert page.locator(".modebar-btn").count() == 0
    assert page.evaluate(f"{CHART}._context.showSendToCloud") is False


def test_the_slider_moves_through_the_steps_of_both_runs(visit: Visit, pair: list[int]) -> None:
    page = visit(f"/compare?runs={pair[0]},{pair[1]}")
    output = page.locator(".slider output")
    expect(output).to_have_text("step 400")
    newest = page.locator("[data-sheet=run] img").first.get_attribute("src")
    page.get_by_role("button", name="Earlier pictures").click()
    expect(output).to_have_text("step 300")
    assert page.locator("[data-sheet=run] img").first.get_attribute("src") != newest
    assert "picture=300" in page.url
    expect(page.locator("[data-sheet=inputs]")).to_be_visible()
    expect(page.locator("[data-sheet=run] img").first).to_have_attribute("alt", "A: reconstruction means at step 300")
    of_codes = page.locator("[data-kind=prior_means] img")
    expect(of_codes.last).to_have_attribute("alt", "B: decoder means of z ~ N(0, I) at step 300")
    expect(page.locator("[data-kind=prior_means] figcaption").last).to_have_text("BMSE")


def test_copy_as_command(visit: Visit, pair: list[int], watch: Watch) -> None:  # noqa: ARG001
    page = visit(f"/runs/{pair[1]}")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy as command").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("elboard train --set hidden=32")
    assert "likelihood=gaussian" in copied
