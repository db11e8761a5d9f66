"""The tables that a document of ours has, read from its Markdown: what was measured is written down once. Pure."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Grid:
    """A table below its heading, cell by cell as it was written; a row begins with its own heading."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def numbers(self) -> list[list[float]]:
        """The cells without the row headings, a percentage as a share."""
        return [[_number(cell) for cell in row[1:]] for row in self.rows]


def grids(markdown: str) -> list[Grid]:
    """Every `## heading` that a table follows."""
    tables = []
    for title, body in re.findall(r"^## (.+)\n((?:(?!## ).*\n?)*)", markdown, re.MULTILINE):
        lines = [line for line in body.splitlines() if line.startswith("|")]
        if lines:
            head, _, *rows = map(_cells, lines)
            tables.append(Grid(title, head, tuple(rows)))
    return tables


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip().strip("*") for cell in line.strip("|").split("|"))


def _number(cell: str) -> float:
    return float(cell.removesuffix("%")) / 100 if cell.endswith("%") else float(cell)
