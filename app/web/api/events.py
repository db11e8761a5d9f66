"""The live stream over HTTP: one stream for all runs, resumable from any id it ever sent."""

from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import Response
from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import SendTimeoutError
from starlette.types import Receive, Scope, Send

from app.database.engine import Database
from app.live.feed import Feed
from app.live.messages import AnyMessage, read
from app.records import Record
from app.store import events
from app.web.dependencies import DatabaseDep, FeedDep
from app.web.refusals import refusals
from app.web.security import require_user

router = APIRouter(prefix="/api", dependencies=[Depends(require_user)], tags=["events"])

RETRY_MS = 500
PING_S = 15
GOODBYE_S = 2  # for the last look and a `bye` when the server stops
STALLED_S = 15  # a client that takes no byte for so long is dropped

Cursor = Annotated[int | None, Query(ge=0, le=2**53)]


class EventLog(Record):
    """What happened after an event id."""

    events: list[AnyMessage]
    """Oldest first, at most as many as are read at once: go on after the last one's id."""


STREAM: dict[str, Any] = {"model": EventLog, "content": {"text/event-stream": {"schema": {"type": "string"}}}}


class EventStream(EventSourceResponse):
    """Server-sent events; a client that does not read is no error worth a traceback."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(SendTimeoutError):
            await super().__call__(scope, receive, send)


@router.get("/events", response_class=Response, responses=refusals(422) | {200: STREAM})
async def stream_events(
    database: DatabaseDep,
    feed: FeedDep,
    request: Request,
    after: Cursor = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """Everything that happens after an event id; from now on without one. As JSON with `Accept: application/json`."""
    cursor = int(last_event_id) if last_event_id and last_event_id.isdecimal() else after
    if cursor is None:
        cursor = await anyio.to_thread.run_sync(_newest, database)
    if "application/json" in request.headers.get("accept", ""):
        burst = await anyio.to_thread.run_sync(read, database, cursor)
        log = EventLog(events=burst.messages if burst else [])
        return Response(log.model_dump_json(exclude_unset=True), media_type="application/json")
    return EventStream(
        _frames(feed, cursor),
        ping=PING_S,
        ping_message_factory=_ping,
        send_timeout=STALLED_S,
        shutdown_event=feed.closing,
        shutdown_grace_period=GOODBYE_S,
    )


async def _frames(feed: Feed, cursor: int) -> AsyncIterator[bytes | ServerSentEvent]:
    """A first word at once, so that a browser knows that nothing on the way holds the stream back; then the bursts."""
    yield ServerSentEvent(event="hello", data="{}", comment="open", retry=RETRY_MS)
    async with aclosing(feed.follow(cursor)) as bursts:
        async for burst in bursts:
            yield burst.frames
    yield ServerSentEvent(event="bye", data="{}")


def _ping() -> ServerSentEvent:
    """An event, where a comment would do for proxies: a script sees that the connection lives."""
    return ServerSentEvent(event="ping", data="{}")


def _newest(database: Database) -> int:
    with database.read() as session:
        return events.newest_id(session)
