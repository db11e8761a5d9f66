"""What carries sweeps on: results are noted, hopeless trials paused, and the next ones queued while there is room.

All of it is in the tables, so that another server goes on where one died. A trial's state follows from how its run
ended: finished is complete; failed and diverged are failed; and one that was stopped or interrupted is pruned, with
what it came to, or failed where there is nothing to go by. With two quantities to minimise there are no pruned ones.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy.exc import OperationalError

from app.database.engine import Database
from app.database.tables import TrialRow
from app.errors import Conflict
from app.records import Run, Sweep, TrialCourse, TrialState
from app.run_rules import LIVE
from app.store import attempts, control, sweep_control, sweeps
from app.sweeps.objectives import measured
from app.sweeps.pruning import is_hopeless

HOPELESS = 10  # trials that all failed, after which no more are tried

OpenTrials = Sequence[tuple[TrialRow, Run]]

logger = logging.getLogger(__name__)


class SweepDriver:
    """One a database, called by its scheduler."""

    def __init__(self, database: Database):
        self._database = database
        self._judged: dict[int, int] = {}  # the step of the newest evaluation that was judged, by run

    def turn(self, slots: int) -> bool:
        """Carry every sweep on, the oldest first, so that no more runs wait or run than there are slots.

        Returns whether runs were queued. A sweep that cannot go on is stopped, and says why.
        """
        with self._database.read() as session:
            under_way = sweeps.under_way(session)
        queued = False
        for sweep in under_way:
            try:
                queued |= self._carry_on(sweep, slots)
            except OperationalError:  # a locked database, a full disk: the next turn may be better
                raise
            except Exception as error:
                logger.exception("Sweep %s cannot go on", sweep.id)
                with self._database.write() as session:
                    sweeps.end(session, sweep.id, "stopped", f"It cannot go on: {error}")
        return queued

    def _carry_on(self, sweep: Sweep, slots: int) -> bool:
        with self._database.read() as session:
            going_on = sweeps.open_trials(session, sweep.id)
        for trial, run in going_on:
            if run.status not in LIVE:
                self._note_ending(sweep, trial, run)
        if sweep.status != "running":
            self._end_late_pauses(sweep, going_on)
            return False
        if sweep.prune != "none":
            self._prune(sweep, going_on)
        queued = self._release(sweep, going_on)
        while self._add_trial(sweep.id, slots):
            queued = True
        return queued

    def _note_ending(self, sweep: Sweep, trial: TrialRow, run: Run) -> None:
        state: TrialState = "complete" if run.status == "finished" else "pruned"
        values = measured(run.result, sweep.minimise)
        if values is None or run.status in {"failed", "diverged"} or (state == "pruned" and len(values) > 1):
            state, values = "failed", None
        with self._database.write() as session:
            sweeps.note_result(session, trial, state, values, run.result.step if run.result and values else None)
        self._judged.pop(run.id, None)

    def _end_late_pauses(self, sweep: Sweep, going_on: OpenTrials) -> None:
        """A run may just have read that it should pause when its sweep was stopped."""
        if sweep.status == "stopped" and any(run.status in {"queued", "paused"} for _, run in going_on):
            with suppress(Conflict), self._database.write() as session:
                sweep_control.stop_runs(session, sweep.id)

    def _release(self, sweep: Sweep, going_on: OpenTrials) -> bool:
        """Let runs go on that were still about to pause when their sweep was resumed. Whether there was one."""
        late = any(trial.held and run.status == "paused" for trial, run in going_on)
        if late:
            with self._database.write() as session:
                sweep_control.release_runs(session, sweep.id)
        return late

    def _prune(self, sweep: Sweep, going_on: OpenTrials) -> None:
        """Pause the trials whose newest evaluation says that they are not worth their other steps."""
        new = {
            trial.number: (trial, run, run.result.step)
            for trial, run in going_on
            if run.status == "running" and run.requested == "run" and run.result
            if run.result.step > self._judged.get(run.id, 0)
        }
        if not new:
            return
        with self._database.read() as session:
            courses = sweeps.courses(session, sweep.id, sweep.minimise[0])
        for course in courses:
            if course.number in new:
                trial, run, self._judged[run.id] = new[course.number]
                if is_hopeless(sweep.prune, course, [other for other in courses if other is not course]):
                    self._pause(trial, run, course)

    def _pause(self, trial: TrialRow, run: Run, course: TrialCourse) -> None:
        """Pause a run, which people may take up again, and note what its trial came to."""
        if (value := course.value[-1]) is None:
            return  # it diverges by itself
        with suppress(Conflict), self._database.write() as session:  # unless it has just ended
            control.pause(session, run.id)
            sweeps.note_result(session, trial, "pruned", [value], course.step[-1])

    def _add_trial(self, sweep_id: int, slots: int) -> bool:
        """Queue the next trial if there is room and budget; whether it was. Ends a sweep that has spent its budget."""
        with self._database.read() as session:
            sweep, count = sweeps.get(session, sweep_id), attempts.count_live(session)
            made, seconds = sum(sweep.counts.values()), sweeps.seconds_of_training(session, sweep_id)
        if made == sweep.counts.get("failed", 0) >= HOPELESS:
            with self._database.write() as session:
                sweeps.end(
                    session, sweep_id, "stopped", f"Its first {made} runs all failed or diverged: see their logs."
                )
            return False
        if made >= sweep.most_trials or (sweep.minutes is not None and seconds >= 60 * sweep.minutes):
            if not sweep.counts.get("running"):
                with self._database.write() as session:
                    sweeps.end(session, sweep_id, "finished")
            return False
        return count < slots and self._propose(sweep, made + 1)

    def _propose(self, sweep: Sweep, number: int) -> bool:
        """Draw from a snapshot of the trials, which takes milliseconds, then store what was drawn from what."""
        from app.sweeps.proposals import propose  # noqa: PLC0415 - half a second that only a sweep needs

        with self._database.read() as session:
            trials = sweeps.trials_of(session, sweep.id)
        params = propose(sweep, number, trials)
        pending = [trial.number for trial in trials if trial.state == "running"]
        with self._database.write() as session:
            return sweeps.add_trial(session, sweep, number, params, pending) is not None
