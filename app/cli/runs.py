"""The `elboard` commands that act on stored runs: what the buttons of the pages do, for a shell.

They write into the database; the server of the data folder, or the run's process, takes it from there.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from sqlmodel import Session

from app.cli.server_lock import is_owned
from app.cli.tidy import tidy as tidied
from app.database.backup import back_up
from app.database.engine import Database
from app.errors import AppError
from app.records import Run
from app.settings import Settings
from app.store import control, listing

app = typer.Typer()

Data = Annotated[Path | None, typer.Option(help="Folder for the database, logs and data sets.")]
RunIds = Annotated[list[int], typer.Argument(help="Numbers of runs.", metavar="RUN…")]
RunId = Annotated[int, typer.Argument(help="Number of the run.", metavar="RUN")]
Changes = Annotated[list[str], typer.Option("--set", help="A field and its value, such as beta=4.")]
Name = Annotated[str | None, typer.Option(help="Name of the new run.")]


@app.command("list")
def show(
    limit: Annotated[int, typer.Option(min=1, max=200, help="So many of the newest.")] = 20, data: Data = None
) -> None:
    """List the newest runs."""
    table = Table("run", "name", "status", "step", "−ELBO", "what it says", box=None)
    with database_of(settings_of(data)).read() as session:
        for run in listing.find(session, limit=limit).runs:
            elbo = run.latest.get("elbo")
            remark = run.error or run.notice or run.activity or ""
            negative = "" if elbo is None else f"{-elbo:.2f}"
            table.add_row(str(run.id), run.name, run.status, f"{run.step}/{run.total_steps}", negative, remark)
    Console().print(table)


@app.command()
def pause(run: RunIds, data: Data = None) -> None:
    """Let runs save and wait for `resume`."""
    _each(data, run, control.pause)


@app.command()
def stop(run: RunIds, data: Data = None) -> None:
    """Let runs save and end; asked again, end them at once."""
    _each(data, run, control.stop)


@app.command()
def resume(run: RunIds, data: Data = None) -> None:
    """Queue runs that did not finish; they go on after their last checkpoint."""
    _each(data, run, control.resume)


@app.command()
def extend(
    run: RunId,
    epochs: Annotated[int | None, typer.Option(help="Passes over the training split in all.")] = None,
    steps: Annotated[int | None, typer.Option(help="Steps in all.")] = None,
    data: Data = None,
) -> None:
    """Let a run that has ended or paused train on, to a new length."""
    _each(data, [run], lambda session, run_id: control.extend(session, run_id, epochs=epochs, max_steps=steps))


@app.command()
def clone(run: RunId, settings: Changes = [], name: Name = None, data: Data = None) -> None:  # noqa: B006
    """Queue a new run with the same settings, except for the changes."""
    changes = changes_of(settings)
    _each(data, [run], lambda session, run_id: control.clone(session, run_id, changes, name=name))


@app.command()
def fork(
    run: RunId,
    settings: Changes = [],  # noqa: B006
    step: Annotated[int | None, typer.Option(help="Of whose checkpoint; the newest if not given.")] = None,
    name: Name = None,
    data: Data = None,
) -> None:
    """Queue a new run that begins with this one's weights, under another loss or schedule."""
    changes = changes_of(settings)
    _each(data, [run], lambda session, run_id: control.fork(session, run_id, changes, step=step, name=name))


@app.command()
def backup(
    target: Annotated[Path | None, typer.Argument(help="A new file; beside the database if not given.")] = None,
    data: Data = None,
) -> None:
    """Copy the database into one file, even while it is in use."""
    saved = back_up(database_of(settings_of(data)).engine, target)
    typer.echo(f"{saved} ({saved.stat().st_size / 1e6:.1f} MB)")


@app.command()
def tidy(
    older_than: Annotated[float, typer.Option(min=0, help="Days since a run was deleted.")] = 30, data: Data = None
) -> None:
    """Purge deleted runs for good, with their folders, and shrink the database."""
    settings = settings_of(data)
    freed = tidied(database_of(settings), settings, older_than)
    typer.echo(
        f"Purged, deleted more than {older_than:g} days ago: {', '.join(map(str, freed.runs)) or 'no run'}. "
        f"Freed: {freed.folders / 1e6:.1f} MB of files, {freed.database / 1e6:.1f} MB of the database."
    )


def settings_of(data: Path | None) -> Settings:
    """The settings of a data folder, the usual one if none is named."""
    return Settings(data=data) if data else Settings()


def changes_of(texts: list[str], option: str = "set") -> dict[str, Any]:
    """What several `--set field=value` say, or those of another option. Raises `AppError`."""
    pairs = [text.partition("=") for text in texts]
    for (_, equals, _), text in zip(pairs, texts, strict=True):
        if not equals:
            raise AppError(f"--{option} takes {'field' if option == 'set' else 'name'}=value, not {text!r}", option)
    return {field.strip(): value for field, _, value in pairs}


def _each(data: Path | None, run_ids: list[int], change: Callable[[Session, int], Run]) -> None:
    """Make the change to each run and say what became of it; the first refusal ends it."""
    settings = settings_of(data)
    database = database_of(settings)
    for run_id in run_ids:
        with database.write() as session:
            run = change(session, run_id)
            typer.echo(f"Run {run.id}, {run.name}: {_became(run)}.")
            waits = run.status == "queued"
        if waits and not is_owned(settings.data):
            typer.echo(f"No server is there to start it: elboard serve, or elboard train --resume {run.id}")
    database.close()


def _became(run: Run) -> str:
    """The status, and what its process has been asked for."""
    pending = run.status == "running" and run.requested != "run"
    return f"{run.status}, to {run.requested}" if pending else run.status


def database_of(settings: Settings) -> Database:
    """The database, which must be there. Raises `AppError`."""
    database = Database(settings.database_url)
    if database.is_sqlite and not Path(database.url.database or "").is_file():
        raise AppError(f"There are no runs in {settings.data} yet")
    database.create_tables()
    return database
