"""What stands in and around the rows of a chart: ranges, legend, readout, names of lines, marks."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from app.database.engine import Database
from app.store import control, runs
from tests import ended, real_runs
from tests.browser.conftest import Watch, accessibility_faults, eventually
from tests.server import Server
from vae_core.config.train_config import TrainConfig
from vae_core.events import Evaluation, StepTerms

Visit = Callable[[str], Page]
CHART = "document.getElementById('chart')"
RANGE = f"{CHART}.layout.{{}}.range"
SHOWN = f"[...new Set({CHART}.data.map(({{ meta }}) => meta.run))]"
READOUT = ".readout"
ROWS = """() => {
  const chart = document.getElementById('chart');
  const { left, top } = chart.getBoundingClientRect();
  const { xaxis, ...layout } = chart._fullLayout;
  const rows = Object.keys(layout).filter((name) => /^yaxis\\d*$/.test(name)).map((name) => layout[name]);
  const at = (place) => left + xaxis._offset + xaxis.d2p(place);
  const one = at(0) + (at(10000) - at(0)) / 10000; // it rounds
  return rows.map(({ _offset, _length }) => ({
    top: top + _offset, height: _length, left: left + xaxis._offset, width: xaxis._length, zero: at(0), one,
  }));
}"""


@pytest.fixture(scope="module")
def store(server: Server) -> Iterator[Database]:
    database = Database(f"sqlite:///{server.data / 'elboard.sqlite'}")
    yield database
    database.close()


def add(
    store: Database,
    name: str,
    reconstruction: Any,
    *,
    kl: float = 5.0,
    held_out: Any = None,
    status: str = "finished",
    **changes: Any,
) -> int:
    """A run that ended with these values, evaluated at some steps."""
    values = np.asarray(reconstruction, dtype=float)
    step = np.arange(1, len(values) + 1)
    kls = np.full(len(step), kl)
    config = TrainConfig.parse({"max_steps": max(len(step), 1), "hidden": [8], **changes})
    total = values + kls
    block = StepTerms(step, step / 23, step / 500, values, kls, -total, total, np.ones(len(step)))
    evaluated = [
        Evaluation(
            step=at, epoch=at / 23, seconds=at / 500, reconstruction=value, kl=kl, elbo=-value - kl, elbo_se=0.1,
            kl_per_dim=None, active_units=3, mse_per_pixel=0.1, bce_per_pixel=0.3, decoder_std=0.2, bits_per_dim=None,
        )
        for at, value in (held_out or {}).items()
    ]  # fmt: skip
    with store.write() as session:
        return ended.insert(session, config, name=name, blocks=[block], evaluated=evaluated, status=status)


def falling(last: float, steps: int = 600, seed: int = 0) -> np.ndarray:
    step = np.arange(steps)
    return last + 300 * np.exp(-step / 15) + np.random.default_rng(seed).normal(0, 0.5, steps)


@pytest.fixture(scope="module")
def eight(store: Database) -> list[int]:
    """Runs from 100 to 170 nats, one evaluated."""
    return [
        add(
            store,
            f"run to {100 + 10 * i}",
            falling(100 + 10 * i, seed=i),
            held_out={0: 400, 300: 101} if i == 0 else {},
        )
        for i in range(8)
    ]


@pytest.fixture(scope="module")
def real(store: Database) -> dict[str, int]:
    return real_runs.insert(store)


def compare(chosen: list[int]) -> str:
    return "/compare?runs=" + ",".join(map(str, chosen))


def shown(page: Page) -> list[int]:
    return page.evaluate(SHOWN)


def in_view(page: Page) -> None:
    page.locator("#chart").evaluate("node => node.scrollIntoView({ block: 'center' })")
    eventually(page, f"Number({CHART}.dataset.draws) > 0")


def heights(page: Page, colours: list[str], after: float) -> list[float]:
    """Of each row, the share of its height between the highest and lowest pixel in these colours, right of a step."""
    in_view(page)
    places = page.evaluate(ROWS)
    image = np.asarray(Image.open(BytesIO(page.screenshot())).convert("RGB")).astype(int)
    shares = []
    for row in places:
        left = round(row["zero"] + after * (row["one"] - row["zero"])) + 1
        top, bottom = round(row["top"]), round(row["top"] + row["height"])
        pixels = image[top:bottom, left : round(row["left"] + row["width"])]
        of = [np.abs(pixels - [int(c[i : i + 2], 16) for i in (1, 3, 5)]).sum(2) < 60 for c in colours]
        drawn = np.flatnonzero(np.any(of, axis=0).any(1))
        shares.append((drawn[-1] - drawn[0] + 1) / (bottom - top) if len(drawn) else 0.0)
    return shares


def colours_of(page: Page) -> list[str]:
    return page.evaluate(f"[...new Set({CHART}.data.map(({{ line }}) => line?.color).filter(Boolean))]")


def hexadecimal(colours: list[str]) -> list[str]:
    """What a style sheet's rgb(…) is in digits."""
    return ["#" + "".join(f"{int(part):02x}" for part in one[4:-1].split(",")) for one in colours]


