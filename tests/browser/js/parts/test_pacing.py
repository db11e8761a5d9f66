"""How often a function runs, however often it is called; by a clock that the test moves."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.js.conftest import ORIGIN, answer

START = """async ([name, pause]) => {
  const pacing = await import("/static/js/parts/pacing.js");
  window.runs = [];
  window.finish = null;
  const began = Date.now();
  window.slow = false;
  window.paced = pacing[name](() => {
    runs.push(Date.now() - began);
    if (slow) return new Promise((resolve) => (window.finish = resolve));
  }, pause);
}"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.route("**/*", answer)
    page.clock.install(time=0)
    page.goto(ORIGIN)
    page.clock.pause_at(1000)
    yield page
    page.close()


def call(page: Page, times: int = 1) -> None:
    page.evaluate("async (times) => { for (let i = 0; i < times; i++) paced(); }", times)


def pass_(page: Page, ms: int, steps: int = 1) -> None:
    for _ in range(steps):
        page.clock.run_for(ms)


def test_throttled_runs_at_once_then_once_a_pause_and_once_more_after_the_last_call(page: Page) -> None:
    page.evaluate(START, ["throttled", 100])
    call(page, 5)
    assert page.evaluate("runs") == [0]
    pass_(page, 50)
    call(page, 5)
    pass_(page, 49)
    assert page.evaluate("runs") == [0]
    pass_(page, 1)
    assert page.evaluate("runs") == [0, 100]
    pass_(page, 100, steps=5)
    assert page.evaluate("runs") == [0, 100]  # nobody has called since
    call(page)
    assert page.evaluate("runs") == [0, 100, 600]


def test_throttled_never_runs_twice_at_a_time(page: Page) -> None:
    page.evaluate(START, ["throttled", 100])
    page.evaluate("() => { slow = true; }")
    call(page)
    pass_(page, 100, steps=4)
    call(page, 3)
    pass_(page, 100)
    assert page.evaluate("runs") == [0]
    page.evaluate("finish()")
    assert page.evaluate("runs") == [0, 500]


def test_throttled_goes_on_after_an_error(page: Page) -> None:
    page.evaluate(START, ["throttled", 100])
    page.on("pageerror", lambda _: None)
    page.evaluate("""async () => {
      const { throttled } = await import("/static/js/parts/pacing.js");
      paced = throttled(() => { runs.push("failed"); return Promise.reject(new Error("no")); }, 100);
    }""")
    call(page)
    call(page)
    assert page.evaluate("runs") == ["failed", "failed"]


def test_debounced_runs_once_after_a_rest(page: Page) -> None:
    page.evaluate(START, ["debounced", 100])
    for _ in range(4):
        call(page)
        pass_(page, 99)
    assert page.evaluate("runs") == []
    pass_(page, 1)
    assert page.evaluate("runs") == [397]
    pass_(page, 1000)
    assert page.evaluate("runs") == [397]


def test_a_delay_ends_at_its_time_or_when_it_is_aborted(page: Page) -> None:
    page.evaluate("""async () => {
      const { delay } = await import("/static/js/parts/pacing.js");
      window.ended = [];
      window.abort = new AbortController();
      delay(100).then(() => ended.push("time"));
      delay(1000, abort.signal).then(() => ended.push("abort"));
      delay(1000, AbortSignal.abort()).then(() => ended.push("before"));
    }""")
    assert page.evaluate("ended") == ["before"]
    pass_(page, 100)
    assert page.evaluate("ended") == ["before", "time"]
    page.evaluate("abort.abort()")
    assert page.evaluate("ended") == ["before", "time", "abort"]
