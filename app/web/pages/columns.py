"""The columns of the runs list: which there are, what their headings say, and how they sort."""

from dataclasses import dataclass
from typing import Literal, get_args

Name = Literal["status", "course", "latest", "best", "loss", "dataset", "held_out", "kl", "mse", "step", "created"]
STANDARD: tuple[Name, ...] = ("status", "course", "latest", "loss", "dataset", "held_out", "kl", "mse", "created")


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


NAME = Column("Run", sort="name")
COLUMNS: dict[Name, Column] = {
    "status": Column("Status"),
    "course": Column("−ELBO", "course of training"),
    "latest": Column("−ELBO now", "training, nats/image", sort="latest", number=True),
    "best": Column("−ELBO best", "training, nats/image", sort="best", number=True),
    "loss": Column("Loss"),
    "dataset": Column("Data set"),
    "held_out": Column("−ELBO", "held out, nats/image", number=True),
    "kl": Column("KL", "held out, nats/image", number=True),
    "mse": Column("MSE", "held out, per pixel", number=True),
    "step": Column("Steps", "done", sort="-step", number=True),
    "created": Column("Created", sort="-created"),
}
assert tuple(COLUMNS) == get_args(Name)  # noqa: S101 - one list for the address, one for the headings
