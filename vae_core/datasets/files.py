"""Where the files of the MNIST family come from: local folders, the cache, mirrors. Only a verified file is used."""

import gzip
import hashlib
import shutil
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from io import BufferedReader
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from vae_core.datasets.facts import DatasetFacts
from vae_core.datasets.mirrors import MIRRORS, DownloadError, download
from vae_core.durable import replacing

# SHA-256 of the unpacked files; packed ones differ from mirror to mirror.
DIGESTS = {
    "mnist": {
        "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
    "fashion-mnist": {
        "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
}


class DatasetUnavailable(Exception):
    """A data set that is nowhere available; the message names what is missing, the places searched, and what to do."""


class DamagedFile(Exception):
    """A file whose content is not what it should be; the message is a few words on how."""


class Files:
    """The files of one data set: `find` gives the path of each, unpacked and verified.

    `folders` hold a folder named after the data set, and may be read-only; what is downloaded or unpacked is kept
    in such a folder of `cache`, where any number of processes may do the same at the same time. With `offline` no
    mirror is used.
    """

    def __init__(
        self,
        facts: DatasetFacts,
        folders: Sequence[Path],
        cache: Path,
        on_progress: Callable[[str], None],
        *,
        offline: bool = False,
    ):
        self.facts, self.on_progress = facts, on_progress
        self.folders = [folder / facts.name for folder in folders]
        self.cache = cache / facts.name
        self.mirrors = deque(() if offline else MIRRORS[facts.name])

    def find(self, stem: str) -> Path:
        """The path of the file that unpacks from `stem`.gz. Raises `DatasetUnavailable`."""
        failures = []
        for place, take in self._offers(stem):
            try:
                return take()
            except FileNotFoundError:
                continue  # no such file there; the folders are named in the end
            except (DamagedFile, DownloadError, OSError) as error:
                failures.append(f"{place}: {error}")
            self.on_progress(f"Skipped {failures[-1]}")
        raise DatasetUnavailable(self._explain(stem, failures))

    def _offers(self, stem: str) -> Iterator[tuple[str, Callable[[], Path]]]:
        """Every place that may have the file, cheapest first, each with what takes it from there.

        All give the same bytes, so a cached file goes before unpacking a local one again.
        """
        digest, kept = DIGESTS[self.facts.name][stem], self.cache / stem
        local = [folder / name for folder in self.folders for name in (stem, stem.replace("-idx", ".idx"))]
        for path in local:
            yield str(path), partial(_verified, path, digest)
        yield str(kept), partial(_cached, kept, digest)
        for path in local:
            packed = path.with_name(f"{path.name}.gz")
            yield str(packed), partial(_unpacked, packed, kept, digest)
        for mirror in list(self.mirrors):
            yield urlsplit(mirror).netloc, partial(self._downloaded, f"{mirror}/{stem}.gz", kept, digest)
            self.mirrors.rotate(-1)  # the loop goes on only after a failure: the next file starts with another mirror

    def _downloaded(self, url: str, kept: Path, digest: str) -> Path:
        self.on_progress(f"Downloading {self.facts.title} from {urlsplit(url).netloc}")
        self.cache.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=self.cache) as scratch:
            packed = Path(scratch) / "packed"
            download(url, packed, self.facts.title, self.on_progress)
            return _unpacked(packed, kept, digest)

    def _explain(self, stem: str, failures: list[str]) -> str:
        name, searched = self.facts.name, ", ".join(str(folder) for folder in (*self.folders, self.cache))
        return (
            f"{self.facts.title} is not available: there is no usable {stem} in {searched}, and no mirror gave it. "
            f"What went wrong: {'; '.join(failures)}. Connect to the internet, or set ELBOARD_DATASETS to a folder "
            f"that holds {name}/{stem}.gz and the other files of {self.facts.title}."
        )


def _verified(path: Path, digest: str) -> Path:
    """The path itself. Raises `DamagedFile` where the SHA-256 of its content is another."""
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != digest:
            raise DamagedFile("wrong content, its SHA-256 differs")
    return path


def _cached(kept: Path, digest: str) -> Path:
    """A file in the cache, which is removed where it is damaged, whether or not a mirror can replace it."""
    try:
        return _verified(kept, digest)
    except DamagedFile:
        kept.unlink(missing_ok=True)
        raise


def _unpacked(packed: Path, kept: Path, digest: str) -> Path:
    """Unpack a file to `kept`, where no other content ever appears than the verified one."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    with _opened(packed) as source, replacing(kept) as fresh:
        try:
            with fresh.open("wb") as sink:
                shutil.copyfileobj(source, sink)
        except EOFError:
            raise DamagedFile("truncated") from None
        except (gzip.BadGzipFile, zlib.error):
            raise DamagedFile("not a sound gzip file") from None
        _verified(fresh, digest)
    return kept


def _opened(packed: Path) -> gzip.GzipFile | BufferedReader:
    """The unpacked content. A server that labels gzip as a transfer encoding has it unpacked on the way already."""
    with packed.open("rb") as file:
        magic = file.read(2)
    return gzip.open(packed) if magic == b"\x1f\x8b" else packed.open("rb")
