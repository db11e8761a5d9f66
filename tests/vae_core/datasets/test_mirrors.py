import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.vae_core.datasets.conftest import Site
from vae_core.datasets import mirrors
from vae_core.datasets.facts import FACTS
from vae_core.datasets.files import DIGESTS
from vae_core.datasets.mirrors import MIRRORS, DownloadError, ProgressLines, download


def test_every_data_set_made_of_files_has_two_hosts() -> None:
    assert set(MIRRORS) == set(DIGESTS) == set(FACTS) - {"digits"}
    for urls in MIRRORS.values():
        assert len({urlsplit(url).netloc for url in urls}) >= 2


def test_the_bytes_arrive_as_they_are(
    tmp_path: Path, start_site: Callable[[], Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirrors, "INTERVAL", 0)
    site = start_site()
    site.bodies["/file.gz"] = bytes(range(256)) * 5000
    lines: list[str] = []
    download(f"{site.url}/file.gz", tmp_path / "file", "MNIST", lines.append)
    assert (tmp_path / "file").read_bytes() == site.bodies["/file.gz"]
    assert lines[0] == "Downloading MNIST: 0.1 of 1.3 MB"
    assert lines[-1] == "Downloading MNIST: 1.3 of 1.3 MB"


def test_a_missing_file_is_an_http_status(tmp_path: Path, start_site: Callable[[], Site]) -> None:
    with pytest.raises(DownloadError, match="HTTP status 404"):
        download(f"{start_site().url}/file.gz", tmp_path / "file", "MNIST", print)


def test_an_answer_shorter_than_announced_is_noticed(tmp_path: Path, start_site: Callable[[], Site]) -> None:
    site = start_site()
    site.bodies["/file.gz"], site.missing_bytes = b"only the beginning", 10
    with pytest.raises(DownloadError, match="the connection broke off"):
        download(f"{site.url}/file.gz", tmp_path / "file", "MNIST", print)


def test_a_closed_port_is_no_connection(tmp_path: Path, closed_port: str) -> None:
    with pytest.raises(DownloadError, match="no connection"):
        download(f"{closed_port}/file.gz", tmp_path / "file", "MNIST", print)


def test_a_silent_server_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(mirrors, "TIMEOUT", (5, 0.1))
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(DownloadError, match="no answer in time"):
        download(f"http://127.0.0.1:{silent.getsockname()[1]}/file.gz", tmp_path / "file", "MNIST", print)


def test_a_file_that_cannot_be_written_is_not_the_network_s_fault(
    tmp_path: Path, start_site: Callable[[], Site]
) -> None:
    with pytest.raises(FileNotFoundError):
        download(f"{start_site().url}/file.gz", tmp_path / "no such folder" / "file", "MNIST", print)


def _drive(progress: ProgressLines, total: int, piece: int) -> None:
    """What pooch does with a progress bar."""
    progress.total = total
    for _ in range(0, total or 3 * piece, piece):
        progress.update(piece)
    progress.reset()
    progress.update(total)
    progress.close()


@pytest.mark.parametrize(("interval", "spoken"), [(0, 12), (1e9, 0)])
def test_lines_come_no_closer_than_the_interval(interval: float, spoken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirrors, "INTERVAL", interval)
    lines: list[str] = []
    _drive(ProgressLines("MNIST", lines.append), 10_500_000, 1_000_000)
    assert len(lines) == spoken


def test_an_unannounced_length_is_not_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirrors, "INTERVAL", 0)
    lines: list[str] = []
    _drive(ProgressLines("MNIST", lines.append), 0, 1_000_000)
    assert lines[:3] == [f"Downloading MNIST: {done}.0 MB" for done in (1, 2, 3)]
