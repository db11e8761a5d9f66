"""The stream as HTTP: its first word, its polling twin, and a client that does not read."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.types import Message

from app.web.api import events

SCOPE = {
    "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
    "path": "/api/events", "raw_path": b"/api/events", "query_string": b"after=0", "root_path": "",
    "headers": [(b"host", b"127.0.0.1")], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000),
}  # fmt: skip


async def open_stream(application: FastAPI, send: Callable[[Message], Any]) -> None:
    """One client of the application, until the answer ends."""

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async with application.router.lifespan_context(application):
        await application({**SCOPE, "app": application}, receive, send)


def test_the_first_word_comes_at_once_and_the_last_one_is_bye(
    application: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "PING_S", 0.01)
    monkeypatch.setattr(events, "GOODBYE_S", 60)  # however late the last look is
    sent: list[str] = []

    async def send(message: Message) -> None:
        sent.append(message.get("body", b"").decode())
        if "event: ping" in sent[-1]:  # nothing happens, and it goes on living
            application.state.feed.closing.set()

    asyncio.run(asyncio.wait_for(open_stream(application, send), 120))
    said = [line.removeprefix("event: ") for text in sent for line in text.splitlines() if line.startswith("event: ")]
    assert said[:2] == ["hello", "ping"]
    assert [word for word in said if word != "ping"] == ["hello", "bye"]


def test_a_client_that_does_not_read_is_dropped_without_a_traceback(
    application: FastAPI, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(events, "STALLED_S", 0.02)

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    asyncio.run(asyncio.wait_for(open_stream(application, send), 30))
    assert application.state.feed.readers == 0
    assert caplog.records == []


def test_polling_tells_what_the_stream_tells(client: TestClient, trained: Callable[..., int]) -> None:
    run = trained()
    cursor = 0
    steps: list[int] = []
    last: dict[str, Any] = {}
    while messages := client.get(f"/api/events?after={cursor}", headers={"Accept": "application/json"}).json()[
        "events"
    ]:
        for message in messages:
            steps += message["data"]["step"] if message["event"] == "points" else []
            last = message
        cursor = messages[-1]["id"]
    assert steps == list(range(1, 41))
    assert (last["event"], last["data"]["id"], last["data"]["status"]) == ("run", run, "finished")
