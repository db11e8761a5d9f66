"""No process outlives the test that started it, when that fails, or the tests, however those end."""

import os
from collections.abc import Generator

import pytest

from tests import processes


def pytest_configure() -> None:
    processes.watch()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Kill what a test that failed has left running: a server, its workers, a run without an end."""
    report = yield
    if report.failed and report.when == "call":
        ours = {processes.MARK: os.environ[processes.MARK]}  # another session may be in the middle of the same test
        processes.end(**ours, PYTEST_CURRENT_TEST=f"{item.nodeid} (call)")
    return report
