"""A mark launches once, however often and from how many sides it is sent."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.database.engine import Database
from app.store import launches


def test_a_mark_is_taken_once(database: Database) -> None:
    with database.write() as session:
        assert launches.claim(session, "a")
        assert not launches.claim(session, "a")
    with database.write() as session:
        assert not launches.claim(session, "a")
        assert launches.claim(session, "b")


def test_what_was_undone_is_free_again(database: Database) -> None:
    with pytest.raises(KeyError), database.write() as session:  # noqa: PT012
        assert launches.claim(session, "a")
        raise KeyError
    with database.write() as session:
        assert launches.claim(session, "a")


def test_of_many_at_once_one_has_it(database: Database) -> None:
    def take(_: int) -> bool:
        with database.write() as session:
            return launches.claim(session, "a")

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(take, range(16))) == [False] * 15 + [True]
