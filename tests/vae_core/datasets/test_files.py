import gzip
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.vae_core.datasets.conftest import Site, Tiny
from vae_core.datasets.files import DatasetUnavailable

STEM, OTHER = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
damages = pytest.mark.parametrize(
    ("word", "damage"),
    [
        ("truncated", lambda content: gzip.compress(content)[:-10]),
        ("not a sound gzip file", lambda content: gzip.compress(content)[:-1] + b"\xff"),  # its own length check
        ("SHA-256", lambda content: gzip.compress(content + b"\0")),
        ("SHA-256", lambda _: b"<html>Please log in to the hotel's network.</html>"),
    ],
    ids=["truncated", "gzip", "content", "page"],
)


def put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# Local folders


@pytest.mark.parametrize("name", [STEM, "train-images.idx3-ubyte"])
def test_an_unpacked_local_file_is_used_in_place(tiny: Tiny, name: str) -> None:
    path = put(tiny.folder / "mnist" / name, tiny.contents[STEM])
    assert tiny.files().find(STEM) == path
    assert not tiny.cache.exists()


@pytest.mark.parametrize("name", [f"{STEM}.gz", "train-images.idx3-ubyte.gz"])
def test_a_packed_local_file_is_unpacked_once(tiny: Tiny, name: str) -> None:
    packed = put(tiny.folder / "mnist" / name, tiny.packed(STEM))
    packed.parent.chmod(0o555)
    kept = tiny.files().find(STEM)
    assert kept == tiny.cache / "mnist" / STEM
    assert kept.read_bytes() == tiny.contents[STEM]
    first = kept.stat().st_ino, kept.stat().st_mtime_ns
    kept = tiny.files().find(STEM)
    assert (kept.stat().st_ino, kept.stat().st_mtime_ns) == first
    assert names_in(packed.parent) == {name}


@damages
def test_a_damaged_local_file_is_skipped_aloud(
    tiny: Tiny, tmp_path: Path, word: str, damage: Callable[..., Any]
) -> None:
    bad = put(tmp_path / "bad" / "mnist" / f"{STEM}.gz", damage(tiny.contents[STEM]))
    tiny.write(tiny.folder / "mnist", packed=True)
    kept = tiny.files(tmp_path / "bad", tiny.folder).find(STEM)
    assert kept.read_bytes() == tiny.contents[STEM]
    assert names_in(tiny.cache / "mnist") == {STEM}
    [line] = tiny.lines
    assert line.startswith(f"Skipped {bad}: ")
    assert word in line


def test_flipped_bits_in_a_packed_file_are_noticed(tiny: Tiny) -> None:
    packed = tiny.packed(STEM)
    middle = len(packed) // 2
    put(tiny.folder / "mnist" / f"{STEM}.gz", packed[:middle] + bytes([packed[middle] ^ 0xFF]) + packed[middle + 1 :])
    with pytest.raises(DatasetUnavailable, match=rf"{STEM}\.gz: "):
        tiny.files().find(STEM)


def test_the_refusal_says_what_where_and_what_to_do(tiny: Tiny, tmp_path: Path, closed_port: str) -> None:
    put(tiny.folder / "mnist" / STEM, tiny.contents[STEM][:-1])
    tiny.set_mirrors([closed_port])
    with pytest.raises(DatasetUnavailable) as refusal:
        tiny.files(tiny.folder, tmp_path / "nowhere").find(STEM)
    sentence = str(refusal.value)
    assert sentence.startswith(f"MNIST is not available: there is no usable {STEM} in ")
    assert f"{tiny.folder / 'mnist'}, {tmp_path / 'nowhere' / 'mnist'}, {tiny.cache / 'mnist'}," in sentence
    assert f"{tiny.folder / 'mnist' / STEM}: wrong content, its SHA-256 differs" in sentence
    assert f"{closed_port.removeprefix('http://')}: no connection" in sentence
    assert f"set ELBOARD_DATASETS to a folder that holds mnist/{STEM}.gz" in sentence
    assert "\n" not in sentence


# The cache


def test_a_wrong_file_in_the_cache_is_replaced(tiny: Tiny) -> None:
    kept = put(tiny.cache / "mnist" / STEM, tiny.contents[STEM][:-1])
    tiny.write(tiny.folder / "mnist", packed=True)
    assert tiny.files().find(STEM) == kept
    assert kept.read_bytes() == tiny.contents[STEM]


