"""How live the pages are: from a commit to the screen, long runs, many viewers, and a server that has nothing to do.

A real server and Chromium; steps are written as a worker would write them, one transaction five times a second.
`CHROMIUM=/usr/bin/chromium python -m benchmarks.live`, about six minutes.
"""

import json
import os
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path
from statistics import median
from threading import Event
from time import perf_counter

import numpy as np
import psutil
from playwright.sync_api import Browser, BrowserType, Page, sync_playwright

from app.database.engine import Database
from benchmarks.stage import FLUSH_S, Writer, training
from tests import ended
from tests.browser.conftest import LAUNCH, eventually
from tests.server import Server
from vae_core.config.train_config import TrainConfig

LENGTHS = (1_000, 10_000, 100_000, 1_000_000)
VIEWERS = (1, 50, 500)
COMMITS, TICKS, LISTED = 150, 15, 1000
UNWATCHED_S = 4.0  # after which a page's chart has long been there
WINDOW_S = 12.0  # over which steps and processor time are counted
CHART = "document.getElementById('chart')"
DRAWINGS = """window.drawings = [];
addEventListener('drawn', ({ target }) => requestAnimationFrame(() => requestAnimationFrame(() =>
    drawings.push([target.data.at(-1).x.at(-1), Date.now() / 1000, performance.now() / 1000]))), true);
const look = () => document.querySelector('.preview path')
    ? requestAnimationFrame(() => requestAnimationFrame(() => window.curve = performance.now() / 1000))
    : requestAnimationFrame(look);
look();"""

pause = Event().wait


def main() -> None:
    """Every table."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder))
        database = Database(f"sqlite:///{server.data / 'elboard.sqlite'}")
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM") or None, args=LAUNCH)
        long_runs(server, database, browser, playwright.chromium)
        from_commit_to_pixel(server, database, browser)
        eight_runs(server, database, browser)
        many_viewers(server, Writer(database, 1_000))
        doing_nothing(server, database, browser)
        browser.close()
        database.close()
        server.stop()


def opened(browser: Browser, url: str) -> tuple[Page, float]:
    """The page of a run, and the seconds until its chart was painted."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.add_init_script(DRAWINGS)
    return page, reopened(page, url)


def reopened(page: Page, url: str) -> float:
    """The same of a browser that has seen such a page."""
    page.goto(url)
    eventually(page, "drawings.length > 0")
    return float(page.evaluate("drawings[0][2]"))


def unwatched(chromium: BrowserType, url: str) -> float:
    """The same of a browser that knows nothing, and that nobody debugs before the chart is there.

    With a debugger, and Playwright is one, plotly.js takes 0.4 s longer: it probes for features with exceptions, and
    Chromium then keeps the whole stack of each.
    """
    program = os.environ.get("CHROMIUM") or chromium.executable_path
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        alone = ["--headless=new", "--remote-debugging-port=0", f"--user-data-dir={profile}", *LAUNCH, url]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with subprocess.Popen([program, *alone], **quiet) as process:
            pause(UNWATCHED_S)
            port = (Path(profile) / "DevToolsActivePort").read_text().split()[0]
            browser = chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
            page = next(page for page in browser.contexts[0].pages if page.url == url)
            painted = float(page.evaluate("performance.getEntriesByName('chart drawn')[0].startTime")) / 1000
            browser.close()
            process.terminate()
    assert painted < UNWATCHED_S
    return painted


def long_runs(server: Server, database: Database, browser: Browser, chromium: BrowserType) -> None:
    """When the server's curve and then the live chart are on the screen, and the cost of a tick."""
    columns = ("curve, s", "chart, s", "debugged", "again, s", "tick, ms")
    print(f"{'steps':>10}{''.join(f'{name:>10}' for name in columns)}{'worst':>8}")
    for length in LENGTHS:
        writer = Writer(database, length)
        url = f"{server.url}/runs/{writer.run}"
        cold = median(unwatched(chromium, url) for _ in range(3))
        page, debugged = opened(browser, url)
        curve = float(page.evaluate("curve"))
        warm = median(reopened(page, url) for _ in range(3))
        costs = []
        for _ in range(TICKS):
            writer.add()
            draws = page.evaluate(f"Number({CHART}.dataset.draws)")
            eventually(page, f"draws => Number({CHART}.dataset.draws) > draws", arg=draws)
            costs.append(float(page.evaluate(f"{CHART}.dataset.cost")))
        page.close()
        print(
            f"{length:10,}{curve:10.2f}{cold:10.2f}{debugged:10.2f}{warm:10.2f}{median(costs):10.1f}{max(costs):8.1f}"
        )


