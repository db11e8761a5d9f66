"""The modules of static/js in a real Chromium, without a server."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

ROOT = Path(__file__).parents[3]
ORIGIN = "http://elboard.test"
TYPES = {".js": "text/javascript", ".html": "text/html"}

Scripts = Callable[..., Any]


def answer(route: Route) -> None:
    """An empty page, and our own files; nothing else is there."""
    file = ROOT / route.request.url.removeprefix(f"{ORIGIN}/")
    if file.is_relative_to(ROOT / "static") and file.is_file():
        route.fulfill(body=file.read_text(), content_type=TYPES.get(file.suffix, "text/plain"))
    else:
        route.fulfill(body="<!doctype html><body></body>", content_type="text/html")


@pytest.fixture(scope="session")
def modules_page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.route("**/*", answer)
    page.goto(ORIGIN)
    yield page
    page.close()


@pytest.fixture
def scripts(modules_page: Page) -> Scripts:
    """Call `code`, a function of a module and an argument: `scripts("parts/numbers.js", "(module, arg) => …", arg)`."""

    def run(module: str, code: str, arg: Any = None) -> Any:
        call = f"async (arg) => ({code})(await import('/static/js/{module}'), arg)"
        return modules_page.evaluate(call, arg)

    return run
