"""What two or more runs have in common: which numbers share a unit, which do not, and why. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.models import Run
from app.units import QUANTITIES
from app.verdicts import Verdict, units_sentence, verdict
from vae_core.config import TrainConfig

Measured = Mapping[str, Any]
YARDSTICKS = (
    "negative_elbo", "bits_per_dim", "mse_per_pixel", "bce_per_pixel", "kl", "active_units",
    "log_px", "accuracy", "ssim", "psnr", "seconds",
)  # fmt: skip
EXAMINED = {"log_px", "accuracy", "ssim", "psnr"}  # what only the report of a finished run has


@dataclass(frozen=True)
class Yardstick:
    """A quantity that both runs have in one unit, held out; `best` is the index of the better run, if one is."""

    quantity: str
    values: tuple[float | None, ...]
    difference: float | None  # second minus first, of a pair
    best: int | None


@dataclass(frozen=True)
class Difference:
    """One configuration field over the runs."""

    field: str
    values: tuple[str, ...]
    differs: bool


@dataclass(frozen=True)
class Comparison:
    """Everything the Compare page says in words and numbers."""

    verdicts: tuple[Verdict, ...]
    yardsticks: tuple[Yardstick, ...]
    differences: tuple[Difference, ...]
    sentence: str


def compare(
    runs: Sequence[Run], evaluations: Mapping[int, Measured], reports: Mapping[int, Measured] | None = None
) -> Comparison:
    """Compare runs by their configurations, last held-out evaluations and, where all have one, their reports."""
    reports = reports or {}
    configs = [run.train_config for run in runs]
    examined = all(run.id in reports for run in runs)
    quantities = [name for name in YARDSTICKS[:-1] if examined or name not in EXAMINED]
    verdicts = tuple(verdict(quantity, configs) for quantity in ("reconstruction", *quantities))
    shared = {told.quantity for told in verdicts if told.comparable} | {"seconds"}
    measured = [_measured(run, evaluations.get(run.id or 0, {}), reports.get(run.id or 0)) for run in runs]
    return Comparison(
        verdicts,
        tuple(_yardstick(quantity, measured) for quantity in YARDSTICKS if quantity in shared),
        tuple(_differences(configs)),
        units_sentence(configs),
    )


def _measured(run: Run, evaluation: Measured, report: Measured | None) -> dict[str, Any]:
    elbo = evaluation.get("elbo")
    found: dict[str, Any] = {}
    if report:
        found = {"accuracy": report["latents"]["accuracy"], "log_px": (report["bound"] or {}).get("log_px")}
        found |= report["fidelity"]
    return {**evaluation, **found, "negative_elbo": None if elbo is None else -elbo, "seconds": run.seconds or None}


def _yardstick(quantity: str, measured: Sequence[Measured]) -> Yardstick:
    values = tuple(values.get(quantity) for values in measured)
    known = [value for value in values if value is not None]
    difference = values[1] - values[0] if len(values) == 2 and len(known) == 2 else None  # type: ignore[operator]
    choose = {"lower": min, "higher": max}.get(QUANTITIES[quantity].better)
    best = None
    if choose and len(known) == len(values) and len(set(known)) == len(known):
        best = values.index(choose(known))
    return Yardstick(quantity, values, difference, best)


def _differences(configs: Sequence[TrainConfig]) -> list[Difference]:
    fields = [config.to_dict() for config in configs]
    return [
        Difference(name, shown, len(set(shown)) > 1)
        for name in fields[0]
        for shown in [tuple(_shown(config[name]) for config in fields)]
    ]


def _shown(value: object) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
