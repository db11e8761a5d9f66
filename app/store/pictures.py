"""Pictures: one sheet of images a kind and step, kept once under the hash of its PNG however many runs drew it."""

from collections.abc import Iterable
from hashlib import sha256
from io import BytesIO

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from PIL import Image
from sqlmodel import Session, SQLModel

from app.database.tables import PictureFileRow, PictureRow
from app.errors import NotFound
from app.records import PictureSheet
from vae_core.events import Pictures

COLUMNS = 8
GAP = 1  # pixels between images
PAPER = 96  # the grey level of the gaps: neither ink nor background of an image

PICTURE = SQLModel.metadata.tables[str(PictureRow.__tablename__)]
FILE = SQLModel.metadata.tables[str(PictureFileRow.__tablename__)]


def append(session: Session, run_id: int, pictures: Pictures) -> None:
    """Store the images as one sheet, eight in a row."""
    columns = min(COLUMNS, len(pictures.images))
    sheet = _sheet(pictures.images, columns)
    png = _png(sheet)
    hash = sha256(png).hexdigest()
    if session.execute(sa.select(FILE.c.hash).where(FILE.c.hash == hash)).first() is None:
        height, width = sheet.shape[:2]
        session.execute(sa.insert(FILE), [{"hash": hash, "png": png, "width": width, "height": height}])
    place = {"run_id": run_id, "kind": pictures.kind, "step": pictures.step}
    rows = -(-len(pictures.images) // columns)
    same = (PICTURE.c[name] == value for name, value in place.items())
    session.execute(sa.delete(PICTURE).where(*same))  # of an earlier attempt
    session.execute(sa.insert(PICTURE), [{**place, "hash": hash, "columns": columns, "rows": rows}])


def _sheet(images: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    """[N, H, W] or [N, H, W, 3] side by side, with a gap around each."""
    count, height, width, *channels = images.shape
    rows = -(-count // columns)
    down, across = height + GAP, width + GAP
    sheet = np.full((rows * down + GAP, columns * across + GAP, *channels), PAPER, np.uint8)
    for index, image in enumerate(images):
        top, left = GAP + index // columns * down, GAP + index % columns * across
        sheet[top : top + height, left : left + width] = image
    return sheet


def _png(sheet: NDArray[np.uint8]) -> bytes:
    file = BytesIO()
    Image.fromarray(sheet).save(file, "PNG")
    return file.getvalue()


def of_run(session: Session, run_id: int, kind: str | None = None) -> list[PictureSheet]:
    """Every sheet of a run, or those of one kind, oldest first."""
    query = (
        sa.select(*PICTURE.c["kind", "step", "hash", "columns", "rows"], *FILE.c["width", "height"])
        .join_from(PICTURE, FILE)
        .where(PICTURE.c.run_id == run_id)
        .order_by(PICTURE.c.step, PICTURE.c.kind)
    )
    query = query if kind is None else query.where(PICTURE.c.kind == kind)
    return [PictureSheet(**row, url=f"/api/pictures/{row['hash']}.png") for row in session.execute(query).mappings()]


def cut(session: Session, run_id: int, kind: str, places: Iterable[int]) -> list[bytes]:
    """Single images of the newest sheet of a kind, each as a PNG. Raises `NotFound` where there is no such sheet."""
    query = (
        sa.select(*PICTURE.c["columns", "rows"], FILE.c.png)
        .join_from(PICTURE, FILE)
        .where(PICTURE.c.run_id == run_id, PICTURE.c.kind == kind)
        .order_by(PICTURE.c.step.desc())
    )
    newest = session.execute(query).first()
    if newest is None:
        raise NotFound(f"Run {run_id} has no pictures of the kind {kind!r}.")
    columns, rows, png = newest
    sheet = np.asarray(Image.open(BytesIO(png)))
    down, across = (sheet.shape[0] - GAP) // rows, (sheet.shape[1] - GAP) // columns
    corners = [(place // columns * down, place % columns * across) for place in places]
    return [_png(sheet[top + GAP : top + down, left + GAP : left + across]) for top, left in corners]


def kinds_at(session: Session, run_id: int, step: int) -> list[str]:
    """The kinds of picture that a run drew at a step."""
    query = sa.select(PICTURE.c.kind).where(PICTURE.c.run_id == run_id, PICTURE.c.step == step)
    return list(session.scalars(query.order_by(PICTURE.c.kind)))


def png(session: Session, hash: str) -> bytes:
    """The bytes of a sheet. Raises `NotFound`."""
    content: bytes | None = session.scalar(sa.select(FILE.c.png).where(FILE.c.hash == hash))
    if content is None:
        raise NotFound("There is no such picture.")
    return content
