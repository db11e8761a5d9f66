"""The live stream over HTTP: one stream for all runs, resumable from any id it ever sent."""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

import anyio
import anyio.to_thread
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse, Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from app.database import Database
from app.store import events
from app.stream import Message, messages_after, run_events
from app.web.dependencies import DatabaseDep
from app.web.security import require_user

router = APIRouter(prefix="/api", dependencies=[Depends(require_user)])

RETRY_MS = 500
PING_S = 15
GOODBYE_S = 2  # for the last poll and a `bye` when the server stops
STALLED_S = 10  # a client that takes no byte for so long is dropped

Cursor = Annotated[int | None, Query(ge=0, le=2**53)]


@router.get("/events", response_class=Response)
async def stream_events(
    database: DatabaseDep,
    request: Request,
    after: Cursor = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """Everything that happens after an event id; from now on without one. As JSON with `Accept: application/json`."""
    cursor = int(last_event_id) if last_event_id and last_event_id.isdecimal() else after
    if cursor is None:
        cursor = await anyio.to_thread.run_sync(_newest, database)
    if "application/json" in request.headers.get("accept", ""):
        found = await anyio.to_thread.run_sync(messages_after, database, cursor)
        return JSONResponse({"events": [_plain(message) for message in found]})
    closing = anyio.Event()
    return EventSourceResponse(
        _frames(database, cursor, closing),
        ping=PING_S,
        send_timeout=STALLED_S,
        shutdown_event=closing,
        shutdown_grace_period=GOODBYE_S,
    )


async def _frames(database: Database, cursor: int, closing: anyio.Event) -> AsyncIterator[ServerSentEvent]:
    yield ServerSentEvent(comment="open", retry=RETRY_MS)
    async for message in run_events(database, cursor, over=closing.is_set):
        yield ServerSentEvent(id=str(message.id), event=message.event, data=json.dumps(message.data, allow_nan=False))
    yield ServerSentEvent(event="bye", data="{}")


def _newest(database: Database) -> int:
    with database.read() as session:
        return events.newest_id(session)


def _plain(message: Message) -> dict[str, Any]:
    return {"id": message.id, "event": message.event, "data": message.data}
