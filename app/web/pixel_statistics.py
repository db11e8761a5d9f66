"""What the data sets' pixels say, for pages that must not wait: computed once, in a thread of their own."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock

from app.settings import Settings
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.datasets.registry import DatasetUnavailable
from vae_core.theory.pixel_statistics import Pixels, Statistics, statistics

PATIENCE_S = 0.1  # enough to read a file, not to compute MNIST's
THREADS = 4  # so that what is only read does not wait behind what is computed


@dataclass(frozen=True)
class NoStatistics:
    """Why there are no statistics, in a sentence, and whether there soon will be."""

    why: str
    soon: bool = False


class StatisticsCache:
    """The statistics of every data set that a page has needed."""

    def __init__(self, settings: Settings):
        self._folders, self._cache = settings.datasets, settings.dataset_cache
        self._threads = ThreadPoolExecutor(THREADS, "statistics")
        self._counts: dict[tuple[str, str], Future[Statistics]] = {}
        self._lock = Lock()

    def find(self, config: TrainConfig) -> Statistics | NoStatistics:
        """The statistics of the run's pixels, or why they are not there."""
        key, title = (config.dataset, config.pixel_transform), FACTS[config.dataset].title
        with self._lock:
            if key not in self._counts:
                self._counts[key] = self._threads.submit(statistics, *key, folders=self._folders, cache=self._cache)
            count = self._counts[key]
        try:
            return count.result(PATIENCE_S)
        except TimeoutError:
            return NoStatistics(f"The pixels of {title} are being counted: some seconds, once.", soon=True)
        except DatasetUnavailable:
            why = f"The images of {title} are not on this machine yet: the first run that needs them downloads them."
        except (OSError, ValueError) as error:
            why = f"The pixels of {title} could not be counted: {error}"
        with self._lock:
            self._counts.pop(key, None)  # count again next time: a run may have brought the images
        return NoStatistics(why)

    def training(self, dataset: str) -> Pixels | None:
        """The grey training pixels of a data set; None while they are not there."""
        counted = self.find(TrainConfig.parse({"dataset": dataset}))
        return None if isinstance(counted, NoStatistics) else counted.train

    def close(self) -> None:
        """Wait for nothing: what is being computed is not needed any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
