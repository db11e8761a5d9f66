"""The list of runs as a file: CSV, some runs at a time, so that many take no more memory than few. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from csv import writer
from io import StringIO

from app.launch.labels import as_typed
from app.leaderboard.columns import Cell, cells
from app.records import ListedRun
from app.text.quantities import unit_of

DRAWN = {"course"}  # a picture


def csv(parts: Iterable[Sequence[ListedRun]], names: Sequence[str]) -> Iterator[bytes]:
    """A row a run: its number and name, these columns, and the unit of measure of its −ELBO and reconstruction.

    An empty cell is a number that the run does not have, or a field that does not count under its loss.
    """
    columns = [name for name in names if name not in DRAWN]
    yield _lines([["id", "name", *columns, "unit"]])
    for runs in parts:
        yield _lines([_row(run, columns) for run in runs])


def _row(run: ListedRun, columns: Sequence[str]) -> list[Cell]:
    return [run.id, run.name, *cells(run, columns).values(), unit_of("negative_elbo", run.train_config)]


def _lines(rows: Iterable[Sequence[Cell]]) -> bytes:
    text = StringIO()
    writer(text).writerows([value if isinstance(value, str) else as_typed(value) for value in row] for row in rows)
    return text.getvalue().encode()
