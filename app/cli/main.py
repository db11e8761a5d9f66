"""The `elboard` command: serve the pages, train without them, and look after what is stored."""

import json
import os
import signal
import socket
import sys
import webbrowser
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
import uvicorn
from sqlalchemy.exc import OperationalError

from app.cli import runs, sweeps
from app.cli.runs import changes_of, database_of, settings_of
from app.database.engine import why_refused
from app.errors import AppError
from app.launch.request import LaunchRequest
from app.settings import Settings
from vae_core.config.train_config import RefusedConfig
from vae_core.presets import PRESETS

if TYPE_CHECKING:
    from fastapi import FastAPI

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(runs.app)
app.add_typer(sweeps.app, name="sweep")

REFUSED = 2
MAX_PORT = 65535
STALLED_MS = 15_000


def main() -> None:
    """Run the command; a refusal is one clear line, and exit status 2, or 3 where another server owns the data.

    Exit status 1 where the database did not take what the command had to write.
    """
    try:
        app()
    except (AppError, RefusedConfig) as error:
        typer.echo(f"elboard: {error}", err=True)
        sys.exit(error.exit_status if isinstance(error, AppError) else REFUSED)
    except OperationalError as error:
        typer.echo(f"elboard: {why_refused(error)}", err=True)
        sys.exit(1)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 picks a free one.")] = 8000,
    data: Annotated[Path | None, typer.Option(help="Folder for the database, logs and data sets.")] = None,
    database_url: Annotated[str | None, typer.Option(help="Another database than SQLite in the data folder.")] = None,
    slots: Annotated[
        int | None, typer.Option(min=1, max=1000, help="Runs at once; by cores and GPUs if not given.")
    ] = None,
    resume: Annotated[bool, typer.Option(help="Let runs whose process died go on by themselves.")] = True,
    no_auth: Annotated[bool, typer.Option("--no-auth", help="Let everybody in; on a loopback address only.")] = False,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the page in a browser, if there is one.")] = False,
) -> None:
    """Serve the pages and the API; the first line printed is the address."""
    from app.cli.server_lock import owned
    from app.main import create_app

    with _listen(host, port) as listening:
        address, bound = listening.getsockname()[:2]
        if no_auth and not ip_address(address).is_loopback:
            raise AppError(f"--no-auth is for loopback addresses only, not {address}")
        settings = replace(settings_of(data), auth=not no_auth, host=host, resume=resume)
        if database_url:
            settings = replace(settings, database_url=database_url)
        if slots:
            settings = replace(settings, slots=slots)
        url = f"http://{'127.0.0.1' if ip_address(address).is_unspecified else _bracketed(address)}:{bound}"
        with owned(settings.data, url):
            _serve(create_app(settings), settings, listening, url, open_browser)


def _serve(application: "FastAPI", settings: Settings, listening: socket.socket, url: str, open_browser: bool) -> None:
    """Say where it is, then serve until a signal comes."""
    config = uvicorn.Config(
        application, log_level="warning", proxy_headers=False, server_header=False, timeout_graceful_shutdown=3
    )
    server = uvicorn.Server(config)
    for number in (signal.SIGTERM, signal.SIGINT):  # from here on each ends the server, also one that comes too early
        signal.signal(number, server.handle_exit)

    entry = f"{url}/login?code={application.state.gate.new_code()}" if settings.auth else url
    typer.echo(url)
    if settings.auth:
        typer.echo(f"Sign in once with {entry}")
    typer.echo(f"Data in {settings.data}; stop with Ctrl-C.")
    sys.stdout.flush()
    if open_browser and _has_screen():
        webbrowser.open(entry)
    server.run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    """A socket on the address, before anything else is set up. Raises `AppError` when it cannot be had."""
    if not 0 <= port <= MAX_PORT:
        raise AppError(f"--port must be between 0 and {MAX_PORT}, not {port}")
    try:
        family, _, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.create_server(where[:2], family=family)
    except OSError as error:
        raise AppError(f"cannot listen on {host} port {port}: {error.strerror or error}") from None
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else the end of an answer waits 40 ms for an ACK
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux drops a client that takes no byte for so long; others wait
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_MS)
    return listening


