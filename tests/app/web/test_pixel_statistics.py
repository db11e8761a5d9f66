"""Statistics for pages: there, soon there, or not on this machine."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from app.settings import Settings
from app.web import pixel_statistics as module
from app.web.pixel_statistics import NoStatistics, StatisticsCache
from tests.server import wait_until
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.registry import DatasetUnavailable
from vae_core.theory.pixel_statistics import Statistics

DIGITS, MNIST = TrainConfig(), TrainConfig(dataset="mnist")


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[StatisticsCache]:
    shelf = StatisticsCache(Settings(data=tmp_path, datasets=()))
    yield shelf
    shelf.close()


def test_the_embedded_digits_are_soon_there(shelf: StatisticsCache) -> None:
    grey = wait_until(lambda: isinstance(counted := shelf.find(DIGITS), Statistics) and counted)
    assert grey.train.dimensions == 64
    assert shelf.find(DIGITS) is grey
    binary = wait_until(lambda: isinstance(shelf.find(TrainConfig(binarize="threshold")), Statistics))
    assert binary is not grey


def test_images_that_are_not_here_are_not_fetched(shelf: StatisticsCache) -> None:
    missing = wait_until(lambda: isinstance(answer := shelf.find(MNIST), NoStatistics) and not answer.soon and answer)
    assert "MNIST are not on this machine yet" in missing.why


def test_a_long_count_keeps_no_page_waiting_and_is_asked_for_once(
    shelf: StatisticsCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = Event()
    keys: list[tuple[str, ...]] = []

    def slow(*key: str, **_: object) -> str:
        keys.append(key)
        assert release.wait(300)
        return "counted"

    monkeypatch.setattr(module, "statistics", slow)
    monkeypatch.setattr(module, "PATIENCE_S", 0)
    for _ in range(3):
        answer = shelf.find(MNIST)
        assert isinstance(answer, NoStatistics)
        assert answer.soon
    release.set()
    assert wait_until(lambda: shelf.find(MNIST) == "counted")
    assert keys == [("mnist", "none")]


@pytest.mark.parametrize(
    ("error", "said"),
    [(DatasetUnavailable("…"), "not on this machine"), (OSError("No space left"), "could not be counted: No space")],
)
def test_after_a_failure_it_is_asked_for_again(
    shelf: StatisticsCache, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    answers = [error]

    def flaky(*_: str, **__: object) -> str:
        if answers:
            raise answers.pop()
        return "counted"

    monkeypatch.setattr(module, "statistics", flaky)
    missing = shelf.find(MNIST)
    assert isinstance(missing, NoStatistics)
    assert said in missing.why
    assert wait_until(lambda: shelf.find(MNIST) == "counted")
