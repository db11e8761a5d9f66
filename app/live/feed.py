"""The live end of the event log, read once for all who follow it."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager

import anyio

from app.database.engine import Database
from app.live.messages import Burst, read
from app.store import events

POLL_S = 0.1  # between reads of a log in which nothing happens,
DOZE_S = 0.3  # or in which nothing has happened for so many reads
DOZES_AFTER = 50
PAUSE_S = 0.25  # after a burst: nobody gets more than four a second
KEPT_BYTES = 4 * 2**20  # of the newest bursts, for readers that are a little behind

logger = logging.getLogger(__name__)


class Feed:
    """One query a poll, however many follow; none while nobody does.

    The newest bursts are kept, each under the cursor that it follows. A reader that keeps up takes them from there, one
    that fell behind reads the database up to where the feed is. No reader has a queue of its own: one that does not
    read costs its connection and nothing else.
    """

    def __init__(self, database: Database):
        self.closing = anyio.Event()  # set when the server stops: the readers say goodbye
        self.readers = 0
        self._database = database
        self._newest = 0  # the feed's own cursor
        self._quiet = 0  # reads in a row of nothing new
        self._kept: dict[int, Burst] = {}  # oldest first
        self._followed = asyncio.Event()
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Read until cancelled."""
        while True:
            await self._followed.wait()
            try:
                self._newest = await asyncio.to_thread(_newest_id, self._database)
                self._wake()  # a reader may have come with an older cursor
                while self.readers:
                    await asyncio.sleep(await self._read_once())
            except Exception:  # a locked database, a full disk: the next read may be better
                logger.exception("The event log could not be read")
                await asyncio.sleep(PAUSE_S)
            self._kept.clear()
            self._newest = 0

    async def follow(self, after: int) -> AsyncGenerator[Burst]:
        """Everything after a cursor: what is there at once, then what comes, until the server stops."""
        with self._reading():
            burst = await asyncio.to_thread(read, self._database, after)
            while not self.closing.is_set():
                if burst:
                    yield burst
                    after = burst.id
                elif after >= self._newest and after not in self._kept:  # else the feed went on while this reader read
                    await self._news.wait()
                newest = self._newest
                burst = self._kept.get(after)
                if burst is None and after < newest:
                    burst = await asyncio.to_thread(read, self._database, after, newest)
                    if burst is None:
                        after = newest  # what lay between was deleted

    async def _read_once(self) -> float:
        """Read once and wake the readers. Returns how long to wait before the next read."""
        burst = await asyncio.to_thread(read, self._database, self._newest)
        if burst:
            self._kept[self._newest] = burst
            self._newest = burst.id
            while len(self._kept) > 1 and sum(len(burst.frames) for burst in self._kept.values()) > KEPT_BYTES:
                del self._kept[next(iter(self._kept))]
        if burst or self.closing.is_set():
            self._wake()
        self._quiet = 0 if burst else self._quiet + 1
        if burst:
            return 0 if burst.more else PAUSE_S
        return POLL_S if self._quiet < DOZES_AFTER else DOZE_S

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        self.readers += 1
        self._followed.set()
        try:
            yield
        finally:
            self.readers -= 1
            if not self.readers:
                self._followed.clear()


def _newest_id(database: Database) -> int:
    with database.read() as session:
        return events.newest_id(session)
