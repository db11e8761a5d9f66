"""What theory and arithmetic say of a run before it starts: estimates, and warnings with their remedy. No torch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from vae_core.config.families import OBJECTIVES
from vae_core.config.train_config import TrainConfig
from vae_core.schema import DESCRIBED
from vae_core.theory.convention import implied
from vae_core.theory.cost import disk, memory, seconds, size
from vae_core.theory.linear import largest_eigenvalue, linear_optimum, live_units, weight_name
from vae_core.theory.pixel_statistics import Pixels, Statistics
from vae_core.theory.references import Reference, references

KIND = (
    "dataset", "model", "architecture", "hidden", "latent_dim", "likelihood", "scale", "samples", "batch_size",
    "device", "precision", "threads",
)  # fmt: skip
SUMS: dict[str, Any] = {"reconstruction_reduction": "sum", "kl_reduction": "sum"}
START = 4.0  # seconds that a process takes to begin, about
DEFAULT_RATE = 1e-3  # Adam's own (Kingma and Ba 2015)


@dataclass(frozen=True)
class Pace:
    """What an earlier run on this machine took."""

    config: TrainConfig
    seconds_per_step: float  # evaluations included
    overhead: float | None = None  # seconds besides, as its start and its examination took; None where not known


@dataclass(frozen=True)
class Advice:
    """Something that the run will suffer from."""

    __pydantic_config__ = DESCRIBED

    message: str
    """What it is, in a sentence or two."""
    field: str
    """The field of the configuration that is to blame."""
    changes: dict[str, Any]
    """The fields of the configuration that would end it."""


@dataclass(frozen=True)
class Preflight:
    """Nats per image on the held-out images; None where theory has no answer, or the images are not here yet."""

    __pydantic_config__ = DESCRIBED

    implied_sigma: float | None
    """The scale of the decoder at which the loss is proportional to the −ELBO."""
    implied_beta: float | None
    """The weight of the KL at the declared decoder."""
    latent_dim: int
    """Latent dimensions of the model."""
    predicted_active_units: int | None
    """Latent units that linear theory expects to live."""
    collapse_line: float | None
    """−ELBO of the best model that ignores its code."""
    floor_line: float | None
    """−ELBO, of an autoencoder the reconstruction, that no model can pass."""
    linear_optimum: float | None
    """The least −ELBO of a linear Gaussian decoder."""
    references: tuple[Reference, ...]
    """These lines, each with how it is computed."""
    steps: int
    """Optimiser updates of the whole run."""
    parameters: int
    """Weights and biases of both networks and the likelihood."""
    memory: float
    """Bytes, an estimate."""
    disk: float
    """Bytes that the run leaves behind, an estimate."""
    seconds: float
    """Of training and evaluations, an estimate."""
    overhead: float
    """Seconds besides, of its start and its closing examination, an estimate."""
    seconds_from: str
    """What the estimate of the time rests on."""
    warnings: tuple[Advice, ...]
    """What the run will suffer from."""
    missing: str | None
    """Why the numbers that need the images are null, where they are."""


def predict(
    config: TrainConfig,
    statistics: Statistics | None = None,
    earlier: Sequence[Pace] = (),
    *,
    missing: str | None = None,
) -> Preflight:
    """The pre-flight of a configuration, from its data set's `statistics` and the pace of `earlier` runs.

    Without statistics the fields that need the images stay None; `missing` says why.
    """
    effective = implied(config)
    lines = tuple(references(config, statistics.test)) if statistics else ()
    values = {line.name: line.value for line in lines}
    duration, basis = _duration(config, earlier)
    return Preflight(
        implied_sigma=effective.sigma,
        implied_beta=effective.beta,
        latent_dim=config.latent_dim,
        predicted_active_units=live_units(config, statistics.train) if statistics else None,
        collapse_line=values.get("collapsed"),
        floor_line=values.get("floor"),
        linear_optimum=values.get("linear optimum"),
        references=lines,
        steps=config.total_steps,
        parameters=size(config).parameters,
        memory=memory(config),
        disk=disk(config),
        seconds=duration,
        overhead=_overhead(config, earlier),
        seconds_from=basis,
        warnings=tuple(_warnings(config, statistics)),
        missing=missing,
    )


def _duration(config: TrainConfig, earlier: Sequence[Pace]) -> tuple[float, str]:
    """The model's seconds, times what earlier runs took of theirs: runs of the same kind, or else all."""
    alike = [pace for pace in earlier if all(getattr(pace.config, name) == getattr(config, name) for name in KIND)]
    ratios = [
        pace.seconds_per_step * pace.config.total_steps / seconds(pace.config)
        for pace in alike or earlier
        if pace.seconds_per_step > 0
    ]
    if not ratios:
        return seconds(config), "a calculation for one core"
    return seconds(config) * median(ratios), "earlier runs like it" if alike else "other runs on this machine"


