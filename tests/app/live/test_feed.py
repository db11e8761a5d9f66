"""Many readers, one query: every step once and in order for each of them, whatever its pace."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager
from contextvars import ContextVar
from threading import Event

import pytest
from sqlalchemy import delete
from sqlmodel import col

from app.database.engine import Database
from app.database.tables import EventRow, RunRow
from app.live import feed as feed_module
from app.live.feed import Feed
from app.live.messages import Burst, read
from app.store import events, steps
from app.worker.recorder import Recorder
from vae_core.events import StepTerms

Block = Callable[..., StepTerms]
LAST = 1000


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "POLL_S", 0.01)
    monkeypatch.setattr(feed_module, "DOZE_S", 0.01)
    monkeypatch.setattr(feed_module, "PAUSE_S", 0.02)


@contextmanager
def reading(feed: Feed) -> Iterator[asyncio.Task[None]]:
    task = asyncio.create_task(feed.run())
    yield task
    task.cancel()


def steps_of(bursts: list[Burst]) -> list[int]:
    messages = [message for burst in bursts for message in burst.messages]
    return [step for message in messages if message.event == "points" for step in message.data.step]


async def to_the_end(feed: Feed, after: int = 0, cut: int | None = None) -> list[Burst]:
    """What a reader gets until all steps are there; with `cut` it leaves after so many bursts and comes back."""
    got: list[Burst] = []
    while len(steps_of(got)) < LAST:
        async with aclosing(feed.follow(got[-1].id if got else after)) as bursts:
            taken = 0
            async for burst in bursts:
                got.append(burst)
                taken += 1
                if taken == cut or len(steps_of(got)) >= LAST:
                    break
    return got


def train(database: Database, run: RunRow, block: Block) -> None:
    with Recorder(database, run.id, run.attempt) as recorder:
        for first in range(1, LAST + 1, 10):
            recorder.record(block(first, first + 9))
            recorder._hurry.set()
        recorder.close("finished")


def test_readers_that_come_late_leave_and_come_back_all_learn_every_step_once(
    database: Database, running: RunRow, block: Block
) -> None:
    async def watch() -> list[list[Burst]]:
        feed = Feed(database)
        with reading(feed):
            first = [asyncio.create_task(to_the_end(feed, cut=cut)) for cut in (None, 1, 3)]
            training = asyncio.create_task(asyncio.to_thread(train, database, running, block))
            late = asyncio.create_task(to_the_end(feed))
            await training
            return await asyncio.gather(*first, late, to_the_end(feed))

    for got in asyncio.run(watch()):
        assert steps_of(got) == list(range(1, LAST + 1))
        ids = [message.id for burst in got for message in burst.messages]
        assert ids == sorted(set(ids))


looking = ContextVar("looking", default=False)  # in the feed's own task, and in the threads that it sends


class Counted(Feed):
    """A feed that counts its looks."""

    looks = 0

    async def _read_once(self) -> float:
        looking.set(True)
        self.looks += 1
        return await super()._read_once()


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each read of the log by a reader."""
    done: list[int] = []

    def counted(database: Database, after: int, upto: int | None = None) -> Burst | None:
        if not looking.get():
            done.append(after)
        return read(database, after, upto)

    monkeypatch.setattr(feed_module, "read", counted)
    return done


def test_a_hundred_readers_in_step_read_no_more_than_one(
    database: Database, running: RunRow, block: Block, reads: list[int]
) -> None:
    async def watch() -> None:
        feed, told = Counted(database), [0] * 100

        async def follow(reader: int) -> None:
            async with aclosing(feed.follow(0)) as bursts:
                async for burst in bursts:
                    told[reader] += len(steps_of([burst]))

        with reading(feed):
            tasks = [asyncio.create_task(follow(reader)) for reader in range(100)]
            own = 0
            for round_ in range(1, 11):
                write(database, running, block, round_, round_)
                while min(told) < round_:
                    await asyncio.sleep(0.001)
                if round_ == 1:
                    own = len(reads)
            assert len(reads) == own
            assert told == [10] * 100
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            assert feed.readers == 0

    asyncio.run(watch())