REAL = [
    "digits bce", "digits mse", "digits sigma fitted", "digits negative density", "digits collapsed",
    "digits large beta", "digits noisy", "digits warm-up", "digits ae", "digits logistic", "digits student_t",
    "digits exploded", "mnist bce", "mnist cb", "mnist sigma fitted", "mnist laplace", "mnist noisy", "fashion bce",
    "fashion mse", "fashion collapsed",
]  # fmt: skip


@pytest.mark.parametrize("name", REAL)
def test_a_real_run_fills_its_rows(visit: Visit, real: dict[str, int], name: str) -> None:
    """Its curve after the transient, and the held-out marks there, take at least 60 % of each row."""
    page = visit(f"/runs/{real[name]}?lines=off")
    last = page.evaluate(f"Math.max(...{CHART}.data.filter(({{ meta }}) => meta.role === 'line')[0].x)")
    shares = heights(page, hexadecimal(colours_of(page)), after=max(1.0, 0.1 * last))
    rows = 1 if name == "digits ae" else 3
    assert min(shares[:rows]) >= 0.6, shares


def test_a_mark_names_the_furthest_place_and_the_furthest_after_the_transient(visit: Visit, store: Database) -> None:
    values = falling(100)
    values[399] = 200
    page = visit(f"/runs/{add(store, 'spike', values)}")
    mark = page.locator("#chart .annotation-text", has_text="↑").nth(1)  # of the reconstruction
    expect(mark).to_have_text(f"↑ {values[0]:.0f} at step 1 and 200 at step 400")


def test_a_diverged_run_does_not_flatten_the_others(visit: Visit, store: Database) -> None:
    sane = [add(store, f"sane {i}", falling(100 + i, seed=i)) for i in range(2)]
    wild = add(store, "wild", [*falling(105)[:330], *np.geomspace(1e4, 6e11, 10)], held_out={0: 400}, status="diverged")
    page = visit(compare([*sane, wild]))
    low, high = page.evaluate(RANGE.format("yaxis3"))
    assert 95 < low < high < 130
    total, _, reconstruction = heights(page, hexadecimal(colours_of(page)), after=34)
    assert min(total, reconstruction) >= 0.6
    marks = page.locator("#chart .annotation-text", has_text="↑")
    expect(marks.nth(1)).to_have_text("↑ 6.00×10¹¹ at step 340, C")
    page.get_by_role("radio", name="all").check()
    eventually(page, f"{RANGE.format('yaxis3')}[1] > 6e11")
    assert "y=all" in page.url
    # The plane shows where the runs are, too.
    plane = page.locator("[data-plane]").first
    plane.scroll_into_view_if_needed()
    eventually(page, "document.querySelector('[data-plane]').layout?.yaxis.range")
    assert page.evaluate("document.querySelector('[data-plane]').layout.yaxis.range[1]") < 150


@pytest.mark.parametrize(("values", "middle"), [([42.0] * 200, 42), ([42.0], 42), ([0.0] * 5, 0)])
def test_a_constant_or_a_single_step_has_a_range_around_it(
    visit: Visit, store: Database, values: list[float], middle: float
) -> None:
    page = visit(f"/runs/{add(store, 'constant', values)}?lines=off")
    low, high = page.evaluate(RANGE.format("yaxis2"))
    assert (low + high) / 2 == pytest.approx(middle)
    assert high - low == pytest.approx(0.1 * middle or 1)


def test_the_one_finite_step_of_a_run_that_diverged_is_drawn(visit: Visit, store: Database) -> None:
    page = visit(f"/runs/{add(store, 'at once', [547.3, np.nan], held_out={0: 548}, status='diverged')}?lines=off")
    summary = page.locator("#chart-summary")
    expect(summary).to_contain_text("−ELBO was 552 nats/image, once in 2 steps")
    expect(summary).not_to_contain_text("no steps yet")
    dots = page.locator("#chart .scatterlayer .trace path.point[d^='M3,0A3']")
    expect(dots.first).to_be_visible()
    low, high = page.evaluate(RANGE.format("yaxis"))
    assert low < 552.3 < high


