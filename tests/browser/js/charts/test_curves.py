"""One run's points, coarse as a whole and fine where the chart is zoomed in, over a store that answers in buckets."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route

from tests.browser.js.conftest import ORIGIN, Scripts
from tests.browser.js.steps import Columns, bucketed, near, streamed

LAST = 3000
CURVE = """({ Curve }, { zoom, batches }) => {
  const curve = new Curve(1, []);
  const read = () => ({ width: curve.width, step: curve.places("step"), kl: curve.values("kl").mean });
  return curve.load()
    .then(() => zoom && curve.zoom("step", zoom))
    .then(() => Promise.all(batches.map((batch) => curve.append(batch))))
    .then(read);
}"""


class Store:
    """Answers as the API does: whole buckets, as narrow as fit into so many points."""

    def __init__(self) -> None:
        self.last = LAST
        self.asked: list[tuple[int, int]] = []

    def __call__(self, route: Route) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(route.request.url).query).items()}
        first, last = int(query.get("from", 1)), min(int(query.get("to", self.last)), self.last)
        self.asked.append((first, last))
        route.fulfill(json=self.columns(first, last, int(query["points"])))

    def columns(self, first: int, last: int, points: int) -> Columns:
        width = 1
        while (last - 1) // width - (first - 1) // width >= points:
            width *= 2
        begin, end = (first - 1) // width * width, min(-(-last // width) * width, self.last)
        return bucketed(streamed(begin + 1, end), width)


@pytest.fixture
def store(modules_page: Page) -> Any:
    store = Store()
    modules_page.route(f"{ORIGIN}/api/runs/1/steps*", store)
    yield store
    modules_page.unroute(f"{ORIGIN}/api/runs/1/steps*")


def expected(store: Store, steps: list[int]) -> list[float | None]:
    """The mean KL of the points that end at these steps and begin after the one before."""
    kl = streamed(1, store.last)["kl"]
    groups = [[v for v in kl[a:b] if v is not None] for a, b in zip([0, *steps[:-1]], steps, strict=True)]
    return [sum(values) / len(values) if values else None for values in groups]


def test_the_whole_has_at_most_a_thousand_points(scripts: Scripts, store: Store) -> None:
    read = scripts("charts/curves.js", CURVE, {"zoom": None, "batches": []})
    assert read["width"] == 4
    assert read["step"] == list(range(4, LAST + 1, 4))
    assert read["kl"] == near(expected(store, read["step"]))


def test_a_zoom_has_single_steps_inside_and_no_step_is_drawn_twice(scripts: Scripts, store: Store) -> None:
    read = scripts("charts/curves.js", CURVE, {"zoom": [1001, 1200], "batches": []})
    assert set(range(1001, 1201)) <= set(read["step"])
    assert read["step"] == sorted(set(read["step"]))
    assert {1, 2, 3}.isdisjoint(read["step"])  # elsewhere it is as coarse as before
    assert read["kl"] == near(expected(store, read["step"]))


def test_a_zoom_at_the_end_goes_on_with_the_run(scripts: Scripts, store: Store) -> None:
    batches = [streamed(LAST + 1, LAST + 50), streamed(LAST + 51, LAST + 90)]
    read = scripts("charts/curves.js", CURVE, {"zoom": [LAST - 100, LAST + 500], "batches": batches})
    store.last = LAST + 90
    assert read["step"][-150:] == list(range(LAST - 59, LAST + 91))
    assert read["kl"] == near(expected(store, read["step"]))


def test_too_many_points_are_asked_for_again_twice_as_wide(scripts: Scripts, store: Store) -> None:
    store.last = 3990
    coarse = [streamed(3991, 4000)]
    assert scripts("charts/curves.js", CURVE, {"zoom": None, "batches": coarse})["width"] == 4
    assert len(store.asked) == 1
    store.asked.clear()
    store.last = 4000
    read = scripts("charts/curves.js", CURVE, {"zoom": None, "batches": [streamed(4001, 4010)]})
    assert len(store.asked) == 2
    assert read["step"][-1] >= store.last
