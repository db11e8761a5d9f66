"""A run's decoded images over its steps as an animation, which any browser and any slide shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from app.database.engine import Database
from app.errors import NotFound
from app.records import PictureSheet
from app.store import pictures, runs
from app.text.numbers import number

FilmFormat = Literal["webp", "gif"]
FilmKind = Literal["reconstructions", "prior_means", "prior_samples"]

TITLES = {
    "inputs": "held-out inputs",
    "reconstructions": "reconstruction means",
    "prior_means": "decoder means of z ~ N(0, I)",
    "prior_samples": "samples x ~ p(x|z), z ~ N(0, I)",
}
MOST_FRAMES = 120
SHEET = 360  # pixels, about, of a sheet's width: smaller ones are enlarged by a whole number
MARGIN, HEAD = 12, 30  # pixels around a sheet, and above it for its title
PAPER, INK = 24, 235  # grey levels
WHOLE_MS = 8000  # of a film, about,
SHORTEST_MS, LONGEST_MS = 60, 500  # of one frame,
LAST_MS = 1500  # of the last


@dataclass(frozen=True)
class Film:
    """What would be in the file: `version` is another one whenever that would be."""

    file_name: str
    media_type: str
    version: str
    inputs: PictureSheet | None  # beside every frame
    frames: Sequence[PictureSheet]


def film(database: Database, run_id: int, format: FilmFormat, kind: FilmKind) -> Film:
    """The film of a run's sheets of one kind, reconstructions beside their inputs. Raises `NotFound` if it has none."""
    with database.read() as session:
        run = runs.get(session, run_id, deleted_too=True)
        sheets = pictures.of_run(session, run_id, kind)
        inputs = pictures.of_run(session, run_id, "inputs") if kind == "reconstructions" else []
    if not sheets:
        without_prior = run.config["model"] == "ae" and kind != "reconstructions"
        why = "a plain autoencoder has no prior" if without_prior else "none was recorded"
        raise NotFound(f"Run {run_id} has no pictures of the kind {kind}: {why}.", "kind")
    frames = _spread(sheets)
    made_of = " ".join([format, *(f"{one.step}:{one.hash}" for one in (*inputs[:1], *frames))])
    return Film(
        file_name=f"elboard-run-{run_id}-{kind.replace('_', '-')}.{format}",
        media_type=f"image/{format}",
        version=sha256(made_of.encode()).hexdigest()[:32],
        inputs=inputs[0] if inputs else None,
        frames=frames,
    )


def render(database: Database, film: Film) -> bytes:
    """The file."""
    with database.read() as session:
        inputs = _image(pictures.png(session, film.inputs.hash)) if film.inputs else None
        sheets = [_image(pictures.png(session, one.hash)) for one in film.frames]
    images = [
        _frame([(sheet.kind, image)] if inputs is None else [("inputs", inputs), (sheet.kind, image)], sheet.step)
        for sheet, image in zip(film.frames, sheets, strict=True)
    ]
    each = min(LONGEST_MS, max(SHORTEST_MS, WHOLE_MS // len(images)))
    options = {"lossless": True, "method": 2} if film.media_type == "image/webp" else {"optimize": False}
    first, *rest = images
    file = BytesIO()
    first.save(
        file,
        film.media_type.removeprefix("image/").upper(),
        save_all=True,
        append_images=rest,
        duration=[each] * len(rest) + [LAST_MS],
        loop=0,
        **options,
    )
    return file.getvalue()


def _spread(sheets: Sequence[PictureSheet]) -> list[PictureSheet]:
    """All of them, or as many as a film has at most, evenly, with the first and the last."""
    if len(sheets) <= MOST_FRAMES:
        return list(sheets)
    return [sheets[place] for place in np.linspace(0, len(sheets) - 1, MOST_FRAMES).round().astype(int)]


def _image(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png))


def _frame(sheets: Iterable[tuple[str, Image.Image]], step: int) -> Image.Image:
    """Sheets side by side, each under its title, with the step in the corner."""
    parts = [(TITLES[kind], _enlarged(image)) for kind, image in sheets]
    width = sum(image.width + MARGIN for _, image in parts) + MARGIN
    height = HEAD + max(image.height for _, image in parts) + HEAD
    frame = Image.new(parts[0][1].mode, (width, height), f"rgb({PAPER}, {PAPER}, {PAPER})")
    pen, font, ink = ImageDraw.Draw(frame), ImageFont.load_default(14), f"rgb({INK}, {INK}, {INK})"
    left = MARGIN
    for title, image in parts:
        pen.text((left, HEAD / 2), title, ink, font, anchor="lm")
        frame.paste(image, (left, HEAD))
        left += image.width + MARGIN
    pen.text((width - MARGIN, height - HEAD / 2), f"step {number(step)}", ink, font, anchor="rm")
    return frame


def _enlarged(image: Image.Image) -> Image.Image:
    factor = max(1, round(SHEET / image.width))
    return image.resize((image.width * factor, image.height * factor), Image.Resampling.NEAREST)