def test_a_queued_run_has_no_empty_axes(visit: Visit, store: Database) -> None:
    with store.write() as session:
        run = runs.create(session, TrainConfig.parse({"max_steps": 100}), name="waiting").id
        control.stop(session, run)
    page = visit(f"/runs/{run}")
    expect(page.locator("#chart")).to_have_text("This run ended before its first step.")
    expect(page.locator("#chart .xtick")).to_have_count(0)
    expect(page.locator("#chart-summary")).to_contain_text("no steps yet")


def test_a_zoom_in_x_fits_y_again_unless_y_was_zoomed(visit: Visit, store: Database) -> None:
    values = falling(100, steps=1000) - np.linspace(0, 60, 1000)
    page = visit(f"/runs/{add(store, 'zoomed', values)}?lines=off")
    in_view(page)
    whole = page.evaluate(RANGE.format("yaxis2"))
    (row, *_) = page.evaluate(ROWS)

    def drag(from_y: float, to_y: float) -> None:
        before = page.evaluate(f"{CHART}.dataset.zoom ?? ''")
        page.mouse.move(row["left"] + 0.5 * row["width"], row["top"] + from_y * row["height"])
        page.mouse.down()
        page.mouse.move(row["left"] + 0.8 * row["width"], row["top"] + to_y * row["height"], steps=5)
        page.mouse.up()
        eventually(page, f"before => ({CHART}.dataset.zoom ?? '') !== before", before)

    drag(0.5, 0.5)  # sideways
    eventually(page, f"before => {RANGE.format('yaxis2')}[1] < before", whole[1] - 15)
    low, high = page.evaluate(f"{CHART}.layout.xaxis.range")
    visible = values[int(np.ceil(low)) - 1 : int(high)]
    bottom, top = page.evaluate(RANGE.format("yaxis2"))
    assert bottom < visible.min() < visible.max() < top
    assert np.ptp(visible) / (top - bottom) > 0.6
    page.get_by_role("button", name="Reset zoom").click()
    eventually(page, f"before => {RANGE.format('yaxis2')}.join() === before.join()", whole)

    drag(0.2, 0.7)  # a box: its row stays as somebody chose it, the others fit
    height = page.evaluate(RANGE.format("yaxis"))
    assert height[1] - height[0] == pytest.approx(0.5 * (whole[1] - whole[0]), rel=0.1)
    eventually(page, f"before => {RANGE.format('yaxis2')}[1] < before", whole[1] - 15)
    page.get_by_role("button", name="Theme:").click()
    eventually(page, f"height => {RANGE.format('yaxis')}.join() === height.join()", height)
    in_view(page)
    (row, *_) = page.evaluate(ROWS)
    page.mouse.dblclick(row["left"] + 0.5 * row["width"], row["top"] + 0.5 * row["height"])
    eventually(page, f"before => {RANGE.format('yaxis2')}.join() === before.join()", whole)
    assert page.evaluate(f"{CHART}.layout.xaxis.autorange") is True


def test_names_of_lines_stand_beside_the_rows_and_on_nothing(visit: Visit, real: dict[str, int]) -> None:
    page = visit(f"/runs/{real['digits mse']}")  # collapsed and linear optimum are neighbours there
    boxes = """() => [...document.querySelectorAll('#chart .annotation-text')].flatMap((node) => {
        const lines = [...node.querySelectorAll('tspan.line')];
        return (lines.length ? lines : [node]).map((line) => {
            const { left, right, top, bottom } = line.getBoundingClientRect();
            return { left, right, top, bottom, text: line.textContent };
        });
    })"""
    eventually(page, f"({boxes})().filter(({{ text }}) => text.startsWith('collapsed')).length === 2")
    for width in (1400, 390):
        page.set_viewport_size({"width": width, "height": 900})
        in_view(page)  # what nobody sees is not drawn again
        inside = f"({boxes})().every(({{ right }}) => right <= {CHART}.getBoundingClientRect().right)"
        eventually(page, f"{CHART}.clientWidth < {width} && {inside}")
        (row, *_), texts = page.evaluate(f"() => [({ROWS})(), ({boxes})()]")
        names = [box for box in texts if box["text"].startswith(("collapsed", "linear"))]
        assert len(names) == 3
        assert all(box["left"] >= row["left"] + row["width"] for box in names), (row, names)
        for i, one in enumerate(texts):
            for other in texts[i + 1 :]:
                apart = one["right"] <= other["left"] or other["right"] <= one["left"]
                assert apart or one["bottom"] <= other["top"] + 1 or other["bottom"] <= one["top"] + 1, (one, other)


