"""Whatever people, processes and servers do in whatever order: the rows agree with a plain model of their states."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import select

from app.database.engine import Database
from app.database.tables import EventRow, RunRow
from app.errors import Conflict, NotFound
from app.jobs.scheduler import Scheduler
from app.store import attempts, control, events, runs
from tests.app.fake_executor import FakeExecutor, Process, ServerDied
from tests.app.run_model import ENDINGS, STEPS, RunModel
from vae_core.config.train_config import TrainConfig

ACTIONS = {
    "stop": control.stop,
    "pause": control.pause,
    "resume": control.resume,
    "extend": control.extend,
    "delete": runs.delete,
    "restore": runs.restore,
}
NTH = st.integers(0, 9)
ASKED = ["stop", "pause", "resume"] * 3 + ["extend", "delete", "restore"]
ASK = st.tuples(st.just("ask"), NTH, st.sampled_from(ASKED), st.integers(-2, STEPS))
THEN = ["go on"] * 6 + ["end", "failed", "diverged"]
WORK = st.tuples(st.just("work"), NTH, st.integers(0, 2), st.sampled_from(THEN), st.sampled_from([False, False, True]))
TROUBLE = [None] * 5 + ["no process", "death before", "death after"]
TURN = st.tuples(st.just("turn"), st.booleans(), st.sampled_from(TROUBLE))


class States(RuleBasedStateMachine):
    """Some runs, the processes that work on them, and one server after the other."""

    def __init__(self, database: Database):
        super().__init__()
        self.database, self.world, self.places = database, FakeExecutor(), count()
        self.lives: dict[int, RunModel] = {}
        with database.write() as session:
            for table in (EventRow, RunRow):
                session.execute(sa.delete(table))

    @initialize(slots=st.integers(1, 3), resumes=st.booleans(), number=st.integers(2, 4))
    def launch(self, slots: int, resumes: bool, number: int) -> None:
        self.slots, self.resumes = slots, resumes
        self._restart()
        with self.database.write() as session:
            launched = [runs.create(session, TrainConfig(max_steps=STEPS)).id for _ in range(number)]
        self.lives = {id: RunModel(id, self.places) for id in launched}

    @rule(what=ASK | WORK | TURN)
    def happens(self, what: tuple[Any, ...]) -> None:
        """One rule, not three: Hypothesis switches rules off at random, and few tests would see them together."""
        method, *arguments = what
        getattr(self, f"_{method}")(*arguments)

    # People.

    def _ask(self, nth: int, action: str, more: int) -> None:
        """The store must refuse just where the model does."""
        life, function = list(self.lives.values())[nth % len(self.lives)], ACTIONS[action]
        arguments = {"max_steps": max(1, life.step + more)} if action == "extend" else {}
        with self.database.write() as session:
            if life.allows(action, **arguments):
                function(session, life.id, **arguments)
                getattr(life, action)(**arguments)
            else:
                with pytest.raises(NotFound if life.deleted else Conflict):
                    function(session, life.id, **arguments)

    # Processes.

    def _work(self, nth: int, steps: int, then: str, dies: bool) -> None:
        """A beat, then perhaps an ending, then perhaps death; a fenced process changes nothing by any of it."""
        if not self._living():
            return
        process = self._living()[nth % len(self._living())]
        life = self._held(process)
        before = life or self._everything()
        requested = process.beat(self.database, steps)
        assert requested == (life and life.requested)
        status = ENDINGS.get(requested, "finished") if then == "end" else then
        if then != "go on":
            assert process.end(self.database, status) == bool(life)
        if life:
            life.step, life.status = process.step, status if process.ended else life.status
        else:
            assert self._everything() == before
        process.alive = process.alive and not dies

    def _living(self) -> list[Process]:
        """Those that have not ended their row: after that, a process may do what it likes."""
        return [process for process in self.world.processes if process.alive and not process.ended]

    def _held(self, process: Process) -> RunModel | None:
        """The run of this process, if it still may write."""
        life = self.lives[process.run_id]
        return life if (life.status, life.attempt) == ("running", process.attempt) else None

    # Servers.

    def _turn(self, new: bool, trouble: str | None) -> None:
        """The next start may fail, and the server die just before or just after it: then another takes over."""
        if new:
            self._restart()
        self._bury()
        expected = list(self._starts(trouble))
        born, self.world.trouble = len(self.world.processes), trouble
        try:
            self.scheduler.turn()
        except ServerDied:
            self._restart()
        else:
            self._nothing_is_shown_that_is_not()
        self.world.trouble = None
        assert [(process.run_id, process.attempt) for process in self.world.processes[born:]] == expected

    def _restart(self) -> None:
        self.scheduler = Scheduler(self.database, self.world, self.slots, resume=self.resumes)
        for process in self.world.processes:
            process.begun = True

    def _nothing_is_shown_that_is_not(self) -> None:
        """Every running run has a living process, and every process a run to work on."""
        with self.database.read() as session:
            assert all(self.world.is_alive(run.handle) for run in attempts.running(session))
        assert all(self._held(process) for process in self._living() if not process.lost)

    def _bury(self) -> None:
        """The model's dead, those that are to be killed, and those that were to end before they began."""
        for life in (life for life in self.lives.values() if life.status == "running"):
            at_work = [process for process in self._living() if self._held(process) is life and not process.lost]
            if life.requested == "kill":
                life.status = "stopped"
            elif not at_work:
                life.die(self.resumes)
            elif life.requested != "run" and not at_work[0].begun:
                life.status = ENDINGS[life.requested]

    def _starts(self, trouble: str | None) -> Iterator[tuple[int, int]]:
        """Fill the model's free slots in the order of the queue; yields each run and attempt that gets a process."""
        free = self.slots - sum(life.status == "running" for life in self.lives.values())
        queue = sorted((life for life in self.lives.values() if life.status == "queued"), key=lambda life: life.place)
        for life in queue[:free]:
            life.begin()
            if trouble == "no process":
                life.status = "failed"
            elif trouble != "death before":
                yield life.id, life.attempt
            if trouble in {"death before", "death after"}:
                return
            trouble = None

    # Always.

    @invariant()
    def the_rows_agree(self) -> None:
        fields = "id", "status", "attempt", "step", "total_steps", "deleted_at", "requested"
        columns = [getattr(RunRow, name) for name in fields]
        with self.database.read() as session:
            rows = session.execute(sa.select(*columns)).all()
        for id, *shown, deleted_at, requested in rows:
            life = self.lives[id]
            assert shown == [life.status, life.attempt, life.step, life.total_steps]
            assert bool(deleted_at) == life.deleted
            assert requested == life.requested or life.status != "running"
        assert len(rows) == len(self.lives)

    @invariant()
    def no_run_has_two_processes_and_no_slot_either(self) -> None:
        """But for one that a dying server had no time to note: it is fenced as soon as the run goes on."""
        at_work = [process.run_id for process in self._living() if not process.lost]
        assert len(set(at_work)) == len(at_work) <= self.slots

    def _everything(self) -> tuple[list[dict[str, Any]], int]:
        with self.database.read() as session:
            return [run.model_dump() for run in session.exec(select(RunRow))], events.newest_id(session)


def test_the_rows_agree_with_a_model_of_their_states(database: Database) -> None:
    thorough = settings(max_examples=50, stateful_step_count=50, derandomize=True, database=None, deadline=None)
    # Hypothesis takes "a class or a function" and declares only the class.
    run_state_machine_as_test(
        lambda: States(database),  # type: ignore[arg-type]
        settings=settings(thorough, report_multiple_bugs=False),
    )
