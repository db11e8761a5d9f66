"""A long run with planted spikes and gaps: nothing is lost from far away, and single steps are one zoom away."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from app.database.engine import Database
from app.store import control, events, runs, steps
from tests import ended
from tests.browser.conftest import eventually
from tests.server import Server
from vae_core.config.train_config import TrainConfig
from vae_core.events import StepTerms

Visit = Callable[[str], Page]
CHART = "document.getElementById('chart')"
LAST = 100_000
SPIKES = tuple(range(2_503, LAST, 5_003))  # twenty
BROKEN = (1_234, 49_999, 90_001)


def terms(first: int, last: int) -> StepTerms:
    step = np.arange(first, last + 1)
    dice = np.random.default_rng(first)
    reconstruction = 100 + 50 * np.exp(-step / 20_000) + dice.normal(0, 2, len(step))
    reconstruction[np.isin(step, SPIKES)] += 400 + step[np.isin(step, SPIKES)] / LAST  # no two alike
    reconstruction[np.isin(step, BROKEN)] = np.nan
    kl = 10 + dice.normal(0, 0.5, len(step))
    elbo = -(reconstruction + kl)
    return StepTerms(step, step / 23, step / 500, reconstruction, kl, elbo, -elbo, np.ones(len(step)))


FIRST = terms(1, 50_000)


@pytest.fixture(scope="module")
def store(server: Server) -> Iterator[Database]:
    database = Database(f"sqlite:///{server.data / 'elboard.sqlite'}")
    yield database
    database.close()


@pytest.fixture(scope="module")
def long(store: Database) -> int:
    """A run that came to its end without training."""
    with store.write() as session:
        blocks = (terms(first, first + 49_999) for first in range(1, LAST, 50_000))
        config = TrainConfig.parse({"max_steps": LAST})
        return ended.insert(session, config, name="long", blocks=blocks, status="stopped")


def add(store: Database, run: int, first: int, last: int) -> None:
    """What a worker does with new steps."""
    with store.write() as session:
        steps.append(session, run, terms(first, last))
        events.append_points(session, run, first, last)


def trace(page: Page, role: str, field: str = "reconstruction") -> dict[str, list[Any]]:
    return page.evaluate(
        f"([field, role]) => {CHART}.data.find(({{ meta }}) => meta.field === field && meta.role === role)",
        [field, role],
    )


def zoom(page: Page, low: float, high: float) -> None:
    before = page.evaluate(f"{CHART}.dataset.zoom ?? ''")
    page.evaluate(f"range => Plotly.relayout({CHART}, {{ 'xaxis.range': range }}).then(() => true)", [low, high])
    eventually(page, f"before => ({CHART}.dataset.zoom ?? '') !== before", arg=before)


def test_every_spike_and_every_gap_is_seen_from_afar(visit: Visit, long: int) -> None:
    page = visit(f"/runs/{long}")
    high, line = trace(page, "high"), trace(page, "line")
    assert len(high["y"]) <= 1000
    assert sum(value is not None and value > 490 for value in high["y"]) == len(SPIKES)
    width = high["x"][1] - high["x"][0]
    assert line["y"][0] == pytest.approx(FIRST.reconstruction[:width].mean())
    assert high["y"][0] == FIRST.reconstruction[:width].max()
    assert trace(page, "low")["y"][0] == FIRST.reconstruction[:width].min()
    triangles = f"{CHART}.layout.shapes.filter(({{ type, yref }}) => type === 'path' && yref === 'y2')"
    marked = page.evaluate(f"({triangles}).map(({{ xanchor }}) => xanchor)")
    assert {-(-step // width) * width for step in SPIKES if step > LAST / 10} <= {*marked}  # they set no range
    assert page.evaluate(f"{CHART}.layout.yaxis2.range[1]") < 200
    expect(page.locator("#chart .annotation-text", has_text="↑").nth(1)).to_contain_text("near step")
    expect(page.locator("#nonfinite")).to_contain_text("not a finite number at step 1,234; 49,999; 90,001")
    assert page.evaluate(f"{CHART}.layout.shapes.filter(({{ yref }}) => yref === 'paper').length") == len(BROKEN)


def test_a_zoom_goes_down_to_single_steps_and_back(visit: Visit, long: int) -> None:
    page = visit(f"/runs/{long}")
    whole, spike = trace(page, "line"), SPIKES[3]
    zoom(page, spike - 100, spike + 100)
    eventually(page, f"{CHART}.dataset.points > {len(whole['x'])}")
    near = trace(page, "line")
    assert near["x"] == sorted(set(near["x"]))
    value = dict(zip(near["x"], near["y"], strict=True))
    seen = slice(spike - 101, spike + 100)
    assert [value[step] for step in range(spike - 100, spike + 101)] == pytest.approx(FIRST.reconstruction[seen])
    outside = [(x, y) for x, y in zip(whole["x"], whole["y"], strict=True) if abs(x - spike) > 1000]
    assert [(x, value[x]) for x, _ in outside] == outside

    page.get_by_role("radio", name="epoch").check()  # another axis shows the whole again,
    eventually(page, f"{CHART}.dataset.points == {len(whole['x'])}")
    zoom(page, 2000, 2010)  # and is zoomed in its own unit: ten epochs of 23 steps
    eventually(page, f"{CHART}.dataset.points > {len(whole['x'])}")
    places = [place for place in trace(page, "line")["x"] if 2000 <= place <= 2010]
    assert places == pytest.approx([step / 23 for step in range(2000 * 23, 2010 * 23 + 1)])
    page.get_by_role("button", name="Reset zoom").click()
    eventually(page, f"{CHART}.dataset.points == {len(whole['x'])}")


def test_new_steps_join_the_last_bucket_and_move_no_other(visit: Visit, store: Database, long: int) -> None:
    page = visit(f"/runs/{long}")
    before = {role: trace(page, role)["y"] for role in ("low", "line", "high")}
    newest = [*range(LAST + 1, LAST + 301)]
    add(store, long, newest[0], newest[-1])
    eventually(page, f"last => {CHART}.data.at(-1).x.at(-1) === last", arg=newest[-1])
    after = {role: trace(page, role)["y"] for role in ("low", "line", "high")}
    full = LAST // 128  # of the buckets
    for role in before:
        assert after[role][:full] == before[role][:full]
    visit(f"/runs/{long}")  # what the page made of the stream is what the store makes of it
    for role, values in after.items():
        assert trace(page, role)["y"] == pytest.approx(values)


def test_a_curve_that_outgrows_its_points_becomes_coarser(visit: Visit, store: Database) -> None:
    with store.write() as session:
        run = runs.create(session, TrainConfig.parse({"max_steps": 2000}), name="growing").id
        control.stop(session, run)
    add(store, run, 1, 1000)
    page = visit(f"/runs/{run}")
    eventually(page, f"{CHART}.dataset.points == 1000")
    add(store, run, 1001, 1100)
    eventually(page, f"{CHART}.dataset.points == 550")
    line = trace(page, "line", "kl")
    assert line["y"] == pytest.approx(np.concatenate([terms(1, 1000).kl, terms(1001, 1100).kl]).reshape(-1, 2).mean(1))
