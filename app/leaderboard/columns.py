"""The columns of the runs list: their headings, how they sort, and what their cells hold. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.comparison.seeds import spread
from app.errors import Refused
from app.launch.labels import label, may_be_empty, schema, shown_value
from app.plots.spark import trend
from app.records import ListedRun
from app.text.numbers import NOTHING, column, duration, interval
from app.text.quantities import HELD_OUT, QUANTITIES
from vae_core.config.train_config import at_work, json_schema

Cell = str | float | list[int] | None

STANDARD = ("status", "course", "latest", "likelihood", "dataset", "negative_elbo", "kl", "mse_per_pixel", "created")
NEWEST_FIRST = "-created"  # how a list is sorted that nobody sorted


@dataclass(frozen=True)
class Column:
    """A heading, with the unit below it; `sort` is what a first click on it asks for."""

    label: str
    unit: str = ""
    sort: str = ""
    number: bool = False

    @property
    def title(self) -> str:
        """The heading and what is below it, where it stands alone."""
        return f"{self.label}, {self.unit}" if self.unit else self.label

    def direction(self, sort: str) -> str | None:
        """How the list is sorted by this column, in the words of ARIA; None if by another."""
        if not self.sort or sort.removeprefix("-") != self.sort.removeprefix("-"):
            return None
        return "descending" if sort.startswith("-") else "ascending"

    def next_sort(self, sort: str) -> str:
        """What a click on the heading asks for: this column's order, or its reverse if it is that already."""
        if sort != self.sort:
            return self.sort
        return sort.removeprefix("-") if sort.startswith("-") else f"-{sort}"


def _held_out(name: str) -> Column:
    quantity = QUANTITIES[name]
    unit = f"held out, {quantity.unit}" if quantity.unit else "held out"
    return Column(quantity.name[0].upper() + quantity.name[1:], unit, sort=name, number=True)


def _field(name: str) -> Column:
    unit = json_schema()["properties"][name].get("unit", "")
    return Column(label(name), unit, sort=name, number=schema(name).get("type") in {"integer", "number"})


NAME = Column("Run", sort="name")
OF_RUNS: dict[str, Column] = {
    "status": Column("Status", sort="status"),
    "course": Column("−ELBO", "course of training"),
    "latest": Column("−ELBO now", "training, nats/image", sort="latest", number=True),
    "best": Column("−ELBO best", "training, nats/image", sort="best", number=True),
    "likelihood": Column(label("likelihood"), sort="likelihood"),
    "dataset": Column(label("dataset"), sort="dataset"),
    **{name: _held_out(name) for name in HELD_OUT},
    "step": Column("Steps", "done", sort="-step", number=True),
    "seconds": Column("Training time", sort="seconds", number=True),
    "created": Column("Created", sort="-created"),
}
OF_CONFIGURATIONS: dict[str, Column] = {
    name: _field(name) for name in json_schema()["properties"] if name not in OF_RUNS
}
COLUMNS = OF_RUNS | OF_CONFIGURATIONS


def shown_columns(named: Iterable[str], sort: str) -> list[str]:
    """The columns that an address names, with commas or one by one, or the standard ones; that of `sort` is among them.

    Raises `Refused` for a name that no column has.
    """
    names = [name.strip() for text in named for name in text.split(",") if name.strip()]
    for name in names:
        if name not in COLUMNS:
            raise Refused(f"columns must be among {', '.join(COLUMNS)}, not {name[:60]!r}", "columns")
    sorted_by = [name for name in (sort.removeprefix("-"),) if name in COLUMNS and sort != NEWEST_FIRST]
    return list(dict.fromkeys([*(names or STANDARD), *sorted_by]))


def cells(run: ListedRun, names: Iterable[str]) -> dict[str, Cell]:
    """A run's values in these columns; None where it has none, as of a field that does not count under its loss."""
    config, result = run.train_config.to_dict(), run.result
    course = trend(run.terms, config["model"] == "vae", diverged=run.status == "diverged")
    values: dict[str, Cell] = {
        "status": run.status,
        "latest": course.latest if course else None,
        "best": course.best if course else None,
        **{name: getattr(result, name, None) for name in HELD_OUT},
        "step": run.step,
        "seconds": run.seconds or None,
        "created": run.created_at,
    }
    fields = {name: config[name] if at_work(config, name) else None for name in names if name in config}
    return {name: (values | fields).get(name) for name in names}


def column_texts(name: str, values: Sequence[Cell]) -> list[str]:
    """The cells of a column as people read them, its numbers in one notation."""
    if name == "seconds":
        return [duration(_number(value)) for value in values]
    if name in OF_CONFIGURATIONS:
        return [NOTHING if value is None and not may_be_empty(name) else shown_value(value, name) for value in values]
    if COLUMNS[name].number:
        return column([_number(value) for value in values])
    return ["" if value is None else str(value) for value in values]


def seed_texts(numbers: Mapping[str, Sequence[float]]) -> dict[str, str]:
    """The mean of each number over seeds, ± Student's 95 % interval where there are two or more."""
    over_seeds = {name: spread(values) if values else None for name, values in numbers.items()}
    return {name: interval(each.mean, each.half_width) if each else NOTHING for name, each in over_seeds.items()}


def pinned_column(names: Sequence[str], sort: str) -> str | None:
    """The number that a narrow screen always shows: the one that sorts, or else the first; None without any."""
    sorted_by = sort.removeprefix("-")
    return next((name for name in sorted(names, key=sorted_by.__ne__) if COLUMNS[name].number), None)


def _number(value: Cell) -> float | None:
    return value if isinstance(value, int | float) else None
