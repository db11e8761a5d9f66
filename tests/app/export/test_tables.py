"""Tables of steps, made from parts."""

import csv
import tracemalloc
from collections.abc import Callable, Iterator
from io import BytesIO, StringIO

import pyarrow.parquet
import pytest

from app.errors import Unsupported
from app.export import tables
from app.store.steps import COLUMNS

Row = tuple[object, ...]
Write = Callable[[Iterator[list[Row]]], Iterator[bytes]]


def parts_of(count: int, size: int = 1000) -> Iterator[list[Row]]:
    """A table with a step whose KL was not finite."""
    for first in range(0, count, size):
        yield [
            (step, step / 23, step / 1000, 1 / 3, None if step == 7 else 5.0, -1.0, 2.0, 1.0, step == 7)
            for step in range(first + 1, min(first + size, count) + 1)
        ]


def test_csv_and_parquet_hold_the_same_rows() -> None:
    lines = list(csv.DictReader(StringIO(b"".join(tables.csv(parts_of(2500))).decode())))
    table = pyarrow.parquet.read_table(BytesIO(b"".join(tables.parquet(parts_of(2500)))))
    assert tuple(table.column_names) == COLUMNS
    assert len(lines) == table.num_rows == 2500
    for line, row in zip(lines, table.to_pylist(), strict=True):
        assert {name: float(text) if text else None for name, text in line.items()} == row
    assert table.to_pylist()[6]["kl"] is None
    assert [row["step"] for row in table.to_pylist() if row["nonfinite"]] == [7]


@pytest.mark.parametrize("write", [tables.csv, tables.parquet])
def test_a_run_without_steps_is_a_table_without_rows(write: Write) -> None:
    made = b"".join(write(iter(())))
    if write is tables.csv:
        assert made.decode().split() == [",".join(COLUMNS)]
    else:
        assert pyarrow.parquet.read_table(BytesIO(made)).num_rows == 0


@pytest.mark.parametrize("write", [tables.csv, tables.parquet])
def test_memory_does_not_grow_with_the_steps(write: Write) -> None:
    for _ in write(parts_of(1000)):
        pass  # what is imported stays
    tracemalloc.start()
    length = sum(len(part) for part in write(parts_of(60_000)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**20 < length  # though a Parquet file ends with a line on each of its parts


def test_without_its_library_parquet_is_refused_before_the_first_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "find_spec", lambda _: None)
    with pytest.raises(Unsupported, match=r"pip install 'elboard\[parquet\]'"):
        tables.parquet(parts_of(1))
