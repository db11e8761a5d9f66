"""A run as a file to download."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header
from fastapi.responses import Response, StreamingResponse

from app.database.engine import Database
from app.export.film import FilmFormat, FilmKind, film, render
from app.export.formats import export
from app.settings import Settings
from app.web.dependencies import DatabaseDep, SettingsDep
from app.web.parameters import RunId
from app.web.refusals import file_of, refusals
from app.web.security import require_user

MEDIA_TYPES = (
    "text/x-python", "text/html", "text/csv", "application/vnd.apache.parquet", "application/json",
    "application/octet-stream",
)  # fmt: skip

router = APIRouter(prefix="/api/runs/{run_id}", dependencies=[Depends(require_user)], tags=["files"])


@router.get("/steps.csv", response_class=StreamingResponse, responses=file_of("text/csv") | refusals(404, 422))
def read_csv(database: DatabaseDep, settings: SettingsDep, run_id: RunId) -> StreamingResponse:
    """Every step, streamed."""
    return _download(database, settings, run_id, "csv")


@router.get(
    "/steps.parquet",
    response_class=StreamingResponse,
    responses=file_of("application/vnd.apache.parquet") | refusals(404, 422, 501),
)
def read_parquet(database: DatabaseDep, settings: SettingsDep, run_id: RunId) -> StreamingResponse:
    """Every step, streamed. 501 where the library that writes Parquet is not installed."""
    return _download(database, settings, run_id, "parquet")


@router.get(
    "/film.{format}",
    response_class=Response,
    responses=file_of("image/webp", "image/gif") | refusals(404, 422),
)
def read_film(
    database: DatabaseDep,
    run_id: RunId,
    format: FilmFormat,
    kind: FilmKind = "reconstructions",
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """The pictures of every step as an animation, reconstructions beside their inputs; of more than 120, evenly chosen.

    404 where the run has none of the kind.
    """
    made = film(database, run_id, format, kind)
    tag = f'"{made.version}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}  # to be drawn again only when there is another frame
    if if_none_match == tag:
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = f'inline; filename="{made.file_name}"'
    return Response(render(database, made), media_type=made.media_type, headers=headers)


@router.get(
    "/export/{name}",
    response_class=StreamingResponse,
    responses=file_of(*MEDIA_TYPES) | refusals(404, 409, 422, 501),
)
def read_export(database: DatabaseDep, settings: SettingsDep, run_id: RunId, name: str) -> StreamingResponse:
    """The run as a script, html, csv, parquet, json or safetensors."""
    return _download(database, settings, run_id, name)


def _download(database: Database, settings: Settings, run_id: int, name: str) -> StreamingResponse:
    made = export(database, settings, run_id, name)
    headers = {"Content-Disposition": f'attachment; filename="{made.file_name}"'}
    return StreamingResponse(made.parts, media_type=made.media_type, headers=headers)
