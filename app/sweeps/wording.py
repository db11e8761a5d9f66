"""A sweep in words: what it varies, what it minimises, and in which unit of measure. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.comparison.comparability import BOUNDS
from app.launch.labels import label, shown_value
from app.records import Interval, Sweep, SweepSpecification
from app.sweeps.space import combinations
from app.text.labels import listed
from app.text.numbers import format_number
from app.text.quantities import QUANTITIES, UNIT_FIELDS, bits_unit, reconstruction_unit
from vae_core.config.train_config import TrainConfig, at_work

SAMPLERS = {"tpe": "from where trials so far were good (TPE)", "random": "at random"}
PRUNINGS = {
    "none": "no trial",
    "median": "trials worse than the median",
    "halving": "all but the better half, at 1/8, 1/4 and 1/2 of their steps",
}


def dimension_words(name: str, dimension: Interval | list[Any]) -> str:
    """What a field may be: "0.1 to 10, logarithmic", "Gaussian, Laplace"."""
    if isinstance(dimension, list):
        joint = "; " if any(isinstance(value, list) for value in dimension) else ", "
        return joint.join(value_words(name, value) for value in dimension)
    return f"{format_number(dimension.low)} to {format_number(dimension.high)}{', logarithmic' * dimension.log}"


def value_words(name: str, value: object) -> str:
    """A field's value: a choice by its name, a number to three digits."""
    return format_number(value) if isinstance(value, float) else shown_value(value, name)


def fixed_values(specification: SweepSpecification) -> dict[str, Any]:
    """What every trial has, where it is not the default and counts."""
    defaults, config = TrainConfig().to_dict(), specification.config
    return {
        name: value
        for name, value in config.items()
        if name not in specification.space and value != defaults[name] and at_work(config, name)
    }


def objective_words(minimise: Sequence[str]) -> str:
    """What is minimised: "−ELBO", "KL and MSE"."""
    return listed([QUANTITIES[name].name for name in minimise])


def params_words(params: Mapping[str, Any]) -> str:
    """The varied fields of a trial: "β 0.5, Latent dimensions 8"."""
    return ", ".join(f"{label(name)} {value_words(name, value)}" for name, value in params.items())


def unit(specification: SweepSpecification, name: str) -> str:
    """The unit of measure in which all trials have a quantity; empty where it has none."""
    base = TrainConfig.parse(specification.config, stored=True)
    config = next(combinations(base, specification.space, UNIT_FIELDS))
    if name in BOUNDS:
        return reconstruction_unit(config)
    return (bits_unit(config) or "") if name == "bits_per_dim" else QUANTITIES[name].unit


def budget_words(sweep: Sweep) -> str:
    """Its budget: "20 trials", "30 minutes of training", or both."""
    trials = f"{sweep.trials:,} trial{'s' * (sweep.trials != 1)}" if sweep.trials else ""
    minutes = f"{format_number(sweep.minutes)} min of training" if sweep.minutes else ""
    return " or ".join(filter(None, [trials, minutes]))
