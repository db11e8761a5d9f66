"""Record the three runs that the empty list of runs shows: train them, keep curves and a few decoded images.

`python -m docs.recording` writes them. They come with the package, so that a first visitor sees what a run and a
comparison look like before there is one.
"""

import json
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from app.text.labels import distinguishing
from docs.screenshots import wait_for_the_end
from tests.server import Server
from vae_core.presets import PRESETS

FOLDER = Path(__file__).parent.parent / "static" / "recorded"
PRESET = "bce-vs-mse"
POINTS = 120  # of each curve
IMAGES, SIDE = 8, 8  # of a row, and the pixels of one


def main() -> None:
    """Train the preset's runs on a server of their own and write what is shown of them."""
    with tempfile.TemporaryDirectory() as data:
        server = Server(Path(data))
        launched = server.launch(preset=PRESET)
        for run in launched:
            wait_for_the_end(server, run["id"])
        titles = distinguishing(PRESETS[PRESET].configs())
        runs = [_record(server, run["id"], title) for run, title in zip(launched, titles, strict=True)]
        _row(server, _sheets(server, launched[0]["id"], "inputs")[0]).save(FOLDER / "inputs.png", optimize=True)
        server.stop()
    (FOLDER / "runs.json").write_text(json.dumps({"preset": PRESET, "runs": runs}, ensure_ascii=False) + "\n")


def _record(server: Server, run_id: int, title: str) -> dict[str, Any]:
    """The curves and the end of a run; its decoded images become a file, a row of them for each recorded step."""
    run = server.api.get(f"/api/runs/{run_id}").json()
    steps = server.api.get(f"/api/runs/{run_id}/steps", params={"points": POINTS, "fields": "elbo,kl"}).json()
    sheets = _sheets(server, run_id, "reconstructions")
    film = Image.new("L", (SIDE * IMAGES, SIDE * len(sheets)))
    for place, sheet in enumerate(sheets):
        film.paste(_row(server, sheet), (0, SIDE * place))
    file = f"{title.replace(' ', '-').replace('σ', 'sigma').replace('=', '-').lower()}.png"
    film.save(FOLDER / file, optimize=True)
    held_out = run["evaluation"]
    return {
        "title": title,
        "config": run["config"],
        "step": steps["step"],
        "negative_elbo": [_rounded(-value) for value in steps["elbo"]["mean"]],
        "kl": [_rounded(value) for value in steps["kl"]["mean"]],
        "held_out": {name: held_out[name] for name in ("elbo", "kl", "mse_per_pixel")},
        "film": file,
        "frames": [sheet["step"] for sheet in sheets],
    }


def _sheets(server: Server, run_id: int, kind: str) -> list[dict[str, Any]]:
    answer = server.api.get(f"/api/runs/{run_id}/pictures", params={"kind": kind}).json()
    sheets: list[dict[str, Any]] = answer["pictures"]
    return sheets


def _row(server: Server, sheet: dict[str, Any]) -> Image.Image:
    """The first images of a sheet, without the lines between them."""
    png = Image.open(BytesIO(server.api.get(sheet["url"]).content)).convert("L")
    line = (sheet["width"] - SIDE * sheet["columns"]) // (sheet["columns"] + 1)
    row = Image.new("L", (SIDE * IMAGES, SIDE))
    for place in range(IMAGES):
        left = line + place * (SIDE + line)
        row.paste(png.crop((left, line, left + SIDE, line + SIDE)), (SIDE * place, 0))
    return row


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


if __name__ == "__main__":
    main()