def test_a_wrong_file_in_the_cache_is_never_used_and_removed(tiny: Tiny) -> None:
    tiny.write(tiny.cache / "mnist", packed=False)
    put(tiny.cache / "mnist" / STEM, tiny.contents[OTHER])
    assert tiny.files().find(OTHER) == tiny.cache / "mnist" / OTHER
    with pytest.raises(DatasetUnavailable, match="SHA-256 differs"):
        tiny.files().find(STEM)
    assert not (tiny.cache / "mnist" / STEM).exists()


def test_a_cache_that_cannot_be_written_is_named(tiny: Tiny) -> None:
    tiny.write(tiny.folder / "mnist", packed=True)
    put(tiny.cache, b"a file where the folder should be")
    with pytest.raises(DatasetUnavailable, match=f"Not a directory: '{tiny.cache}"):
        tiny.files().find(STEM)


def test_many_may_fill_the_cache_at_once(tiny: Tiny) -> None:
    tiny.write(tiny.folder / "mnist", packed=True)
    with ThreadPoolExecutor(8) as pool:
        contents = list(pool.map(lambda _: tiny.files().find(STEM).read_bytes(), range(32)))
    assert set(contents) == {tiny.contents[STEM]}
    assert names_in(tiny.cache / "mnist") == {STEM}


# Mirrors


def test_a_download_is_kept_and_not_repeated(tiny: Tiny, start_site: Callable[[], Site]) -> None:
    site = start_site()
    site.bodies[f"/{STEM}.gz"] = tiny.packed(STEM)
    tiny.set_mirrors([site.url])
    for _ in range(2):
        assert tiny.files().find(STEM).read_bytes() == tiny.contents[STEM]
    assert site.requested == [f"/{STEM}.gz"]
    assert names_in(tiny.cache / "mnist") == {STEM}
    assert tiny.lines == [f"Downloading MNIST from {site.url.removeprefix('http://')}"]


def test_a_file_that_is_unpacked_on_the_way_is_as_good(tiny: Tiny, start_site: Callable[[], Site]) -> None:
    site = start_site()
    site.bodies[f"/{STEM}.gz"], site.headers["Content-Encoding"] = tiny.packed(STEM), "gzip"
    tiny.set_mirrors([site.url])
    assert tiny.files().find(STEM).read_bytes() == tiny.contents[STEM]


@damages
def test_a_mirror_with_a_wrong_file_is_passed_over(
    tiny: Tiny, start_site: Callable[[], Site], word: str, damage: Callable[..., Any]
) -> None:
    bad, good = start_site(), start_site()
    bad.bodies[f"/{STEM}.gz"], good.bodies[f"/{STEM}.gz"] = damage(tiny.contents[STEM]), tiny.packed(STEM)
    tiny.set_mirrors([bad.url, good.url])
    assert tiny.files().find(STEM).read_bytes() == tiny.contents[STEM]
    assert names_in(tiny.cache / "mnist") == {STEM}
    assert word in tiny.lines[1]


def test_a_mirror_that_breaks_off_is_passed_over(tiny: Tiny, start_site: Callable[[], Site]) -> None:
    bad, good = start_site(), start_site()
    bad.bodies[f"/{STEM}.gz"] = good.bodies[f"/{STEM}.gz"] = tiny.packed(STEM)
    bad.missing_bytes = 1
    tiny.set_mirrors([bad.url, good.url])
    assert tiny.files().find(STEM).read_bytes() == tiny.contents[STEM]
    assert names_in(tiny.cache / "mnist") == {STEM}
    assert good.requested


def test_the_next_file_starts_with_the_mirror_that_worked(tiny: Tiny, start_site: Callable[[], Site]) -> None:
    empty, good = start_site(), start_site()
    good.bodies = {f"/{stem}.gz": tiny.packed(stem) for stem in (STEM, OTHER)}
    tiny.set_mirrors([empty.url, good.url])
    files = tiny.files()
    files.find(STEM)
    files.find(OTHER)
    assert empty.requested == [f"/{STEM}.gz"]
    assert good.requested == [f"/{STEM}.gz", f"/{OTHER}.gz"]


def test_nothing_is_left_behind_where_every_mirror_fails(
    tiny: Tiny, start_site: Callable[[], Site], closed_port: str
) -> None:
    tiny.set_mirrors([start_site().url, closed_port])
    with pytest.raises(DatasetUnavailable, match=r"HTTP status 404; .*no connection"):
        tiny.files().find(STEM)
    assert names_in(tiny.cache / "mnist") == set()