def _has_screen() -> bool:
    """Whether a browser would get a window: a text browser must not take over the terminal."""
    return sys.platform in {"darwin", "win32"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


@app.command()
def train(
    settings: Annotated[list[str], typer.Option("--set", help="A field and its value, such as beta=4.")] = [],  # noqa: B006
    preset: Annotated[str | None, typer.Option(help="Start from a preset.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the run.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder for the database, logs and data sets.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the finished runs as JSON instead.")] = False,
    resume: Annotated[int | None, typer.Option(help="Go on with a run that did not finish, by its number.")] = None,
) -> None:
    """Train without a server, into the same store; Ctrl-C saves and pauses."""
    from app.cli.train import resume_here, train_here

    if resume is not None:
        if settings or preset or name:
            raise AppError("--resume goes on with a run as it is: fork it to change something", "resume")
        ended = [resume_here(settings_of(data), resume, quiet=as_json)]
    else:
        request = LaunchRequest(name=name, preset=preset, config=changes_of(settings))
        ended = train_here(settings_of(data), request, quiet=as_json)
    if as_json:
        typer.echo(json.dumps({"runs": [run.model_dump(mode="json") for run in ended]}, indent=2))
    if any(run.status != "finished" for run in ended):
        raise typer.Exit(1)


@app.command()
def presets() -> None:
    """List the named configurations."""
    for preset in PRESETS.values():
        typer.echo(f"{preset.name:18} {preset.description}")


@app.command()
def translate(
    file: Annotated[str, typer.Argument(help="File with the loss, in PyTorch or Keras; - is standard input.")] = "-",
    recipe: Annotated[str | None, typer.Option(help="A loss of the field instead, such as pytorch-vae.")] = None,
    dataset: Annotated[str | None, typer.Option(help="The images, which say what D is: mnist, or a recipe's.")] = None,
    latent_dim: Annotated[int | None, typer.Option(help="Z, the latent dimensions: 20, or a recipe's.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="M, the images in a minibatch: 128, or a recipe's.")] = None,
    sigma: Annotated[float | None, typer.Option(help="The scale at which β is given.")] = None,
    values: Annotated[list[str], typer.Option("--value", help="A name's value, such as beta=4.")] = [],  # noqa: B006
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Say what a loss really trains. Code is read, never run."""
    from app.translate.answer import answer_question, render_text

    source = {"recipe": recipe} if recipe else {"code": _text(file)}
    sizes = {"dataset": dataset, "latent_dim": latent_dim, "batch_size": batch_size, "sigma": sigma}
    answer = answer_question({**source, **sizes, "values": changes_of(values, "value")})
    typer.echo(json.dumps(answer.public().model_dump(), indent=2) if as_json else render_text(answer))


def _text(file: str) -> str:
    """What a file or standard input holds. Raises `AppError`."""
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AppError(f"cannot read {file}: {getattr(error, 'strerror', None) or 'it is not UTF-8 text'}") from None


@app.command("export")
def export_run(
    run: runs.RunId,
    name: Annotated[str, typer.Option("--format", help="script, html, csv, parquet, json or safetensors.")],
    output: Annotated[Path | None, typer.Option(help="A new file; its usual name, here, if not given.")] = None,
    data: runs.Data = None,
) -> None:
    """Write a run as a file: a PyTorch script, a web page, its steps, its record or its weights."""
    from app.export.formats import export

    settings = settings_of(data)
    database = database_of(settings)
    made = export(database, settings, run, name)
    target = output or Path(made.file_name)
    made.save(target)
    database.close()
    typer.echo(f"{target} ({target.stat().st_size / 1e3:,.0f} kB)")


@app.command()
def doctor(
    data: Annotated[Path | None, typer.Option(help="Folder for the database, logs and data sets.")] = None,
) -> None:
    """Check the installation, the data folder and the database; change nothing."""
    from app.cli.doctor import examine
    from app.jobs.local import LocalExecutor

    settings = settings_of(data)
    checks = list(examine(settings, LocalExecutor(settings)))
    for check in checks:
        typer.echo(f"{'ok ' if check.ok else 'BAD'}  {check.name}: {check.sentence}")
    if not all(check.ok for check in checks):
        raise typer.Exit(1)
