"""What a sweep minimises: one held-out quantity in one unit of measure, or the rate and a distortion."""

from collections.abc import Sequence

from app.comparison.comparability import verdict, why_without
from app.records import EvaluationRecord, Trial
from vae_core.config.train_config import ConfigError, RefusedConfig, TrainConfig

RATE = "kl"
DISTORTIONS = ("reconstruction", "mse_per_pixel", "bce_per_pixel")
QUANTITIES = ("negative_elbo", "bits_per_dim", *DISTORTIONS)  # of which less is better by itself


def check_objectives(minimise: Sequence[str], configs: Sequence[TrainConfig]) -> None:
    """Raise `RefusedConfig` unless one can minimise these over trials of such configurations.

    `configs` has every combination that the trials make of the `UNIT_FIELDS`.
    """
    if RATE in minimise:
        if len(minimise) != 2 or not set(minimise) & set(DISTORTIONS):
            raise _error(f"takes kl together with one of {', '.join(DISTORTIONS)}, not {_listed(minimise)}")
    elif len(minimise) != 1:
        raise _error(f"must be one quantity, or kl and a distortion, not {_listed(minimise)}")
    for name in minimise:
        if name not in (*QUANTITIES, RATE):
            raise _error(f"must be one of {', '.join(QUANTITIES)}, or kl and a distortion, not {name[:60]!r}")
        if reason := _why_not(name, configs):
            others = [other for other in QUANTITIES if not _why_not(other, configs)]
            instead = f"These would do: {', '.join(others)}." if others else "Vary fewer fields: no quantity is left."
            raise _error(f"cannot be {name}: trials would not have it in one unit of measure. {reason} {instead}")


def measured(evaluation: EvaluationRecord | None, minimise: Sequence[str]) -> list[float] | None:
    """What is minimised, as evaluated; None where a part was not, or was not finite."""
    if evaluation is None:
        return None
    values = [getattr(evaluation, name) for name in minimise]
    return None if None in values else values


def best(trials: Sequence[Trial]) -> list[int]:
    """The numbers of the trials that ended and that no other beats: one or, of two objectives, the frontier."""
    ended = [(trial.number, trial.values) for trial in trials if trial.state == "complete" and trial.values]
    return [
        number for number, values in ended if not any(_beats(other, values) for _, other in ended if other != values)
    ]


def _beats(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether, of two that differ, one is nowhere worse."""
    return all(mine <= theirs for mine, theirs in zip(one, other, strict=True))


def _why_not(name: str, configs: Sequence[TrainConfig]) -> str | None:
    """Why trials of these configurations cannot be ranked by a quantity."""
    lacking = next(filter(None, (why_without(name, config) for config in configs)), None)
    if lacking:
        return lacking
    shared = verdict(name, configs)
    return None if shared.comparable else shared.reason


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name[:60] for name in names) or "nothing"


def _error(message: str) -> RefusedConfig:
    return RefusedConfig([ConfigError("minimise", f"minimise {message}")])
