import json
from collections import defaultdict
from collections.abc import Callable

import numpy as np
import pytest
from pydantic import TypeAdapter
from sqlmodel import Session

from app.database.engine import Database
from app.database.tables import RunRow
from app.live import messages
from app.live.messages import AnyMessage, Nothing, read
from app.records import Run
from app.store import attempts, evaluations, events, pictures, runs, steps
from app.store import vitals as vital_rows
from app.worker.recorder import Recorder
from vae_core.events import Evaluation, Pictures, StepTerms, Vitals

MESSAGE = TypeAdapter(AnyMessage)
StepsOfRuns = defaultdict[int, list[int]]


def everything(database: Database, after: int = 0) -> list[AnyMessage]:
    """All messages until the stream has caught up."""
    messages: list[AnyMessage] = []
    while burst := read(database, after):
        messages += burst.messages
        after = burst.id
    return messages


@pytest.fixture
def history(
    database: Database,
    new_run: Callable[..., Run],
    block: Callable[..., StepTerms],
    vitals: Callable[..., Vitals],
    evaluation: Callable[..., Evaluation],
    pictures: Callable[..., Pictures],
) -> dict[int, int]:
    """Three runs whose news interleave at random: {run id: steps stored}."""
    dice = np.random.default_rng(0)
    made = [new_run().id for _ in range(3)]
    last = dict.fromkeys(made, 0)
    for _ in range(25):
        run_id = int(dice.choice(made))
        with database.write() as session:
            for _ in range(dice.integers(1, 5)):
                first, step = last[run_id] + 1, last[run_id] + int(dice.integers(1, 31))
                steps.append(session, run_id, block(first, step))
                events.append_points(session, run_id, first, step)
                last[run_id] = step
                if dice.random() < 0.5:
                    vital_rows.append(session, run_id, vitals(*range(first, step + 1, 3)))
                    events.append(session, run_id, "vitals", first, step)
                if dice.random() < 0.2:
                    evaluations.append(session, run_id, evaluation(step))
                    events.append(session, run_id, "evaluation", step, step)
                if dice.random() < 0.2:
                    append_pictures(session, run_id, pictures(step))
                if dice.random() < 0.1:
                    runs.update(session, run_id, notes=str(step))
    return last


def append_pictures(session: Session, run_id: int, drawn: Pictures) -> None:
    pictures.append(session, run_id, drawn)
    events.append(session, run_id, "picture", drawn.step, drawn.step)


def known(messages: list[AnyMessage]) -> tuple[StepsOfRuns, StepsOfRuns, list[tuple[str, int, int]]]:
    """What a reader knows in the end: the steps and vitals of each run in the order of arrival, and the other news."""
    points, sampled = StepsOfRuns(list), StepsOfRuns(list)
    news: list[tuple[str, int, int]] = []
    for message in messages:
        if message.event == "points":
            points[message.data.run] += message.data.step
        elif message.event == "vitals":
            sampled[message.data.run] += message.data.step
        elif message.event != "run":
            assert message.event != "resync"
            news.append((message.event, message.data.run, message.data.step))
    return points, sampled, news


def test_a_reader_learns_every_step_once_and_in_order(database: Database, history: dict[int, int]) -> None:
    messages = everything(database)
    points, sampled, news = known(messages)
    assert points == {run_id: list(range(1, last + 1)) for run_id, last in history.items()}
    with database.read() as session:
        for run_id in history:
            assert sampled[run_id] == vital_rows.of_run(session, run_id).step
            assert [step for kind, run, step in news if (kind, run) == ("evaluation", run_id)] == [
                row.step for row in evaluations.of_run(session, run_id)
            ]
            assert [step for kind, run, step in news if (kind, run) == ("picture", run_id)] == [
                row.step for row in pictures.of_run(session, run_id)
            ]


@pytest.mark.usefixtures("history")
def test_ids_only_rise(database: Database) -> None:
    ids = [message.id for message in everything(database)]
    assert ids == sorted(set(ids))
    with database.read() as session:
        assert ids[-1] == events.newest_id(session)


@pytest.mark.usefixtures("history")
def test_a_reader_cut_after_any_message_misses_nothing_and_gets_nothing_twice(database: Database) -> None:
    messages = everything(database)
    whole = known(messages)
    for cut, message in enumerate(messages, start=1):
        assert known(messages[:cut] + everything(database, message.id)) == whole


