"""The `elboard sweep` commands: what the API does, for a shell. The server of the data folder carries sweeps on."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from sqlmodel import Session

from app.cli.runs import Changes, Data, changes_of, database_of, settings_of
from app.cli.server_lock import is_owned
from app.database.engine import Database
from app.errors import AppError
from app.jobs.queue import start_sweep
from app.records import Sweep
from app.store import sweep_control, sweeps
from app.sweeps.objectives import best
from app.sweeps.request import SweepRequest
from app.text.numbers import distinct, number
from vae_core.config.errors import refused
from vae_core.config.fields import LINEAR

app = typer.Typer(help="Vary fields of a configuration over many runs, and find the best.", no_args_is_help=True)

SweepId = Annotated[int, typer.Argument(help="Number of the sweep.", metavar="SWEEP")]


@app.command()
def start(
    vary: Annotated[
        list[str],
        typer.Option(help="A field and its values, beta=0.5,1,2, or an interval, latent_dim=2:32 or beta=0.1:10:log."),
    ],
    settings: Changes = [],  # noqa: B006
    preset: Annotated[str | None, typer.Option(help="Start from a preset.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the sweep.")] = None,
    minimise: Annotated[
        list[str], typer.Option(help="A held-out quantity; or twice: kl, and a distortion such as mse_per_pixel.")
    ] = ["negative_elbo"],  # noqa: B006
    sampler: Annotated[str, typer.Option(help="random, or tpe.")] = "tpe",
    trials: Annotated[int | None, typer.Option(help="Runs to make, in all.")] = None,
    minutes: Annotated[float | None, typer.Option(help="Minutes of training, in all.")] = None,
    seed: Annotated[int, typer.Option(help="Decides all that is drawn.")] = 0,
    prune: Annotated[str, typer.Option(help="none, median or halving.")] = "none",
    data: Data = None,
) -> None:
    """Start a sweep; its runs are queued one after the other."""
    body: dict[str, Any] = {
        "name": name,
        "preset": preset,
        "minimise": minimise,
        "sampler": sampler,
        "seed": seed,
        "prune": prune,
    }
    body |= {"trials": trials, "minutes": minutes, "config": changes_of(settings)}
    request = _request(body | {"space": {field: _dimension(text) for field, text in changes_of(vary, "vary").items()}})
    folder = settings_of(data)
    folder.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(folder.database_url)
    database.create_tables()
    sweep = start_sweep(database, request)
    database.close()
    typer.echo(f"Sweep {sweep.id}, {sweep.name}: {sweep.status}.")
    if not is_owned(folder.data):
        typer.echo("No server is there to start its runs: elboard serve")


@app.command("list")
def show_all(data: Data = None) -> None:
    """List the sweeps, the newest first."""
    table = Table("sweep", "name", "status", "trials", "minimise", "vary", "what it says", box=None)
    with database_of(settings_of(data)).read() as session:
        for sweep in sweeps.newest_first(session):
            made = f"{sum(sweep.counts.values())}{f'/{sweep.trials}' if sweep.trials else ''}"
            cells = (", ".join(sweep.minimise), ", ".join(sweep.space), sweep.error or "")
            table.add_row(str(sweep.id), sweep.name, sweep.status, made, *cells)
    Console().print(table)


@app.command()
def show(sweep: SweepId, data: Data = None) -> None:
    """List the trials of a sweep; a star marks the best, or those that no other beats in both quantities."""
    with database_of(settings_of(data)).read() as session:
        shown, trials = sweeps.get(session, sweep), sweeps.trials_of(session, sweep)
    leading = set(best(trials))
    table = Table("", "trial", "run", "state", *shown.minimise, *shown.space, box=None)
    values = [
        _apart([trial.values[place] if trial.values else None for trial in trials])
        for place in range(len(shown.minimise))
    ]
    for place, trial in enumerate(trials):
        params = [_text(trial.params.get(name, "")) for name in shown.space]
        row = ("*" * (trial.number in leading), str(trial.number), str(trial.run or ""), trial.state)
        table.add_row(*row, *(column[place] for column in values), *params)
    Console().print(f"Sweep {shown.id}, {shown.name}: {shown.status}.")
    Console().print(table)


@app.command()
def pause(sweep: SweepId, data: Data = None) -> None:
    """Begin no new run, and let those that train save and wait."""
    _change(data, lambda session: sweep_control.pause(session, sweep))


@app.command()
def resume(sweep: SweepId, data: Data = None) -> None:
    """Go on; runs that were pruned stay paused."""
    _change(data, lambda session: sweep_control.resume(session, sweep))


@app.command()
def stop(sweep: SweepId, data: Data = None) -> None:
    """Begin no new run, and let those that train save and end."""
    _change(data, lambda session: sweep_control.stop(session, sweep))


@app.command()
def extend(
    sweep: SweepId,
    trials: Annotated[int | None, typer.Option(help="Runs to make, in all.")] = None,
    minutes: Annotated[float | None, typer.Option(help="Minutes of training, in all.")] = None,
    data: Data = None,
) -> None:
    """Let a sweep make more runs, or train for longer."""
    _request({"space": {}, "trials": trials, "minutes": minutes})  # which checks the bounds of both
    _change(data, lambda session: sweep_control.extend(session, sweep, trials=trials, minutes=minutes))


def _request(body: dict[str, Any]) -> SweepRequest:
    """Raises `RefusedConfig` where a field of the request is refused."""
    try:
        return SweepRequest.model_validate(body)
    except ValidationError as error:
        raise refused(error) from None


def _dimension(text: str) -> list[str] | dict[str, object]:
    """'0.5,1,2' as values, '2:32' and '0.1:10:log' as intervals."""
    ends = [part.strip() for part in text.split(":")]
    if len(ends) == 1:
        return [value.strip() for value in text.split(",")]
    if len(ends) > 3 or ends[2:] not in ([], ["log"]):
        raise AppError(f"--vary takes field=low:high or field=low:high:log, not {text!r}", "vary")
    return {"low": ends[0], "high": ends[1], "log": len(ends) == 3}


def _apart(values: list[float | None]) -> list[str]:
    """One column, with as many digits as keep its numbers apart; blank where there is none."""
    texts = iter(distinct([value for value in values if value is not None]))
    return ["" if value is None else next(texts) for value in values]


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or LINEAR
    return number(value) if isinstance(value, float) else str(value)


def _change(data: Path | None, change: Callable[[Session], Sweep]) -> None:
    """Make the change and say what became of the sweep."""
    database = database_of(settings_of(data))
    with database.write() as session:
        sweep = change(session)
    typer.echo(f"Sweep {sweep.id}, {sweep.name}: {sweep.status}.")
    database.close()