def test_a_single_run_has_a_solid_line_and_no_legend(visit: Visit, real: dict[str, int]) -> None:
    page = visit(f"/runs/{real['digits student_t']}")
    assert page.evaluate(f"[...new Set({CHART}.data.map(({{ line }}) => line?.dash ?? 'solid'))]") == ["solid"]
    expect(page.locator(".legend")).to_have_count(0)
    swatch = page.locator(".head .swatch line")
    assert swatch.evaluate("node => getComputedStyle(node).stroke") == colours_of(page)[0]
    assert swatch.get_attribute("stroke-dasharray") == "none"


def test_the_legend_says_which_run_has_another_colour_than_its_own(visit: Visit, real: dict[str, int]) -> None:
    numbers = sorted(real.values())
    page = visit(compare([numbers[0], numbers[8]]))
    expect(page.locator(".legend button").nth(0).locator("title")).to_have_count(0)
    expect(page.locator(".legend button").nth(1).locator("title")).to_contain_text("Another colour")


def test_the_legend_hides_runs_and_shows_one_alone(visit: Visit, eight: list[int]) -> None:
    page = visit(compare(eight))
    buttons = page.locator(".legend button")
    expect(buttons).to_have_text([f"{letter}run to {100 + 10 * i}" for i, letter in enumerate("ABCDEFGH")])
    swatches = page.evaluate(
        "[...document.querySelectorAll('.legend line')].map((one) => getComputedStyle(one).stroke)"
    )
    drawn = (
        f"{CHART}.data.filter(({{ meta, yaxis }}) => meta.role === 'line' && yaxis === 'y').map(({{ line }}) => line)"
    )
    assert swatches == page.evaluate(f"({drawn}).map(({{ color }}) => color)")
    assert len(set(swatches)) == 8
    assert page.evaluate(f"({drawn}).every(({{ dash }}) => dash === 'solid')")
    whole = page.evaluate(RANGE.format("yaxis3"))
    in_view(page)

    buttons.nth(7).click()
    expect(buttons.nth(7)).to_have_attribute("aria-pressed", "false")
    eventually(page, f"hidden => !({SHOWN}).includes(hidden)", eight[7])
    eventually(page, f"before => {RANGE.format('yaxis3')}[1] < before - 5", whole[1])  # a hidden run sets no range
    assert f"hide={eight[7]}" in page.url
    page.keyboard.press("Enter")  # on the button that has the focus
    eventually(page, f"({SHOWN}).length === 8")
    assert "hide=" not in page.url

    buttons.nth(2).dblclick()
    eventually(page, f"({SHOWN}).length === 1")
    assert shown(page) == [eight[2]]
    visit(page.url.removeprefix(page.url.split("/compare")[0]))
    assert shown(page) == [eight[2]]
    expect(page.locator(".legend button[aria-pressed=true]")).to_have_text(["Crun to 120"])
    in_view(page)
    buttons.nth(2).click()  # nothing would be left
    eventually(page, f"({SHOWN}).length === 8")
    buttons.nth(4).focus()
    page.keyboard.press("Shift+Enter")
    eventually(page, f"({SHOWN}).length === 1")
    assert accessibility_faults(page) == []


