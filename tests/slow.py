"""Everything in the background late: `make test SLOW=1` runs the suite so, which then must be as green as ever.

As a plug-in of pytest it slows the tests' own process. Each program of ours that a process starts is started through
this file, which slows it too and does the same for those that it starts: `python tests/slow.py -m elboard serve`.
"""

import runpy
import sys
from asyncio import sleep
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from threading import Event
from types import ModuleType
from typing import Any

LATE_S = 2.0  # a worker, the pixels of a data set
WORKER = "app.worker"
PROGRAMS = {"elboard", WORKER}


def slow_down() -> None:
    """Set every wait in the background of this process to its slowest, and the same in every program that it starts."""
    from app.jobs import scheduler
    from app.live import feed
    from app.web import pixel_statistics
    from app.worker import recorder
    from vae_core.theory.pixel_statistics import statistics

    for module, waits in (
        (feed, {"POLL_S": 1.0, "DOZE_S": 1.0, "PAUSE_S": 1.0}),
        (recorder, {"FLUSH_S": 1.0, "IDLE_S": 1.0}),
        (scheduler, {"TURN_S": 2.0, "IDLE_S": 3.0}),
        (pixel_statistics, {"statistics": late(statistics)}),
    ):
        for name, value in waits.items():
            replace(module, name, value)
    replace(Popen, "__init__", through_this_file(Popen.__init__))


def replace(module: ModuleType | type, name: str, value: object) -> None:
    """Set an attribute that must be there already."""
    getattr(module, name)
    setattr(module, name, value)


def late(function: Callable[..., Any]) -> Callable[..., Any]:
    def wait_first(*arguments: Any, **named: Any) -> Any:
        Event().wait(LATE_S)
        return function(*arguments, **named)

    return wait_first


def through_this_file(start: Callable[..., None]) -> Callable[..., None]:
    def start_slowly(self: Popen[Any], command: Any, *arguments: Any, **named: Any) -> None:
        at = command.index("-m") if "-m" in command and __file__ not in command else 0
        # This file would import from a test's PYTHONPATH before the command can put its own folder first.
        foreign = WORKER not in command and "PYTHONPATH" in (named.get("env") or {})
        if at and command[at + 1] in PROGRAMS and not foreign:
            command = [*command[:at], __file__, *command[at:]]
        start(self, command, *arguments, **named)

    return start_slowly


def late_answers(create_app: Callable[..., Any]) -> Callable[..., Any]:
    """Answers of the server that take their time, but for files that a browser may keep."""

    class Late:
        def __init__(self, app: Any):
            self.app = app

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            if not scope.get("path", "/static").startswith("/static"):
                await sleep(LATE_S / 10)
            await self.app(scope, receive, send)

    def create(*arguments: Any, **named: Any) -> Any:
        application = create_app(*arguments, **named)
        application.add_middleware(Late)
        return application

    return create


def pytest_configure() -> None:
    slow_down()


def main() -> None:
    """Be `python -m PROGRAM …`, but late."""
    sys.path.insert(0, str(Path(__file__).parents[1]))  # whatever else has a package of our name
    slow_down()
    del sys.argv[:2]
    if sys.argv[0] == WORKER:
        Event().wait(LATE_S)
    else:
        from app import main as composition

        replace(composition, "create_app", late_answers(composition.create_app))
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
