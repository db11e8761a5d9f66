"""A run's pictures as an animation."""

from collections.abc import Callable
from io import BytesIO
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image, ImageSequence

from app.database.engine import Database
from app.errors import NotFound
from app.export.film import MOST_FRAMES, Film, FilmFormat, film, render
from app.records import Run
from app.store import pictures as sheets
from vae_core.events import Pictures


@pytest.fixture
def pictured(
    database: Database, new_run: Callable[..., Run], pictures: Callable[..., Pictures]
) -> Callable[[int], int]:
    """A run with inputs and the reconstructions of so many steps."""

    def make(steps: int) -> int:
        run = new_run(model="ae").id
        with database.write() as session:
            sheets.append(session, run, pictures(0, "inputs"))
            for step in range(steps):
                sheets.append(session, run, pictures(100 * step))
        return run

    return make


def frames(database: Database, made: Film) -> list[tuple[int, np.ndarray]]:
    """Of the file, each with its duration in ms."""
    file = Image.open(BytesIO(render(database, made)))
    shown = []
    for frame in ImageSequence.Iterator(file):
        pixels = np.asarray(frame.convert("RGB"))  # only then is its duration known
        shown.append((frame.info["duration"], pixels))
    return shown


@pytest.mark.parametrize("format", ["webp", "gif"])
def test_it_has_a_frame_for_each_step(database: Database, pictured: Callable[[int], int], format: FilmFormat) -> None:
    made = film(database, pictured(5), format, "reconstructions")
    assert (made.file_name, made.media_type) == (f"elboard-run-1-reconstructions.{format}", f"image/{format}")
    shown = frames(database, made)
    assert [duration for duration, _ in shown] == [500] * 4 + [1500]
    for (_, before), (_, after) in pairwise(shown):
        half = before.shape[1] // 2
        assert np.abs(before[:, :half].astype(int) - after[:, :half]).max() <= 2  # the inputs stay
        assert (before[:, half:] != after[:, half:]).any()


def test_its_pixels_are_those_of_the_sheets(database: Database, pictured: Callable[[int], int]) -> None:
    made = film(database, pictured(2), "webp", "reconstructions")
    with database.read() as session:
        sheet = Image.open(BytesIO(sheets.png(session, made.frames[1].hash)))
    _, pixels = frames(database, made)[1]
    factor = round(360 / sheet.width)
    right, below = pixels.shape[1] - 12, pixels.shape[0] - 30
    cut = pixels[below - factor * sheet.height : below : factor, right - factor * sheet.width : right : factor, 0]
    assert (cut == np.asarray(sheet)).all()


def test_a_long_one_is_thinned_and_keeps_both_ends(database: Database, pictured: Callable[[int], int]) -> None:
    made = film(database, pictured(MOST_FRAMES + 40), "webp", "reconstructions")
    steps = [one.step for one in made.frames]
    assert len(steps) == MOST_FRAMES == len(set(steps))
    assert (steps[0], steps[-1]) == (0, 100 * (MOST_FRAMES + 39))


def test_another_frame_makes_another_version(
    database: Database, pictured: Callable[[int], int], pictures: Callable[..., Pictures]
) -> None:
    run = pictured(2)
    version = film(database, run, "gif", "reconstructions").version
    assert film(database, run, "gif", "reconstructions").version == version
    assert film(database, run, "webp", "reconstructions").version != version
    with database.write() as session:
        sheets.append(session, run, pictures(900))
    assert film(database, run, "gif", "reconstructions").version != version


def test_a_run_without_such_pictures_says_why(
    database: Database, pictured: Callable[[int], int], new_run: Callable[..., Run]
) -> None:
    with pytest.raises(NotFound, match="kind prior_means: a plain autoencoder has no prior"):
        film(database, pictured(1), "webp", "prior_means")
    with pytest.raises(NotFound, match="kind reconstructions: none was recorded"):
        film(database, new_run().id, "webp", "reconstructions")
