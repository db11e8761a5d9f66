"""What is known of a run so far, and how something that is wrong with it is reported. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from app.launch.form import sibling_address
from app.records import EvaluationRecord, VitalsColumns
from vae_core.config.train_config import TrainConfig
from vae_core.report import Report
from vae_core.schema import DESCRIBED
from vae_core.theory.convention import implied
from vae_core.theory.pixel_statistics import Statistics

Changes = dict[str, Any]  # fields of a configuration


class LossTerms(Protocol):
    """The two terms of the loss, nats per image; None where one is not finite, and an autoencoder's KL."""

    @property
    def reconstruction(self) -> float | None: ...

    @property
    def kl(self) -> float | None: ...


class TrainingTerms(NamedTuple):
    """The terms after a step of training, or their means over a bucket of steps that ends with it."""

    step: int
    reconstruction: float | None
    kl: float | None


@dataclass(frozen=True)
class RunHistory:
    """A run's records, nats per image."""

    run: int  # its number
    config: TrainConfig
    status: str
    evaluations: Sequence[EvaluationRecord]  # on the held-out images, oldest first
    training: Sequence[TrainingTerms]  # oldest first
    report: Report | None  # of the finished model
    statistics: Statistics | None  # of the pixels; None where they are not counted,
    counting: bool = False  # or not yet
    vitals: VitalsColumns | None = None  # of a run that diverged

    @property
    def evaluated(self) -> list[EvaluationRecord]:
        """The evaluations after a first step whose terms are finite."""
        return [row for row in self.evaluations if row.step and self.objective(row) is not None]

    def objective(self, terms: LossTerms) -> float | None:
        """What is minimised, up to a factor: reconstruction + β · KL with the β that the loss implies in the end.

        None where a term is not finite.
        """
        if terms.reconstruction is None or (terms.kl is None and self.config.model == "vae"):
            return None
        weight = implied(self.config).beta
        return terms.reconstruction + (1.0 if weight is None else weight) * (terms.kl or 0.0)

    def finding(
        self, name: str, title: str, message: str, evidence: "Evidence", changes: Changes, *others: Changes
    ) -> "Finding":
        """A finding about this run, with those of the changes, or of `others` in their place, that it has not yet."""
        first, *rest = [self._remedy(one) for one in (changes, *others)]
        rest = [one for one in rest if one.sibling]
        return Finding(name, title, message, evidence, first.changes, first.sibling, tuple(rest))

    def _remedy(self, changes: Changes) -> "Remedy":
        changes = {field: value for field, value in changes.items() if getattr(self.config, field) != value}
        return Remedy(changes, sibling_address(self.run, changes) if changes else None)


@dataclass(frozen=True)
class Evidence:
    """Values in their order, and the line that they crossed."""

    __pydantic_config__ = DESCRIBED

    title: str
    """What the values are, with their unit of measure."""
    values: tuple[float, ...]
    """At least one, in their order."""
    line: float
    """The value that was crossed."""
    line_name: str
    """What the line is."""


@dataclass(frozen=True)
class Remedy:
    """Other changes that may help."""

    __pydantic_config__ = DESCRIBED

    changes: Changes
    """The fields of the configuration that a sibling run would change."""
    sibling: str | None
    """The address of that run's form; null where there is nothing to change."""


@dataclass(frozen=True)
class Finding:
    """Something that is wrong with a run."""

    __pydantic_config__ = DESCRIBED

    name: str
    """collapse, codes, scale, divergence or overfitting."""
    title: str
    """What is wrong, in a few words."""
    message: str
    """Why, and what to do, in sentences."""
    evidence: Evidence
    """The numbers that show it."""
    changes: Changes
    """The fields of the configuration that a sibling run would change; empty where no change is known to help."""
    sibling: str | None
    """The address of the sibling run's form; null where there is nothing to change."""
    others: tuple[Remedy, ...] = ()
    """What may help in place of these changes."""

    @property
    def remedies(self) -> tuple[Remedy, ...]:
        """The changes that a sibling run can make, what helps most often first."""
        return tuple(one for one in (Remedy(self.changes, self.sibling), *self.others) if one.sibling)
