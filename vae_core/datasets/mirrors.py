"""Public copies of the IDX files and how one file is downloaded from them."""

import time
from collections.abc import Callable
from pathlib import Path

# Plain http is no risk here: whoever uses a downloaded file compares its SHA-256 first.
MIRRORS = {
    "mnist": (
        "https://ossci-datasets.s3.amazonaws.com/mnist",
        "https://storage.googleapis.com/cvdf-datasets/mnist",
    ),
    "fashion-mnist": (
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
    ),
}
TIMEOUT = (4, 10)  # seconds to connect, and between two pieces of the answer
INTERVAL = 0.25  # seconds between two lines about one download


class DownloadError(Exception):
    """A mirror that did not give the file; the message gives the reason in a few words."""


def download(url: str, path: Path, title: str, on_progress: Callable[[str], None]) -> None:
    """Write what is at `url` to `path`, as it is, and report to `on_progress` how much of `title` has arrived.

    Raises `DownloadError` where the network or the server fails, `OSError` where `path` cannot be written.
    """
    import pooch  # noqa: PLC0415  with its network libraries, only where something is to be downloaded
    import requests  # noqa: PLC0415

    fetch = pooch.HTTPDownloader(ProgressLines(title, on_progress), chunk_size=2**16, timeout=TIMEOUT)
    try:
        fetch(url, path, None)
    except requests.HTTPError as error:
        raise DownloadError(f"HTTP status {getattr(error.response, 'status_code', 'unknown')}") from error
    except requests.Timeout as error:
        raise DownloadError("no answer in time") from error
    except requests.exceptions.SSLError as error:
        raise DownloadError("its certificate was refused") from error
    except requests.exceptions.ChunkedEncodingError as error:
        raise DownloadError("the connection broke off") from error
    except requests.RequestException as error:
        raise DownloadError("no connection") from error


class ProgressLines:
    """The progress bar that pooch drives, in words: a line each `INTERVAL` seconds."""

    def __init__(self, title: str, on_progress: Callable[[str], None]):
        self.title, self.on_progress = title, on_progress
        self.total = 0  # bytes; pooch sets it, and leaves 0 where the server names no length
        self.done = 0
        self.reported_at = time.monotonic()

    def update(self, count: int) -> None:
        """`count` more bytes have arrived; pooch counts whole pieces, so the last one may overshoot."""
        self.done += count
        if time.monotonic() - self.reported_at >= INTERVAL:
            self.reported_at = time.monotonic()
            done = f"{min(self.done, self.total or self.done) / 1e6:.1f}"
            self.on_progress(
                f"Downloading {self.title}: {done}{f' of {self.total / 1e6:.1f}' if self.total else ''} MB"
            )

    def reset(self) -> None:
        """Pooch starts over before it announces the full length."""
        self.done = 0

    def close(self) -> None:
        """Nothing is open."""