def test_the_readout_says_what_is_under_the_pointer_and_covers_nothing(visit: Visit, eight: list[int]) -> None:
    page = visit(compare(eight))
    in_view(page)
    (_, _, row) = page.evaluate(ROWS)
    per_step = row["one"] - row["zero"]
    at = row["zero"] + 450 * per_step
    low, high = page.evaluate(RANGE.format("yaxis3"))
    height = row["top"] + row["height"] * (high - 139) / (high - low)  # nearest to the run to 140
    page.mouse.move(at, height)
    expect(page.locator(f"{READOUT} .at")).to_contain_text("step 4")
    readings = page.locator(f"{READOUT} .reading")
    expect(readings).to_have_count(8)
    expect(readings.nth(0)).to_contain_text("Erun to 140")
    step = int(page.locator(f"{READOUT} .at").inner_text().removeprefix("step "))
    assert abs(step - 450) <= 2
    values = [float(text) for text in readings.locator(".num").all_inner_texts()]
    first, second = page.evaluate(f"{CHART}.data[0].x.slice(0, 2)")
    width = second - first  # steps in a point, of which it is the mean
    exact = [falling(100 + 10 * i, seed=i)[step - width : step].mean() for i in range(8)]
    assert sorted(values) == pytest.approx(sorted(exact), abs=0.01)
    distances = [abs(value - 139) for value in values]
    assert distances == sorted(distances)
    box, chart = page.locator(READOUT).bounding_box(), page.locator("#chart").bounding_box()
    assert 0 <= box["y"] <= chart["y"] - box["height"]  # of many runs above the rows, so that both are in view
    assert box["height"] <= 12 * 20
    expect(page.locator("#chart .hoverlayer .hovertext, #chart .hoverlayer .legend")).to_have_count(0)
    rows, line, now = page.evaluate(
        f"""() => [({ROWS})(), document.querySelector('.upright.crosshair').getBoundingClientRect().toJSON(),
            Number(document.querySelector('{READOUT} .at').textContent.slice(5))]"""
    )
    first, _, last = rows
    assert line["x"] == pytest.approx(first["zero"] + now * (first["one"] - first["zero"]), abs=1.5)
    assert line["y"] == pytest.approx(first["top"], abs=1.5)
    assert line["y"] + line["height"] == pytest.approx(last["top"] + last["height"], abs=1.5)

    expect(page.locator(READOUT)).not_to_contain_text("held out")
    at = first["zero"] + 300 * (first["one"] - first["zero"])
    page.mouse.move(at + 3, height)  # near the only evaluation
    expect(page.locator(f"{READOUT} .at")).to_have_text("step 300")
    expect(readings.filter(has_text="held out")).to_have_count(1)
    expect(readings.filter(has_text="held out")).to_contain_text("run to 100")
    expect(readings.filter(has_text="held out")).to_contain_text("held out 101")
    page.mouse.move(5, 5)
    expect(readings).to_have_count(0)
    expect(page.locator(".upright.crosshair")).to_be_hidden()

    page.locator("#chart").focus()
    page.keyboard.press("ArrowLeft")
    expect(readings).to_have_count(8)
    before = page.locator(f"{READOUT} .at").inner_text()
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.locator(f"{READOUT} .at")).not_to_have_text(before)
    expect(page.locator(READOUT)).to_have_attribute("aria-live", "polite")
    page.keyboard.press("Escape")
    expect(readings).to_have_count(0)


def test_a_tap_reads_a_curve(browser: Browser, server: Server, real: dict[str, int]) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    watch = Watch(page, server.url)
    page.goto(f"{server.url}/runs/{real['digits bce']}")
    page.wait_for_selector("body[data-ready]")
    in_view(page)
    (row, *_) = page.evaluate(ROWS)
    page.touchscreen.tap(row["left"] + row["width"] / 2, row["top"] + row["height"] / 2)
    expect(page.locator(f"{READOUT} .reading")).to_contain_text("−ELBO")
    eventually(page, "width => document.documentElement.scrollWidth <= width", 390)
    watch.check()
    context.close()


def test_no_text_of_a_chart_is_cut_off_on_a_phone(visit: Visit, page: Page, eight: list[int]) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    visit(compare(eight))
    cut = f"""[...{CHART}.querySelectorAll('.annotation-text')].map((one) => [one, {CHART}].map((node) =>
        node.getBoundingClientRect())).filter(([one, all]) => one.top < all.top || one.right > all.right).length"""
    eventually(page, f"{cut} === 0")
    assert page.evaluate("document.querySelector('.chart-card').scrollWidth") <= 390


def test_epochs_are_drawn_on_demand_and_not_too_many(visit: Visit, eight: list[int], store: Database) -> None:
    page = visit(f"/runs/{eight[0]}")
    is_epoch = "({ yref, layer }) => yref === 'paper' && layer === 'below'"
    lines = f"{CHART}.layout.shapes.filter({is_epoch}).map(({{ x0 }}) => x0)"
    assert page.evaluate(lines) == []
    page.get_by_role("checkbox", name="epochs").check()
    eventually(page, f"{lines}.length > 0")
    assert page.evaluate(lines) == pytest.approx([23 * epoch for epoch in range(1, 27)])
    assert "epochs=on" in page.url
    long = add(store, "many epochs", falling(100, steps=4000))
    visit(f"/runs/{long}?epochs=on")
    expect(page.get_by_role("checkbox", name="epochs")).to_be_checked()
    assert page.evaluate(lines) == pytest.approx([23 * epoch for epoch in range(5, 174, 5)], abs=0.5)
    expect(page.locator("#chart-summary")).to_contain_text("every 5 epochs")


