"""Every step of a run as a table, a part at a time: a million steps take no more memory than ten thousand."""

from collections.abc import Iterable, Iterator, Sequence
from csv import writer
from importlib.util import find_spec
from io import BytesIO, StringIO
from typing import Any

from app.errors import Unsupported
from app.store.steps import COLUMNS

Rows = Iterable[Sequence[Sequence[Any]]]  # parts of a table, each some of its rows

WHOLE = {"step": "int64", "nonfinite": "bool"}  # the columns that are no 64-bit floats


def csv(parts: Rows) -> Iterator[bytes]:
    """CSV with a header; an empty cell is a number that was not finite, or that the model does not have."""
    yield _lines([COLUMNS])
    for rows in parts:
        yield _lines(rows)


def _lines(rows: Sequence[Sequence[Any]]) -> bytes:
    text = StringIO()
    writer(text).writerows([int(value) if isinstance(value, bool) else value for value in row] for row in rows)
    return text.getvalue().encode()


def has_parquet() -> bool:
    """Whether the library that writes Parquet is installed."""
    return find_spec("pyarrow") is not None


def parquet(parts: Rows) -> Iterator[bytes]:
    """Parquet, a row group for each part; a null is what an empty cell is in CSV. Raises `Unsupported`."""
    if not has_parquet():
        raise Unsupported("Parquet needs the package pyarrow: pip install 'elboard[parquet]', or choose csv", "format")
    return _row_groups(parts)


def _row_groups(parts: Rows) -> Iterator[bytes]:
    import pyarrow as pa  # noqa: PLC0415  large, and only an extra
    import pyarrow.parquet as pq  # noqa: PLC0415

    schema = pa.schema([(name, WHOLE.get(name, "float64")) for name in COLUMNS])
    sink = _Sink()
    with pq.ParquetWriter(sink, schema) as table:
        for rows in parts:
            columns = [
                pa.array(values, field.type) for values, field in zip(zip(*rows, strict=True), schema, strict=True)
            ]
            table.write_table(pa.Table.from_arrays(columns, schema=schema))
            yield sink.taken()
    yield sink.taken()


class _Sink(BytesIO):
    """A file that gives away what was written since the last time."""

    def __init__(self) -> None:
        super().__init__()
        self.before = 0

    def tell(self) -> int:
        """The place in the whole file."""
        return self.before + super().tell()

    def taken(self) -> bytes:
        """What was written since the last time; the file itself then holds nothing."""
        written = self.getvalue()
        self.before += len(written)
        self.seek(0)
        self.truncate()
        return written
