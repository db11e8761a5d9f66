"""What is known of a run so far, and how something that is wrong with it is said."""

from dataclasses import dataclass
from typing import Any

from vae_core.config.train_config import TrainConfig
from vae_core.theory.convention import implied
from vae_core.theory.pixel_statistics import Statistics

DEFAULT_RATE = 1e-3  # Adam's own (Kingma and Ba 2015)

Found = dict[str, Any]  # a stored record
Changes = dict[str, Any]  # fields of a configuration


@dataclass(frozen=True)
class Course:
    """A run's records as the store reads them, nats per image."""

    config: TrainConfig
    status: str
    evaluations: list[Found]  # on the held-out images, oldest first
    training: Found  # columns of steps: each value one step's, or the mean of a bucket that ends with it
    report: Found | None  # of the finished model
    statistics: Statistics | None  # of the pixels; None where they are not counted,
    counting: bool = False  # or not yet

    @property
    def seen(self) -> list[Found]:
        """The evaluations after a first step whose terms are finite."""
        return [row for row in self.evaluations if row["step"] and self.is_finite(row)]

    def is_finite(self, terms: Found) -> bool:
        """Whether the terms are numbers; an autoencoder has one only."""
        return terms["reconstruction"] is not None and (self.config.model == "ae" or terms["kl"] is not None)

    def objective(self, terms: Found) -> float:
        """What is minimised, but for a factor: reconstruction + β · KL with the β that the loss implies in the end."""
        weight = implied(self.config).beta
        return float(terms["reconstruction"] + (1.0 if weight is None else weight) * (terms["kl"] or 0.0))

    @property
    def slower(self) -> Changes:
        """Shorter steps: a learning rate of a tenth, or Adam's default where that is less still."""
        return {"learning_rate": min(DEFAULT_RATE, self.config.learning_rate / 10)}

    def changed(self, changes: Changes) -> Changes:
        """Those of the changes that this run has not got already."""
        return {name: value for name, value in changes.items() if getattr(self.config, name) != value}


@dataclass(frozen=True)
class Evidence:
    """Values in their order, and the line that they crossed."""

    title: str
    values: tuple[float, ...]
    line: float
    line_name: str


@dataclass(frozen=True)
class Finding:
    """Something wrong: what, why, the numbers that show it, and the changes that a sibling run would try."""

    name: str
    title: str
    message: str
    evidence: Evidence
    changes: Changes
