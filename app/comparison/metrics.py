"""A quantity that several runs have in one unit of measure: who is ahead, and by more than chance or not. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.comparison.comparability import has
from app.comparison.pairing import Gap, Lead, Scores, leading, paired
from app.records import Run
from app.text.numbers import called
from app.text.quantities import QUANTITIES
from vae_core.schema import DESCRIBED

BOUNDS = ("negative_elbo", "bits_per_dim")
ERRORS = {"mse_per_pixel": "squared error", "bce_per_pixel": "cross-entropy"}
EVALUATED = ("negative_elbo", "bits_per_dim", "mse_per_pixel", "bce_per_pixel", "kl", "active_units")

Cell = tuple[float | None, float | None]  # a run's value and its standard error over images


@dataclass(frozen=True)
class Yardstick:
    """A quantity of every run, held out, or their −ELBO under one reading of the X-ray."""

    __pydantic_config__ = DESCRIBED

    quantity: str
    """The name of the quantity or of the reading."""
    values: tuple[float | None, ...]
    """One for each run; null where it was not measured."""
    errors: tuple[float | None, ...]
    """Standard errors of the values over images."""
    gaps: tuple[Gap | None, ...]
    """How far each run is from the baseline; null for the baseline itself."""
    best: int | None
    """The place of the run that is better than each other; of paired images, by more than their choice explains."""
    lead: Lead | None
    """How far the run with the least mean is ahead, where the images were scored one by one."""


def yardstick(
    name: str, cells: Sequence[Cell], scored: Sequence[Scores | None], base: int, *, ratio: bool
) -> Yardstick:
    """The quantity of this name. `scored` is of each run its scores of the same images, None where it has none.

    A run without a value has no part in it; one that has a value but was not scored keeps any from being bold.
    """
    values, errors = zip(*cells, strict=True)
    better = QUANTITIES[name].better if name in QUANTITIES else "lower"
    own = [
        run if run and name in run and value is not None else None for run, value in zip(scored, values, strict=True)
    ]
    reference = own[base]
    gaps = [
        paired(name, run, reference, ratio=ratio) if run and reference else _gap(value, values[base])
        for run, value in zip(own, values, strict=True)
    ]
    gaps[base] = None
    lead = leading(name, own, ratio=ratio) if better == "lower" else None
    if sum(run is not None for run in own) < 2:
        best = _first(values, better)
    else:
        every = all(run or value is None for run, value in zip(own, values, strict=True))
        best = lead.first if lead and lead.clear and every else None
    return Yardstick(name, values, errors, tuple(gaps), best, lead)


def _gap(value: float | None, base: float | None) -> Gap | None:
    return None if value is None or base is None else Gap(value - base)


def _first(values: Sequence[float | None], better: str) -> int | None:
    """The run with the best value, where all have one and no two are equal."""
    known = [value for value in values if value is not None]
    choose = {"lower": min, "higher": max}.get(better)
    if choose is None or len(known) < len(values) or len(set(known)) < len(known):
        return None
    return values.index(choose(known))


def measured(run: Run) -> dict[str, float | None]:
    """What a run with a result came to, of what its model has: the yardsticks of its last evaluation, and the time."""
    values: dict[str, float | None] = {"seconds": run.seconds or None}
    if run.result:
        values |= {name: getattr(run.result, name) for name in EVALUATED}
    return {name: value for name, value in values.items() if has(name, run.train_config)}


def name_of(quantity: str) -> str:
    """What a sentence calls it."""
    return ERRORS.get(quantity) or called(quantity)


def unit_of(quantity: str) -> str:
    """Its unit of measure after a number, or nothing."""
    if quantity == "mse_per_pixel":
        return " a pixel"
    if quantity == "bce_per_pixel":
        return " nats a pixel"
    return " nats" if "nats" in QUANTITIES[quantity].unit else ""
