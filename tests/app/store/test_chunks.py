from collections.abc import Callable

import numpy as np
import pytest
import sqlalchemy as sa

from app.database.engine import Database
from app.database.tables import RunRow
from app.store import chunks, steps
from app.store.chunks import BUCKETS, CHUNK, STEPS
from app.store.pyramid import STORED, Buckets
from vae_core.events import StepTerms
from vae_core.report import Floats

Store = Callable[[int, int], None]
Chunks = Callable[[], dict[tuple[int, int], bytes]]


@pytest.fixture
def store(database: Database, running: RunRow, block: Callable[..., StepTerms]) -> Store:
    def add(first: int, last: int) -> None:
        with database.write() as session:
            steps.append(session, running.id, block(first, last))

    return add


@pytest.fixture
def stored(database: Database, running: RunRow) -> Chunks:
    """The chunks' places and bytes."""

    def read() -> dict[tuple[int, int], bytes]:
        with database.read() as session:
            query = sa.select(*CHUNK.c["level", "number", "data"]).where(CHUNK.c.run_id == running.id)
            return {(level, number): data for level, number, data in session.execute(query)}

    return read


def rows(block: StepTerms) -> Floats:
    return np.stack([getattr(block, name) for name in STORED])


def test_a_chunk_is_written_with_its_last_step_and_never_again(store: Store, stored: Chunks) -> None:
    store(1, STEPS - 1)
    assert stored() == {}
    store(STEPS, STEPS)
    (first,) = stored().values()
    store(STEPS + 1, 2 * STEPS + 5)
    assert set(stored()) == {(0, 0), (0, 1)}
    assert stored()[0, 0] == first


def test_each_level_covers_sixteen_times_as_much(store: Store, stored: Chunks) -> None:
    store(1, 16 * BUCKETS + 100)
    assert sorted(stored()) == [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0)]


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize(("first", "last"), [(1, 2600), (1, 512), (513, 1024), (1793, 2600), (2561, 2600)])
def test_any_level_of_any_window_says_what_the_steps_say(
    store: Store,
    database: Database,
    running: RunRow,
    block: Callable[..., StepTerms],
    level: int,
    first: int,
    last: int,
) -> None:
    store(1, 1000)
    store(1001, 2600)
    with database.read() as session:
        buckets = chunks.buckets(session, running.id, level, first, last)
    expected = Buckets.of_steps(rows(block(first, last))).merged(16**level)
    assert np.array_equal(buckets.rows, expected.rows)


def test_the_parts_of_a_window_follow_each_other(
    store: Store, database: Database, running: RunRow, block: Callable[..., StepTerms]
) -> None:
    store(1, 1200)
    with database.read() as session:
        parts = list(chunks.steps(session, running.id, 300, 1150))
    assert [part.shape[1] for part in parts] == [213, 512, 126]
    assert np.array_equal(np.concatenate(parts, axis=1), rows(block(300, 1150)))


def test_a_step_that_is_not_there_is_nan(store: Store, database: Database, running: RunRow) -> None:
    """No run has a gap; a database that somebody mended by hand may."""
    store(1, 100)
    store(600, 700)
    with database.read() as session:
        (first, rest) = chunks.steps(session, running.id, 1, 700)
    stored = np.isfinite(np.concatenate([first, rest], axis=1)[0])
    assert np.flatnonzero(~stored).tolist() == list(range(100, 599))
    with database.read() as session:
        assert steps.window(session, running.id).step == [*range(1, 101), *range(600, 701)]
