from collections.abc import Callable
from hashlib import sha256
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from app.database.engine import Database
from app.database.tables import RunRow
from app.errors import NotFound
from app.records import Run
from app.store import pictures as store
from vae_core.events import Pictures


def test_a_sheet_holds_every_image_unchanged(
    database: Database, running: RunRow, pictures: Callable[..., Pictures]
) -> None:
    drawn = pictures(step=3, count=10)
    with database.write() as session:
        store.append(session, running.id, drawn)
        [row] = store.of_run(session, running.id)
        png = store.png(session, row.hash)
    assert row.url == f"/api/pictures/{sha256(png).hexdigest()}.png"
    assert (row.kind, row.step, row.columns, row.rows) == ("reconstructions", 3, 8, 2)
    sheet = np.asarray(Image.open(BytesIO(png)))
    assert sheet.shape == (row.height, row.width)
    down, across = 5 + store.GAP, 4 + store.GAP
    for index, image in enumerate(drawn.images):
        top, left = store.GAP + index // 8 * down, store.GAP + index % 8 * across
        np.testing.assert_array_equal(sheet[top : top + 5, left : left + 4], image)


def test_single_images_are_cut_from_the_newest_sheet_unchanged(
    database: Database, running: RunRow, pictures: Callable[..., Pictures]
) -> None:
    drawn = pictures(step=9, count=11)
    with database.write() as session:
        for sheet in (pictures(step=3, count=11), drawn):
            store.append(session, running.id, sheet)
        pngs = store.cut(session, running.id, "reconstructions", [10, 0, 8])
        with pytest.raises(NotFound, match="no pictures of the kind 'inputs'"):
            store.cut(session, running.id, "inputs", [0])
    for png, place in zip(pngs, [10, 0, 8], strict=True):
        np.testing.assert_array_equal(np.asarray(Image.open(BytesIO(png))), drawn.images[place])


def test_colour_stays_colour(database: Database, running: RunRow) -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 6, 6, 3), np.uint8)
    with database.write() as session:
        store.append(session, running.id, Pictures(0, "inputs", images))
        [row] = store.of_run(session, running.id)
        sheet = Image.open(BytesIO(store.png(session, row.hash)))
    assert (sheet.mode, row.columns, row.rows) == ("RGB", 3, 1)


def test_equal_sheets_share_one_file(
    database: Database, running: RunRow, new_run: Callable[..., Run], pictures: Callable[..., Pictures]
) -> None:
    other = new_run()
    with database.write() as session:
        for run_id in (running.id, other.id):
            store.append(session, run_id, pictures(0, "inputs"))
        hashes = [store.of_run(session, run_id)[0].hash for run_id in (running.id, other.id)]
    assert hashes[0] == hashes[1]


def test_one_kind_in_order_of_steps(database: Database, running: RunRow, pictures: Callable[..., Pictures]) -> None:
    with database.write() as session:
        for step in (20, 0, 10):
            store.append(session, running.id, pictures(step, "prior_means"))
        store.append(session, running.id, pictures(10, "inputs"))
        assert [row.step for row in store.of_run(session, running.id, "prior_means")] == [0, 10, 20]
        assert len(store.of_run(session, running.id)) == 4
        assert store.kinds_at(session, running.id, 10) == ["inputs", "prior_means"]


def test_an_unknown_picture_is_not_found(database: Database) -> None:
    with database.read() as session, pytest.raises(NotFound):
        store.png(session, "0" * 64)