def from_commit_to_pixel(server: Server, database: Database, browser: Browser) -> None:
    """How old a step is when it is on the screen, while nothing else runs and while a run trains."""
    print(f"\n{'commit to pixel, ms':22}{'p50':>6}{'p95':>6}{'worst':>7}")
    for state in ("quiet", "training"):
        writer = Writer(database, 5_000)
        with training(server) if state == "training" else nullcontext():
            page, _ = opened(browser, f"{server.url}/runs/{writer.run}")
            for _ in range(COMMITS):
                writer.add()
                pause(FLUSH_S)
            eventually(page, "last => drawings.at(-1)[0] === last", arg=writer.last)
            drawn = page.evaluate("drawings")
            page.close()
        print(f"{state:22}{_delays(writer, drawn)}")


def eight_runs(server: Server, database: Database, browser: Browser) -> None:
    """The same of eight runs on one page, all of which go on, and the cost of a tick there."""
    writers = [Writer(database, 5_000) for _ in range(8)]
    page, _ = opened(browser, f"{server.url}/compare?runs=" + ",".join(str(writer.run) for writer in writers))
    page.locator("#chart").scroll_into_view_if_needed()
    costs = []
    for _ in range(COMMITS):
        for writer in writers:
            writer.add()
        costs.append(float(page.evaluate(f"{CHART}.dataset.cost")))
        pause(FLUSH_S)
    eventually(page, "last => drawings.at(-1)[0] === last", arg=writers[-1].last)
    print(f"{'eight runs, compared':22}{_delays(writers[-1], page.evaluate('drawings'))}")
    print(f"{'a tick of these, ms':22}{median(costs):6.1f}{np.percentile(costs, 95):6.1f}{max(costs):7.1f}")
    page.close()


def _delays(writer: Writer, drawn: list[tuple[int, float, float]]) -> str:
    """From a step's commit to the screen: the median, the 95th percentile and the worst."""
    delays = [1000 * (next(t for n, t, _ in drawn if n >= step) - at) for step, at in writer.committed.items()]
    p50, p95 = np.percentile(delays, [50, 95])
    return f"{p50:6.0f}{p95:6.0f}{max(delays):7.0f}"


def many_viewers(server: Server, writer: Writer) -> None:
    """What viewers cost the training, how late the last of them hears of a step, and the server's memory."""
    process = psutil.Process(server.process.pid)
    print(f"\n{'viewers':>8}{'steps/s':>9}{'without':>9}{'slower':>8}{'p99, ms':>9}{'CPU':>7}{'MiB':>6}{'missed':>8}")
    with training(server) as run:
        for count in VIEWERS:
            before = speed(server, run, process, writer)[0]
            command = [sys.executable, "-m", "benchmarks.viewers", str(server.port), str(count), str(writer.run)]
            watching = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            assert watching.stdout
            assert watching.stdout.readline() == "ready\n"
            during, busy = speed(server, run, process, writer)
            memory = process.memory_info().rss / 2**20
            readings = json.loads(watching.communicate("\n")[0])
            missed = sum(last != writer.last for last in readings["last"])
            without = (before + speed(server, run, process, writer)[0]) / 2
            delays = [at - writer.committed[step] for step, at in readings["heard"] if step in writer.committed]
            late = 1000 * np.percentile(delays, 99)
            print(
                f"{count:8}{during:9.1f}{without:9.1f}{1 - during / without:8.1%}{late:9.0f}"
                f"{busy:7.1%}{memory:6.0f}{missed:8}"
            )


def speed(server: Server, run: int, process: psutil.Process, writer: Writer) -> tuple[float, float]:
    """Steps a second of a run, and the share of a core that the server takes, while a writer adds steps."""

    def step() -> int:
        return int(server.api.get(f"/api/runs/{run}").json()["step"])

    started, first, cpu = perf_counter(), step(), sum(process.cpu_times()[:2])
    while perf_counter() < started + WINDOW_S:
        writer.add(1)
        pause(FLUSH_S)
    passed = perf_counter() - started
    return (step() - first) / passed, (sum(process.cpu_times()[:2]) - cpu) / passed


def doing_nothing(server: Server, database: Database, browser: Browser) -> None:
    """Memory and processor time of a server with many runs, one page open on their list."""
    with database.write() as session:
        for number in range(LISTED):
            ended.insert(session, TrainConfig(), name=f"listed {number}")
    page = browser.new_page()
    page.goto(f"{server.url}/runs?limit=200")
    page.wait_for_selector("body[data-ready]")
    process = psutil.Process(server.process.pid)
    pause(5)
    process.cpu_percent()
    pause(WINDOW_S)
    busy, memory = process.cpu_percent(), process.memory_info().rss / 2**20
    print(f"\nidle with {LISTED:,} runs: {busy:.1f} % of a core, {memory:.0f} MiB")
    page.close()


if __name__ == "__main__":
    main()
