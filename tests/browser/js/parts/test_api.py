"""Reading the API: the address of a path with its values, and null for no answer."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route

from tests.browser.js.conftest import ORIGIN, Scripts

READ = "({ read }, [path, values, query]) => read(path, values, query)"


@pytest.fixture
def asked(modules_page: Page) -> Iterator[list[str]]:
    """The addresses that were asked for, in order."""
    asked: list[str] = []

    def respond(route: Route) -> None:
        address = urlsplit(route.request.url)
        asked.append(address.path + (f"?{address.query}" if "?" in route.request.url else ""))
        if address.path == "/api/runs/500":
            route.abort()
        else:
            route.fulfill(status=404 if address.path == "/api/runs/404" else 200, json={"run": 7})

    modules_page.route(f"{ORIGIN}/api/**", respond)
    yield asked
    modules_page.unroute(f"{ORIGIN}/api/**")


def test_an_address_has_its_values_and_what_is_given_of_the_query(scripts: Scripts, asked: list[str]) -> None:
    code = """async ({ read }) => [
      await read("/api/runs/{run_id}/steps", { run_id: 7 }, { points: 10, to: undefined, smooth: 0.5 }),
      await read("/api/runs/{run_id}", { run_id: "a/b" }),
      await read("/api/runs/{run_id}/vitals", { run_id: 7 }, { to: undefined }),
    ]"""
    assert scripts("parts/api.js", code) == [{"run": 7}] * 3
    assert asked == ["/api/runs/7/steps?points=10&smooth=0.5", "/api/runs/a%2Fb", "/api/runs/7/vitals"]


@pytest.mark.parametrize("run", [404, 500])
def test_a_refusal_or_a_server_that_is_gone_is_null(scripts: Scripts, asked: list[str], run: int) -> None:
    assert scripts("parts/api.js", READ, ["/api/runs/{run_id}", {"run_id": run}, {}]) is None
    assert asked == [f"/api/runs/{run}"]
