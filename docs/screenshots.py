"""Draw the README's pictures: train real runs on MNIST and photograph the pages. `make screenshots`."""

import os
import sys
import tempfile
from pathlib import Path
from threading import Event

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import LAUNCH
from tests.server import Server

IMAGES = Path(__file__).parent / "images"
HEIGHTS = {"translate": 1250, "explain": 1100, "runs": 420}  # of the screen; else 900
IN_VIEW = "chart => chart.getBoundingClientRect().top < innerHeight"
LAUNCH_REQUEST = {"preset": "bce-vs-mse", "name": "mnist", "config": {"dataset": "mnist", "max_steps": 4000, "seed": 1}}


def main() -> None:
    """Launch the runs, wait for its end, and save every page's picture."""
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        server = Server(Path(data), env={})
        runs = [run["id"] for run in server.launch(**LAUNCH_REQUEST)]
        for run in runs:
            wait_for_the_end(server, run)
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM") or None, args=LAUNCH)
        pages = {
            "run": f"/runs/{runs[0]}",
            "compare": f"/compare?runs={','.join(map(str, runs))}",
            "new": "/runs/new?preset=bce-vs-mse",
            "runs": "/runs",
            "translate": "/translate?recipe=pytorch-vae",
            "explain": "/explain?sigma=0.2#gaussian",
        }
        for name, path in pages.items():
            page = browser.new_page(viewport={"width": 1400, "height": HEIGHTS.get(name, 900)})
            photograph(page, server.url + path, IMAGES / f"{name}.png")
        browser.close()
        server.stop()


def wait_for_the_end(server: Server, run: int) -> None:
    """Wait until the run is over; leave with its reason if it failed."""
    pause = Event()
    while (now := server.api.get(f"/api/runs/{run}").json())["status"] in {"queued", "running"}:
        pause.wait(0.5)
    if now["status"] != "finished":
        sys.exit(f"{now['name']} {now['status']}: {now['error']}")


def photograph(page: Page, url: str, file: Path) -> None:
    """What a screen shows, once its charts and pictures are drawn."""
    page.goto(url)
    page.wait_for_selector("body[data-ready]")
    page.wait_for_selector("[data-soon]", state="detached")  # what the server counts first
    if "/runs/new" in url:  # what the form predicts
        page.wait_for_load_state("networkidle")
    for chart in page.locator(".chart[id]:visible").all():
        if chart.evaluate(IN_VIEW):
            page.wait_for_selector(f"#{chart.get_attribute('id')} .main-svg")
    page.evaluate("Promise.all([...document.images].map((image) => image.decode().catch(() => {})))")
    page.screenshot(path=file)
    page.close()


if __name__ == "__main__":
    main()
