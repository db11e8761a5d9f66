"""No process that the tests started outlives them, however they end.

Processes are known by a variable of the environment in which they began, which servers hand on to their workers and
workers keep when they lose their server.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from subprocess import run
from threading import Event
from uuid import uuid4

import psutil

MARK = "ELBOARD_TESTS"


def watch() -> None:
    """Have whatever this process starts from here on killed when this process has ended, even by SIGKILL.

    A guard waits for the end of its input, which comes with our end: nobody else has the other side of that pipe. Where
    the mark is there already, somebody else's guard will do.
    """
    if MARK not in os.environ:
        mark = str(uuid4())
        theirs, _ours = os.pipe()
        run([sys.executable, __file__, mark], stdin=theirs, check=True)
        os.close(theirs)
        os.environ[MARK] = mark


def end(**environment: str) -> None:
    """Kill every process that began with all of this in its environment, and those that it starts meanwhile."""
    while living := list(_begun_with(environment)):
        for process in living:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        Event().wait(0.01)


def _begun_with(environment: Mapping[str, str]) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if environment.items() <= process.environ().items() and process.status() != psutil.STATUS_ZOMBIE:
                yield process


def leave() -> None:
    """Go on as a child of nobody, in a session of its own, which no Ctrl-C and no timeout reaches."""
    if os.fork():
        os._exit(0)
    os.setsid()


if __name__ == "__main__":
    leave()
    sys.stdin.read()
    end(**{MARK: sys.argv[1]})
