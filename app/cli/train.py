"""Training without a server: the same runs, executed in this process one after the other, into the same store."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from sqlmodel import Session

from app.database import reserve
from app.database.engine import Database
from app.jobs.local import handle_of
from app.launch.request import LaunchRequest
from app.records import Run
from app.settings import Settings
from app.store import attempts, control, runs
from app.worker.execute import execute

LOOK_S = 0.2


def train_here(settings: Settings, request: LaunchRequest, quiet: bool = False) -> list[Run]:
    """Train what is requested and return the runs as they ended. Raises `RefusedConfig`, `Refused`."""
    configs = request.configs()
    names = request.names(configs, runs.friendly_name())
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database_url)
    database.create_tables()
    group = runs.new_group()
    ended = []
    for config, name in zip(configs, names, strict=True):
        with database.write() as session:
            run = runs.create(session, config, name=name, preset=request.preset, tags=request.tags, group=group)
            attempt = _claim(session, run)
        ended.append(_execute(settings, database, run, attempt, quiet))
    database.close()
    return ended


def resume_here(settings: Settings, run_id: int, quiet: bool = False) -> Run:
    """Go on with a run that did not finish, or begin one that waits, and return it as it ended.

    Raises `NotFound`, and `Conflict` where the run cannot go on.
    """
    database = Database(settings.database_url)
    database.create_tables()
    with database.write() as session:
        run = runs.get(session, run_id)
        if run.status != "queued":
            run = control.resume(session, run_id)
        attempt = _claim(session, run)
    ended = _execute(settings, database, run, attempt, quiet)
    database.close()
    return ended


def _claim(session: Session, run: Run) -> int:
    """The number of the attempt that this process now makes at the run."""
    attempt = attempts.claim(session, run.id).attempt
    attempts.note_handle(session, run.id, attempt, handle_of(os.getpid()))
    return attempt


def _execute(settings: Settings, database: Database, run: Run, attempt: int, quiet: bool) -> Run:
    reserve.keep(database)
    with _shown(database, run, quiet):
        execute(settings, run.id, attempt)
    return _read(database, run.id)


def _read(database: Database, run_id: int) -> Run:
    with database.read() as session:
        return runs.get(session, run_id)


@contextmanager
def _shown(database: Database, run: Run, quiet: bool) -> Iterator[None]:
    """A progress bar that follows the run's row, as a page would."""
    over = Event()
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, TextColumn("{task.fields[terms]}"), disable=quiet) as progress:
        task = progress.add_task(run.name, total=run.total_steps, terms="")

        def refresh() -> None:
            now = _read(database, run.id)
            progress.update(task, completed=now.step, terms=_terms(now))

        def follow() -> None:
            while not over.wait(LOOK_S):
                refresh()

        follower = Thread(target=follow, daemon=True)
        follower.start()
        try:
            yield
        finally:
            over.set()
            follower.join()
            refresh()
            progress.refresh()


def _terms(run: Run) -> str:
    """The newest numbers, and how the run ended if it has."""
    latest = run.latest
    parts = [run.activity or "", run.error or ""]
    if (elbo := latest.get("elbo")) is not None:
        parts.append(f"−ELBO {-elbo:.2f} = {latest['reconstruction']:.2f} + KL {latest['kl']:.2f}")
    elif latest:
        parts.append(f"reconstruction {latest['reconstruction']:.2f}")
    if run.status != "running" and run.result and run.result.elbo is not None:
        parts.append(f"held out −ELBO {-run.result.elbo:.2f}")
    return " · ".join(part for part in parts if part)