def test_nobody_reads_a_log_that_nobody_follows(database: Database, running: RunRow) -> None:  # noqa: ARG001  a log
    async def watch() -> None:
        feed = Counted(database)
        with reading(feed):
            async with aclosing(feed.follow(0)) as bursts:
                await anext(bursts)
                while not feed.looks:
                    await asyncio.sleep(0.001)
            while feed._newest:  # the feed has not yet come to rest
                await asyncio.sleep(0.001)
            assert feed.readers == 0
            assert not feed._followed.is_set()

    asyncio.run(watch())


def test_a_reader_that_stops_reading_is_kept_in_no_memory_and_can_go_on(
    database: Database, running: RunRow, block: Block, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "KEPT_BYTES", 20_000)

    async def watch() -> list[Burst]:
        feed = Feed(database)
        with reading(feed):
            async with aclosing(feed.follow(0)) as slow, aclosing(feed.follow(0)) as quick:
                got = [await anext(slow)]
                for first in range(1, LAST, 100):
                    write(database, running, block, first, first + 99)
                    while steps_of([await anext(quick)])[-1:] != [first + 99]:
                        pass
                assert sum(len(burst.frames) for burst in feed._kept.values()) <= 20_000 + 20_000
                assert got[0].id not in feed._kept
                while len(steps_of(got)) < LAST:
                    got.append(await anext(slow))
        return got

    assert steps_of(asyncio.run(watch())) == list(range(1, LAST + 1))


def test_the_readers_end_when_the_server_stops(database: Database) -> None:
    async def watch() -> list[Burst]:
        feed = Feed(database)
        with reading(feed):
            waiting = [asyncio.create_task(anext(feed.follow(0), None)) for _ in range(3)]
            while feed.readers < 3:
                await asyncio.sleep(0.001)
            feed.closing.set()
            return await asyncio.gather(*waiting)

    assert asyncio.run(watch()) == [None] * 3


def test_a_log_that_cannot_be_read_for_a_while_costs_nothing(
    database: Database, running: RunRow, block: Block, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def watch() -> list[Burst]:
        feed = Feed(database)
        with reading(feed):
            async with aclosing(feed.follow(0)) as bursts:
                got = [await anext(bursts)]
                monkeypatch.setattr(feed_module, "read", lambda *_: 1 / 0)
                write(database, running, block, 1, LAST)
                while not caplog.records:
                    await asyncio.sleep(0.001)
                monkeypatch.setattr(feed_module, "read", read)
                while len(steps_of(got)) < LAST:
                    got.append(await anext(bursts))
        return got

    assert steps_of(asyncio.run(watch())) == list(range(1, LAST + 1))
    assert "could not be read" in caplog.text


def write(database: Database, run: RunRow, block: Block, first: int, last: int) -> None:
    with database.write() as session:
        steps.append(session, run.id, block(first, last))
        events.append_points(session, run.id, first, last)


@pytest.mark.parametrize("deleted", [False, True])
def test_what_comes_while_a_reader_reads_is_not_missed(
    database: Database, running: RunRow, block: Block, monkeypatch: pytest.MonkeyPatch, deleted: bool
) -> None:
    release, reached = Event(), Event()

    def late(database: Database, after: int, upto: int | None = None) -> Burst | None:
        burst = read(database, after, upto)
        if upto is None and not reached.is_set():  # the reader's first look
            reached.set()
            release.wait()
        return burst

    def newest() -> int:
        with database.read() as session:
            return events.newest_id(session)

    async def watch() -> Burst:
        feed, start = Feed(database), newest()
        async with aclosing(feed.follow(start)) as bursts:
            first = asyncio.create_task(anext(bursts))
            await asyncio.to_thread(reached.wait)
            write(database, running, block, 1, 10)
            with reading(feed):
                while feed._newest < newest():
                    await asyncio.sleep(0)
                if deleted:  # as `purge` does it: the newest stays
                    with database.write() as session:
                        gone = delete(EventRow).where(col(EventRow.id) > start, col(EventRow.id) <= newest())
                        events.append(session, running.id, "run")
                        session.execute(gone)
                release.set()
                return await asyncio.wait_for(first, 60)

    monkeypatch.setattr(feed_module, "read", late)
    burst = asyncio.run(watch())
    assert [message.event for message in burst.messages] == ["run" if deleted else "points"]
    assert deleted or steps_of([burst]) == list(range(1, 11))
