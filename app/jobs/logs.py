"""The log of a run's processes, read from its end."""

from pathlib import Path

TAIL_BYTES = 2**16


def tail(log: Path, lines: int) -> list[str]:
    """The last lines of a log file, those of its last 64 KiB at most; none when there is no file."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL_BYTES))
            return file.read().decode(errors="replace").splitlines()[-lines:]
    except FileNotFoundError:
        return []
