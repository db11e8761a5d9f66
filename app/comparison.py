"""What two or more runs have in common: which numbers share a unit, which do not, and why. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.models import Run
from app.units import QUANTITIES, decoder, reconstruction_unit

Measured = Mapping[str, Any]
YARDSTICKS = ("negative_elbo", "mse_per_pixel", "bce_per_pixel", "kl", "active_units", "seconds")


@dataclass(frozen=True)
class Verdict:
    """Whether a quantity of these runs may be compared, and the sentence that says why."""

    quantity: str
    comparable: bool
    reason: str


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


def compare(runs: Sequence[Run], evaluations: Mapping[int, Measured]) -> Comparison:
    """Compare runs by their configurations and last held-out evaluations."""
    verdicts = tuple(_verdict(quantity, runs) for quantity in ("reconstruction", *YARDSTICKS[:-1]))
    shared = {verdict.quantity for verdict in verdicts if verdict.comparable} | {"seconds"}
    measured = [_measured(run, evaluations.get(run.id or 0, {})) for run in runs]
    return Comparison(
        verdicts,
        tuple(_yardstick(quantity, measured) for quantity in YARDSTICKS if quantity in shared),
        tuple(_differences(runs)),
        _sentence(runs),
    )


def _verdict(quantity: str, runs: Sequence[Run]) -> Verdict:
    datasets = {run.config["dataset"] for run in runs}
    if len(datasets) > 1:
        return Verdict(quantity, False, f"The runs look at different images: {', '.join(sorted(datasets))}.")
    if quantity in {"kl", "active_units", "negative_elbo"} and any(run.config["model"] == "ae" for run in runs):
        return Verdict(quantity, quantity == "active_units", _AE[quantity])
    if quantity in {"reconstruction", "negative_elbo"}:
        comparable = len({reconstruction_unit(run.train_config) for run in runs}) == 1
        return Verdict(quantity, comparable, _sentence(runs))
    return Verdict(quantity, True, _SHARED[quantity])


_AE = {
    "kl": "A plain autoencoder has no KL.",
    "negative_elbo": "A plain autoencoder has no ELBO.",
    "active_units": "Counted from the encoder's means alone, which both models have.",
}
_SHARED = {
    "kl": "Nats of the code under the same prior, whatever the decoder.",
    "active_units": "Counted from the encoder's means alone, whatever the decoder.",
    "mse_per_pixel": "Squared error of the decoder's mean on the same images.",
    "bce_per_pixel": "Cross-entropy of the decoder's mean on the same images.",
}


def _sentence(runs: Sequence[Run]) -> str:
    """Why the reconstruction terms do, or do not, share an axis."""
    configs = [run.train_config for run in runs]
    if len({config.dataset for config in configs}) > 1:
        return "These runs look at different images, so none of their likelihoods can be compared."
    decoders = list(dict.fromkeys(decoder(config) for config in configs))
    if len({reconstruction_unit(config) for config in configs}) == 1:
        return (
            f"All of these are −log p(x|z), every constant included, under {' and '.join(decoders)}: one unit, so they "
            "share an axis."
        )
    if all(config.likelihood != "bernoulli" for config in configs):
        return (
            "One of these is a density of the grey pixels as they are, the other of dequantised ones: the first has no "
            "upper limit, so each unit gets a row of its own."
        )
    return (
        "BCE is −log of the probability of a binarised image under a Bernoulli; the squared error and the continuous "
        "Bernoulli are −log of a density of the grey image. A probability and a density have no common zero and no "
        "common scale, so each unit gets a row of its own."
    )


def _measured(run: Run, evaluation: Measured) -> dict[str, Any]:
    elbo = evaluation.get("elbo")
    return {**evaluation, "negative_elbo": None if elbo is None else -elbo, "seconds": run.seconds or None}


def _yardstick(quantity: str, measured: Sequence[Measured]) -> Yardstick:
    values = tuple(values.get(quantity) for values in measured)
    known = [value for value in values if value is not None]
    difference = values[1] - values[0] if len(values) == 2 and len(known) == 2 else None  # type: ignore[operator]
    best = None
    if QUANTITIES[quantity].better == "lower" and len(known) == len(values) and len(set(known)) == len(known):
        best = values.index(min(known))
    return Yardstick(quantity, values, difference, best)


def _differences(runs: Sequence[Run]) -> list[Difference]:
    configs = [run.train_config.to_dict() for run in runs]
    return [
        Difference(name, shown, len(set(shown)) > 1)
        for name in configs[0]
        for shown in [tuple(_shown(config[name]) for config in configs)]
    ]


def _shown(value: object) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)
