"""Training without a server: the same runs, executed in this process one after the other, into the same store."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from sqlmodel import Session

from app.database import reserve
from app.database.engine import Database
from app.database.tables import Run
from app.jobs.local import handle_of
from app.launch.request import LaunchRequest
from app.settings import Settings
from app.store import attempts, control, evaluations, runs
from app.worker.execute import execute

LOOK_S = 0.2


def train_here(settings: Settings, wanted: LaunchRequest, quiet: bool = False) -> list[dict[str, Any]]:
    """Train what is wanted and return the ended runs as the API shows them. Raises `RefusedConfig`, `Refused`."""
    configs = wanted.configs()
    names = wanted.names(configs, runs.friendly_name())
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database_url)
    database.create_tables()
    group = runs.new_group()
    ended = []
    for config, name in zip(configs, names, strict=True):
        with database.write() as session:
            run = runs.create(session, config, name=name, preset=wanted.preset, tags=wanted.tags, group=group)
            _claim(session, run)
        ended.append(_followed(settings, database, run, quiet))
    database.close()
    return ended


def resume_here(settings: Settings, run_id: int, quiet: bool = False) -> dict[str, Any]:
    """Go on with a run that did not finish, or begin one that waits, and return it as it ended.

    Raises `NotFound`, and `Conflict` where the run cannot go on.
    """
    database = Database(settings.database_url)
    database.create_tables()
    with database.write() as session:
        run = runs.get(session, run_id)
        if run.status != "queued":
            run = control.resume(session, run_id)
        _claim(session, run)
    ended = _followed(settings, database, run, quiet)
    database.close()
    return ended


def _claim(session: Session, run: Run) -> None:
    attempts.claim(session, run)
    attempts.note_handle(session, run.id or 0, run.attempt, handle_of(os.getpid()))


def _followed(settings: Settings, database: Database, run: Run, quiet: bool) -> dict[str, Any]:
    reserve.keep(database)
    with _shown(database, run, quiet):
        execute(settings, run.id or 0, run.attempt)
    return _public(database, run.id or 0)


def _public(database: Database, run_id: int) -> dict[str, Any]:
    with database.read() as session:
        return runs.public(runs.get(session, run_id), evaluations.last(session, run_id))


@contextmanager
def _shown(database: Database, run: Run, quiet: bool) -> Iterator[None]:
    """A progress bar that follows the run's row, as a page would."""
    over = Event()
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, TextColumn("{task.fields[terms]}"), disable=quiet) as progress:
        task = progress.add_task(run.name, total=run.total_steps, terms="")

        def look() -> None:
            now = _public(database, run.id or 0)
            progress.update(task, completed=now["step"], terms=_terms(now))

        def follow() -> None:
            while not over.wait(LOOK_S):
                look()

        follower = Thread(target=follow, daemon=True)
        follower.start()
        try:
            yield
        finally:
            over.set()
            follower.join()
            look()
            progress.refresh()


def _terms(run: dict[str, Any]) -> str:
    """The newest numbers, and how the run ended if it has."""
    latest = run["latest"]
    parts = [run["activity"] or "", run["error"] or ""]
    if latest.get("elbo") is not None:
        parts.append(f"−ELBO {-latest['elbo']:.2f} = {latest['reconstruction']:.2f} + KL {latest['kl']:.2f}")
    elif latest:
        parts.append(f"reconstruction {latest['reconstruction']:.2f}")
    held_out = run["evaluation"] or {}
    if run["status"] != "running" and held_out.get("elbo") is not None:
        parts.append(f"held out −ELBO {-held_out['elbo']:.2f}")
    return " · ".join(part for part in parts if part)