def _overhead(config: TrainConfig, earlier: Sequence[Pace]) -> float:
    """What runs that were examined, or were not, as this one will be, took besides training."""
    known = [pace.overhead for pace in earlier if pace.overhead is not None and pace.config.examine == config.examine]
    return median(known) if known else START


def _warnings(config: TrainConfig, statistics: Statistics | None) -> Iterator[Advice]:
    if config.model == "vae":
        yield from _weight(config, statistics.train if statistics else None)
        yield from _schedule(config)
    scaled = config.family.measure == "density" and config.scale in config.family.scales
    if scaled and config.scale == "per_pixel" and not config.dequantize:
        message = (
            "A scale for every pixel shrinks to its limit on pixels that are always black, and their density outweighs "
            "the picture: dequantise."
        )
        yield Advice(message, "dequantize", {"dequantize": True})


def _weight(config: TrainConfig, pixels: Pixels | None) -> Iterator[Advice]:
    """The KL against the reconstruction: what kills units, and what hides a weight. One warning, the most serious."""
    effective = implied(config)
    if effective.beta is None:
        return
    if effective.beta == 0:
        message = "With β = 0 nothing holds the codes near the prior: samples from it will decode to noise."
        yield Advice(message, "beta", {"beta": 1.0})
    elif pixels and live_units(config, pixels) == 0:
        yield from _dying(config, pixels)
    elif pixels and effective.sigma and config.family.error == "sse" and effective.sigma**2 > pixels.variance.mean():
        yield _wide(config, pixels, effective.sigma)
    elif config.reconstruction_reduction == "mean" or config.kl_reduction == "mean":
        message = f"The means in the loss weigh the KL as β = {effective.beta:.4g} would. Sums leave β as you set it."
        yield Advice(message, "kl_reduction" if config.kl_reduction == "mean" else "reconstruction_reduction", SUMS)


def _wide(config: TrainConfig, pixels: Pixels, sigma: float) -> Advice:
    """σ is above the error of the mean image, which no model needs: what that costs by linear theory, if it knows."""
    changes = recommended_scale(config)
    message = (
        f"The loss expects errors of σ = {sigma:.3g} a pixel, but even the mean image errs by only "
        f"{float(pixels.variance.mean()) ** 0.5:.3g}."
    )
    now, fitted = (linear_optimum(one, pixels) for one in (config, replace(config, **changes)))
    if now and fitted:
        message += (
            f" By linear theory the KL ends at {now.kl:.3g} nats and the squared error at {now.mse:.3g} a pixel; with "
            f"σ fitted, at {fitted.kl:.3g} and {fitted.mse:.3g}."
        )
    unweighted = ", with β = 1" if changes.keys() & {"beta", *SUMS} else ""
    return Advice(f"{message} Let σ fit the errors{unweighted}.", "scale", changes)


def _dying(config: TrainConfig, pixels: Pixels) -> Iterator[Advice]:
    """No unit will live: the least change that brings one back is the fix, and its field to blame."""
    largest, threshold = largest_eigenvalue(config, pixels)
    message = (
        f"Linear theory expects every latent unit to die: {weight_name(config)} = {threshold:.4g} is above "
        f"{largest:.3g}, the largest eigenvalue of the pixels. The model would decode the mean image."
    )
    if cure := revival(config, pixels):
        yield Advice(message, *cure)


def revival(config: TrainConfig, pixels: Pixels) -> tuple[str, dict[str, Any]] | None:
    """The field because of which no unit lives, and the least changes after which linear theory lets one live."""
    for field, changes in (
        ("reconstruction_reduction", SUMS),
        ("beta", {"beta": 1.0}),
        ("beta", SUMS | {"beta": 1.0}),
        ("scale", recommended_scale(config)),
    ):
        if live_units(replace(config, **changes), pixels):
            return field, changes
    return None


def slower(config: TrainConfig) -> dict[str, Any]:
    """Shorter steps: a learning rate of a tenth, or Adam's default where that is less still."""
    return {"learning_rate": min(DEFAULT_RATE, config.learning_rate / 10)}


def recommended_scale(config: TrainConfig) -> dict[str, Any]:
    """The changes that make β = 1 and let the scale fit the errors."""
    optimal = "optimal" in config.family.scales and not OBJECTIVES[config.objective].importance
    scale = "optimal" if optimal else "shared"
    changes = {**SUMS, "beta": 1.0, "scale": scale}
    return {name: value for name, value in changes.items() if getattr(config, name) != value}


def _schedule(config: TrainConfig) -> Iterator[Advice]:
    if config.beta_schedule != "constant" and config.warmup_steps > config.total_steps:
        reached = config.beta * config.total_steps / config.warmup_steps
        message = (
            f"The run ends after {config.total_steps:,} steps, before the warm-up does: β reaches {reached:.3g}, not "
            f"{config.beta:g}."
        )
        yield Advice(message, "warmup_steps", {"warmup_steps": max(1, config.total_steps // 2)})
