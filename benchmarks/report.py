"""Every benchmark, one after the other, into one page: `python -m benchmarks.report benchmarks/RESULTS.md`.

Run it alone: what else the machine does is in the figures. The reading of the page, below its first rule, is kept.
"""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from app.database import sqlite
from benchmarks import control, evaluate, launch, listing, live, peers, store, train

TABLES = (peers, train, evaluate, launch, control, store, listing, live)
RULE = "\n---\n"


def main(page: Path) -> None:
    """Write the tables, with what was run and where, under the reading that is there already."""
    reading = page.read_text().split(RULE)[0].rstrip() if page.exists() else "# Benchmarks"
    parts = [section(module.__name__, module.__doc__ or "") for module in TABLES]
    page.write_text("\n".join([reading, RULE, machine(), *parts]))


def machine() -> str:
    """One sentence on where the figures come from."""
    return (
        f"`make bench` on {datetime.now(UTC):%Y-%m-%d}: {processor()}, {psutil.cpu_count()} cores, "
        f"{psutil.virtual_memory().total / 2**30:.0f} GiB, {platform.system()}; Python {platform.python_version()}, "
        f"torch {version('torch')}, SQLite {sqlite.sqlite_version}, plotly {version('plotly')}.\n"
    )


def processor() -> str:
    """Its name, where the system tells."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return (names or [platform.machine()])[0]


def section(name: str, described: str) -> str:
    """A benchmark's own first sentence, and what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", name], capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "160"}
    )
    printed = done.stdout if done.returncode == 0 else done.stdout + done.stderr
    print(f"{name}\n{printed}", flush=True)
    title = described.splitlines()[0].split(": `")[0].rstrip(".")
    return f"## {title}\n\n`python -m {name}`\n\n```\n{printed.strip()}\n```\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