def test_a_cursor_stands_at_the_step_of_the_pictures(visit: Visit, eight: list[int]) -> None:
    page = visit(f"/runs/{eight[1]}")
    in_view(page)
    page.evaluate("document.dispatchEvent(new CustomEvent('picturestep', { detail: { step: 200 } }))")
    cursor = page.locator(".upright.cursor")
    expect(cursor).to_be_visible()
    (row, *_) = page.evaluate(ROWS)
    assert cursor.bounding_box()["x"] == pytest.approx(row["zero"] + 200 * (row["one"] - row["zero"]), abs=1.5)
    page.get_by_role("radio", name="epoch", exact=True).check()
    eventually(page, f"{CHART}.layout.xaxis.title.text === 'epoch'")
    (row, *_) = page.evaluate(ROWS)
    assert cursor.bounding_box()["x"] == pytest.approx(row["zero"] + 200 / 23 * (row["one"] - row["zero"]), abs=1.5)


def test_circles_are_few_and_the_last_is_among_them(visit: Visit, store: Database) -> None:
    held = {step: 110.0 - 0.001 * step for step in range(0, 1000, 11)}
    page = visit(f"/runs/{add(store, 'often', falling(109, steps=1000), held_out=held)}")
    circles = page.evaluate(f"{CHART}.data.find(({{ meta }}) => meta.role === 'heldout').x")
    assert len(circles) == 40
    assert circles[-1] == max(held)


def test_a_picture_names_its_runs(visit: Visit, eight: list[int]) -> None:
    spy = "Plotly.downloadImage = async (figure, options) => { window.saved = { figure, options }; }"
    page = visit(f"/runs/{eight[0]}")
    page.evaluate(spy)
    page.get_by_role("button", name="PNG").click()
    saved = eventually(page, "window.saved")
    assert saved["figure"]["layout"]["title"]["text"] == "run to 100"
    assert "nats/image" in saved["figure"]["layout"]["annotations"][0]["text"]
    assert saved["options"]["filename"] == "run to 100"

    visit(compare(eight[:3]) + f"&hide={eight[1]}")
    page.evaluate(spy)
    page.get_by_role("button", name="PNG").click()
    layout, data = (eventually(page, "window.saved")["figure"][part] for part in ("layout", "data"))
    assert layout["title"]["text"] == "A: run to 100 · C: run to 120"
    assert [trace["name"] for trace in data if trace["showlegend"]] == ["A: run to 100", "C: run to 120"]
    assert layout["showlegend"]


def test_a_page_in_the_dark_theme_prints_light_charts(visit: Visit, eight: list[int]) -> None:
    page = visit(compare(eight[:2]))
    in_view(page)
    page.emulate_media(color_scheme="dark")
    eventually(page, f"{CHART}.layout.paper_bgcolor === 'rgb(24, 27, 33)'")
    page.emulate_media(color_scheme="dark", media="print")
    eventually(page, f"{CHART}.layout.paper_bgcolor === 'rgb(255, 255, 255)'")
    assert page.evaluate("document.querySelector('[data-plane]').layout.paper_bgcolor") == "rgb(255, 255, 255)"
    page.emulate_media(color_scheme="dark", media="screen")
    eventually(page, f"{CHART}.layout.paper_bgcolor === 'rgb(24, 27, 33)'")
    # A browser that prints draws nothing by itself any more: the figures are light when the event is over.
    printed = f"(dispatchEvent(new Event('beforeprint')), {CHART}.layout.paper_bgcolor)"
    assert page.evaluate(printed) == "rgb(255, 255, 255)"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    eventually(page, f"{CHART}.layout.paper_bgcolor === 'rgb(24, 27, 33)'")
    assert page.evaluate("document.documentElement.dataset.theme") is None


def test_a_row_without_a_run_says_so_and_has_no_scale(visit: Visit, store: Database, eight: list[int]) -> None:
    other = add(store, "in other units", falling(100), likelihood="gaussian")
    page = visit(f"{compare([eight[0], other])}&hide={other}")
    expect(page.locator("#chart .annotation-text", has_text="no run shown")).to_have_count(1)
    rows = page.evaluate(f"Object.keys({CHART}.layout).filter((name) => name.startsWith('yaxis')).length")
    silent = page.evaluate(f"Object.values({CHART}.layout).filter((axis) => axis?.showticklabels === false).length")
    assert (silent, rows > 2) == (1, True)
