"""What an expression of a pasted loss may be."""

from dataclasses import dataclass

from vae_core.translator.algebra import Polynomial
from vae_core.translator.terms import Kind


@dataclass(frozen=True)
class Criterion:
    """A loss function that was built with its reduction, such as nn.MSELoss(reduction="sum")."""

    kind: Kind
    reduction: str  # sum, mean or none
    keras: bool  # it averages over the last axis before all else


@dataclass(frozen=True)
class Distribution:
    """A diagonal Gaussian over z: `standard` if it is N(0, I), `joint` if its dimensions count as one event."""

    standard: bool
    joint: bool = False


Value = Polynomial | Criterion | Distribution
