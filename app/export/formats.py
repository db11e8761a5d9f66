"""A run as a file to download, by the name of a format: a file's name, its media type and its bytes, in parts."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from app.database.engine import Database
from app.errors import AppError, Conflict, NotFound, Refused
from app.export import tables
from app.export.page import page
from app.export.script import STEPS, script
from app.records import Run, Steps
from app.settings import Settings
from app.store import evaluations, reports, runs, steps, vitals
from app.text.quantities import QUANTITIES, decoder, reconstruction_unit
from vae_core.checkpoint import Checkpoints


@dataclass(frozen=True)
class Export:
    """A file to be: its parts are made while they are taken."""

    file_name: str
    media_type: str
    parts: Iterator[bytes]

    def save(self, target: Path) -> None:
        """Make it a new file, whole or not at all. Raises `AppError` where that cannot be."""
        try:
            with target.open("xb") as file:
                try:
                    file.writelines(self.parts)
                except BaseException:
                    target.unlink()
                    raise
        except FileExistsError:
            raise AppError(f"{target} is there already: name another file with --output", "output") from None
        except OSError as error:
            raise AppError(f"cannot write {target}: {error.strerror}", "output") from None


def export(database: Database, settings: Settings, run_id: int, name: str) -> Export:
    """The export of a run in the format of this name.

    Raises `Refused` for an unknown format, `NotFound` for what the run does not have, `Conflict` for a script of a run
    that no script can repeat, `Unsupported` for a format whose library is not installed: all before the first byte.
    """
    if name not in FORMATS:
        raise Refused(f"format must be one of {', '.join(FORMATS)}, not {name[:60]!r}", "format")
    with database.read() as session:
        run = runs.get(session, run_id, deleted_too=True)
    return FORMATS[name](database, settings, run)


def _csv(database: Database, _: Settings, run: Run) -> Export:
    return Export(_file_name(run, "-steps.csv"), "text/csv; charset=utf-8", tables.csv(_rows(database, run)))


def _parquet(database: Database, _: Settings, run: Run) -> Export:
    parts = tables.parquet(_rows(database, run))
    return Export(_file_name(run, "-steps.parquet"), "application/vnd.apache.parquet", parts)


def _rows(database: Database, run: Run) -> tables.Rows:
    with database.read() as session:
        yield from steps.rows(session, run.id)


def _json(database: Database, _: Settings, run: Run) -> Export:
    """The record of the run, whose numbers are named and counted as on its page."""
    run_id, config = run.id, run.train_config
    with database.read() as session:
        report = reports.last(session, run_id)
        record = {
            "elboard": version("elboard"),
            "run": run.model_dump(),
            "decoder": decoder(config),
            "reconstruction_unit": reconstruction_unit(config),
            "quantities": {name: asdict(quantity) for name, quantity in QUANTITIES.items()},
            "evaluations": [one.model_dump() for one in evaluations.of_run(session, run_id)],
            "vitals": vitals.of_run(session, run_id).model_dump(exclude={"run"}),
            "report": report and asdict(report),
        }
    text = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False)
    return _whole(_file_name(run, ".json"), "application/json", text)


def _html(database: Database, settings: Settings, run: Run) -> Export:
    return _whole(_file_name(run, ".html"), "text/html; charset=utf-8", page(database, settings, run))


def _script(database: Database, settings: Settings, run: Run) -> Export:
    """Raises `Conflict` for a run that did not begin with weights of its own seed."""
    run_id, file_name = run.id, _file_name(run, ".py")
    if run.parent_id is not None:
        why = f"Run {run_id} began with the weights of run {run.parent_id}, which no script can make from a seed"
        raise Conflict(f"{why}: export run {run.parent_id} as a script, or this one's weights.", "format")
    with database.read() as session:
        window = steps.window(session, run_id, last=STEPS, points=STEPS)
    assert isinstance(window, Steps)  # noqa: S101  no more of them than points
    stored = list(zip(window.reconstruction, window.kl, window.loss, strict=True))
    config = run.train_config
    threads = config.threads or settings.threads_per_run  # as its worker does
    text = script(config, f"Run {run_id}, {run.name}", file_name, threads, stored)
    return _whole(file_name, "text/x-python; charset=utf-8", text)


def _safetensors(_: Database, settings: Settings, run: Run) -> Export:
    """The newest weights that are sound. Raises `NotFound` where there are none."""
    kept = Checkpoints(settings.checkpoints(run.id))
    newest = kept.newest()
    if newest is None:
        raise NotFound(f"Run {run.id} has no checkpoint, so there are no weights to download.", "format")
    parts = iter([kept.weights(newest.step)])
    return Export(_file_name(run, f"-step-{newest.step}.safetensors"), "application/octet-stream", parts)


def _whole(file_name: str, media_type: str, text: str) -> Export:
    return Export(file_name, media_type, iter([text.encode()]))


def _file_name(run: Run, ending: str) -> str:
    return f"elboard-run-{run.id}{ending}"


FORMATS: dict[str, Callable[[Database, Settings, Run], Export]] = {
    "script": _script,
    "html": _html,
    "csv": _csv,
    "parquet": _parquet,
    "json": _json,
    "safetensors": _safetensors,
}
