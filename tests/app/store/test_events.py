from itertools import pairwise

from app.database.engine import Database
from app.database.tables import RunRow
from app.store import events


def test_a_reader_follows_by_id(database: Database, running: RunRow) -> None:
    with database.write() as session:
        start = events.newest_id(session)
        for step in range(1, 6):
            events.append(session, running.id, "evaluation", step, step)
    with database.read() as session:
        two = events.after(session, start, 2)
        rest = events.after(session, two[-1].id, 10)
        assert [row.last for row in (*two, *rest)] == [1, 2, 3, 4, 5]
        assert events.newest_id(session) == rest[-1].id
        assert events.after(session, rest[-1].id, 10) == []


def test_a_new_database_has_no_event(database: Database) -> None:
    with database.read() as session:
        assert events.newest_id(session) == 0


def test_long_stretches_of_steps_are_announced_in_parts(database: Database, running: RunRow) -> None:
    with database.write() as session:
        start = events.newest_id(session)
        events.append_points(session, running.id, 10, 9 + 2 * events.MAX_STEPS + 1)
        parts = [(row.first, row.last) for row in events.after(session, start, 10)]
    assert [last - first + 1 for first, last in parts] == [events.MAX_STEPS, events.MAX_STEPS, 1]
    assert parts[0][0] == 10
    assert all(follower[0] == leader[1] + 1 for leader, follower in pairwise(parts))