@pytest.mark.parametrize("batch", [1, 2, 7])
@pytest.mark.usefixtures("history")
def test_the_size_of_a_burst_changes_nothing_that_is_told(
    database: Database, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    whole = known(everything(database))
    monkeypatch.setattr(messages, "BATCH", batch)
    assert known(everything(database)) == whole


def test_points_carry_the_stored_columns(database: Database, history: dict[int, int]) -> None:
    run_id = next(iter(history))
    first = next(
        message for message in everything(database) if message.event == "points" and message.data.run == run_id
    )
    with database.read() as session:
        window = steps.window(session, run_id, first=first.data.step[0], last=first.data.step[-1])
    assert first.data.model_dump(exclude_unset=True) == {"run": run_id, **window.model_dump(exclude_unset=True)}


def test_neighbours_of_one_run_share_a_message_of_bounded_size(
    database: Database, running: RunRow, block: Callable[..., StepTerms]
) -> None:
    with database.write() as session:
        start = events.newest_id(session)
        steps.append(session, running.id, block(1, 5000))
        for first in range(1, 5001, 100):
            events.append_points(session, running.id, first, first + 99)
    sizes = [message.event == "points" and len(message.data.step) for message in read(database, start).messages]
    assert sizes == [2000, 2000, 1000]


def test_vitals_carry_the_stored_columns_and_neighbours_share_a_message(
    database: Database, running: RunRow, vitals: Callable[..., Vitals]
) -> None:
    with database.write() as session:
        start = events.newest_id(session)
        for taken in ((5, 10), (15,), (10, 15)):  # the last a replay's
            vital_rows.append(session, running.id, vitals(*taken))
            events.append(session, running.id, "vitals", taken[0], taken[-1])
        first, second = (vital_rows.between(session, running.id, low, 15) for low in (5, 10))
    sampled = [(message.event, message.data) for message in read(database, start).messages]
    assert sampled == [("vitals", first), ("vitals", second)]


def test_a_run_message_shows_the_run_as_it_is_now(
    database: Database, running: RunRow, evaluation: Callable[..., Evaluation]
) -> None:
    with database.write() as session:
        evaluations.append(session, running.id, evaluation(5))
        attempts.end(session, running.id, running.attempt, "finished")
    *_, message = read(database, 0).messages
    with database.read() as session:
        run = runs.get(session, running.id)
    assert (message.event, message.data) == ("run", run)
    assert run.evaluation.step == 5


def test_a_picture_message_names_the_kinds(
    database: Database, running: RunRow, pictures: Callable[..., Pictures]
) -> None:
    with database.write() as session:
        start = events.newest_id(session)
    with Recorder(database, running.id, running.attempt) as recorder:
        for kind in ("reconstructions", "prior_means"):
            recorder.record(pictures(3, kind))
        recorder.close("finished")
    sent = [message for message in read(database, start).messages if message.event == "picture"]
    assert sent[-1].data.model_dump() == {"run": running.id, "step": 3, "kinds": ["prior_means", "reconstructions"]}


@pytest.mark.parametrize("after", [0, 10**6])
@pytest.mark.usefixtures("history")
def test_a_reader_out_of_reach_is_told_to_begin_anew(
    database: Database, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    monkeypatch.setattr(messages, "TOO_FAR", 20)
    with database.read() as session:
        newest = events.newest_id(session)
    [message] = read(database, after).messages
    assert (message.id, message.event, message.data) == (newest, "resync", Nothing())
    assert read(database, newest) is None


@pytest.mark.usefixtures("history")
def test_a_read_ends_where_it_should(database: Database) -> None:
    messages = everything(database)
    half = messages[len(messages) // 2].id
    upto: list[AnyMessage] = []
    while burst := read(database, upto[-1].id if upto else 0, half):
        upto += burst.messages
    assert upto[-1].id == half
    assert known(upto + everything(database, half)) == known(messages)


@pytest.mark.usefixtures("history")
def test_frames_carry_the_messages(database: Database) -> None:
    burst = read(database, 0)
    frames = [frame.split("\n") for frame in burst.frames.decode().strip().split("\n\n")]
    assert [
        MESSAGE.validate_python(
            {
                "id": int(id.removeprefix("id: ")),
                "event": event.removeprefix("event: "),
                "data": json.loads(data.removeprefix("data: ")),
            }
        )
        for id, event, data in frames
    ] == burst.messages
