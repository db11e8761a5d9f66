"""Files for the browser: our own static files, and plotly.js."""

import gzip
import hashlib
from functools import cache
from io import BytesIO
from shutil import copyfileobj

from fastapi import APIRouter, Request, Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from app.templating import plotly_js

IMMUTABLE = "public, max-age=31536000, immutable"

router = APIRouter()


@cache
def plotly_url() -> str:
    """The URL of plotly.js, which changes with its content."""
    with plotly_js().open("rb") as script:
        digest = hashlib.file_digest(script, "sha256").hexdigest()
    return f"/static/plotly-{digest[:16]}.min.js"


@cache
def plotly_gzip() -> bytes:
    """plotly.js as it is sent."""
    compressed = BytesIO()
    with plotly_js().open("rb") as script, gzip.open(compressed, "wb", compresslevel=6) as target:
        copyfileobj(script, target)  # in small pieces: memory that was once taken stays taken
    return compressed.getvalue()


@router.get("/static/plotly-{digest}.min.js", include_in_schema=False)
def read_plotly(request: Request, digest: str) -> Response:  # noqa: ARG001  the digest only makes the URL change
    """plotly.js of the version that draws the figures; compressed once, kept by browsers for ever."""
    headers = {"Cache-Control": IMMUTABLE, "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(plotly_js().read_bytes(), media_type="text/javascript", headers=headers)
    return Response(plotly_gzip(), media_type="text/javascript", headers=headers | {"Content-Encoding": "gzip"})


class RevalidatedFiles(StaticFiles):
    """Static files that browsers keep but ask about each time: modules import each other without versions."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response
