"""Every benchmark, one after the other, into one page: `python -m benchmarks.report PAGE [NAME…]`, or those named.

Run it alone: what else the machine does is in the figures. What the page says above its first rule, and the tables that
are not run again, stay as they are.
"""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from app.database.engine import sqlite
from benchmarks import control, evaluate, launch, listing, live, peers, store, sweep, train

TABLES = (peers, train, evaluate, launch, control, store, listing, live, sweep)
ENVIRONMENT = {**os.environ, "COLUMNS": "160"}
RULE, HEADING = "\n---\n", "## "


def main(page: Path, names: list[str]) -> None:
    """Write the tables, each with what was run and when, under the reading that is there already."""
    reading, _, rest = page.read_text().partition(RULE) if page.exists() else ("# Benchmarks", "", "")
    known = {part.split("`")[1]: f"{HEADING}{part.rstrip()}\n" for part in rest.split(HEADING)[1:]}
    for module in TABLES:
        command = f"python -m {module.__name__}"
        if not names or module.__name__.removeprefix("benchmarks.") in names:
            known[command] = section(command, module.__doc__ or "")
    page.write_text("\n".join([reading.rstrip(), RULE, machine(), *known.values()]))


def machine() -> str:
    """One sentence on where the figures come from."""
    return (
        f"`make bench` on {processor()}, {psutil.cpu_count()} cores, "
        f"{psutil.virtual_memory().total / 2**30:.0f} GiB, {platform.system()}; Python {platform.python_version()}, "
        f"torch {version('torch')}, SQLite {sqlite.sqlite_version}, plotly {version('plotly')}.\n"
    )


def processor() -> str:
    """Its name, where the system tells."""
    processor = Path("/proc/cpuinfo")
    lines = processor.read_text().splitlines() if processor.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return (names or [platform.machine()])[0]


def section(command: str, described: str) -> str:
    """A benchmark's own first sentence, and what it printed."""
    done = subprocess.run(
        [sys.executable, *command.split()[1:]], capture_output=True, text=True, check=False, env=ENVIRONMENT
    )
    printed = done.stdout if done.returncode == 0 else done.stdout + done.stderr
    print(f"{command}\n{printed}", flush=True)
    title = described.splitlines()[0].split(": `")[0].rstrip(".")
    return f"{HEADING}{title}\n\n`{command}`, {datetime.now(UTC):%Y-%m-%d}\n\n```\n{printed.strip()}\n```\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
