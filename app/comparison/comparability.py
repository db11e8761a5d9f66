"""Which quantities of several runs share a unit of measure, and why: rules about configurations alone. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.records import Run
from app.run_rules import LIVE
from app.text.labels import listed
from app.text.quantities import bits_unit, decoder, pixels, reconstruction_unit
from vae_core.config.families import OBJECTIVES
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.schema import DESCRIBED
from vae_core.theory.convention import implied

BOUNDS = {"reconstruction", "negative_elbo", "log_px"}  # in the unit of measure of the decoder's likelihood
OF_PIXELS = {"mse_per_pixel", "bce_per_pixel", "ssim", "psnr"}
OF_LIKELIHOOD = ("likelihood", "binarize", "dequantize")
OF_LOSS = (
    "model",
    "objective",
    "reconstruction_reduction",
    "kl_reduction",
    "beta",
    "beta_schedule",
    "warmup_steps",
    "free_bits",
    *dict.fromkeys(name for facts in OBJECTIVES.values() for name in facts.fields),
)  # fmt: skip  what the loss is made of, in addition to the likelihood


@dataclass(frozen=True)
class Verdict:
    """Whether a quantity of several runs may be compared."""

    __pydantic_config__ = DESCRIBED

    quantity: str
    """Its name."""
    comparable: bool
    """Whether the runs have it in one unit of measure, of the same images."""
    reason: str
    """Why, in a sentence."""


def verdict(quantity: str, configs: Sequence[TrainConfig]) -> Verdict:
    """Whether the runs of these configurations have the quantity in one unit of measure, of the same images."""
    if not _equal(config.dataset for config in configs):
        return Verdict(quantity, False, f"The runs look at different images: {_datasets(configs)}.")
    having = [config for config in configs if has(quantity, config)]
    if len(having) < len(configs):
        shared = verdict(quantity, having) if len(having) > 1 else Verdict(quantity, False, "")
        lacking = dict.fromkeys(filter(None, (why_without(quantity, config) for config in configs)))
        return Verdict(quantity, shared.comparable, " ".join(filter(None, [shared.reason, *lacking])))
    if quantity in _RULES:
        return _RULES[quantity](configs)
    if quantity in BOUNDS:
        return Verdict(quantity, _equal(map(reconstruction_unit, configs)), units_sentence(configs))
    if quantity in OF_PIXELS and not _equal(map(pixels, configs)):
        return Verdict(quantity, False, f"The images are not the same: {_listed(map(pixels, configs))}.")
    return Verdict(quantity, True, _SHARED[quantity])


def has(quantity: str, config: TrainConfig) -> bool:
    """Whether a model has the quantity at all."""
    return why_without(quantity, config) is None


def why_without(quantity: str, config: TrainConfig) -> str | None:
    """Why a model does not have the quantity: a plain autoencoder has none that is made of a KL."""
    if config.model == "ae" and quantity in _AUTOENCODER:
        return _AUTOENCODER[quantity]
    if quantity == "bits_per_dim" and bits_unit(config) is None:
        return "On grey pixels the BCE gives no pixel value a probability."
    return None


_AUTOENCODER = {
    "kl": "A plain autoencoder has no KL.",
    "negative_elbo": "A plain autoencoder has no ELBO.",
    "bits_per_dim": "A plain autoencoder has no ELBO to count in bits.",
    "log_px": "A plain autoencoder has no p(x).",
    "active_units": "A plain autoencoder pays for no unit, so none is counted as active.",
}
_SHARED = {
    "kl": "Nats of the code under the same prior, whatever the decoder.",
    "active_units": "Counted from the encoders' means alone, whatever the decoder.",
    "mse_per_pixel": "Squared error of the decoder's mean on the same images.",
    "bce_per_pixel": "Cross-entropy of the decoder's mean on the same images.",
    "accuracy": "Labels of the same images, predicted from the encoder's means alone.",
    "ssim": "The decoder's mean beside the same images.",
    "psnr": "The decoder's mean beside the same images.",
}


def _loss_verdict(configs: Sequence[TrainConfig]) -> Verdict:
    names = OF_LOSS if _equal(map(reconstruction_unit, configs)) else (*OF_LIKELIHOOD, *OF_LOSS)
    parts = {name: values for name in names if not _equal(values := [getattr(config, name) for config in configs])}
    if not parts:
        return Verdict("loss", True, "All of these were trained to minimise one and the same sum.")
    differing = "; ".join(f"{name}: {_listed(values)}" for name, values in parts.items())
    return Verdict("loss", False, f"What was minimised differs. {differing}.")


def cautions(runs: Sequence[Run], names: Sequence[str]) -> tuple[str, ...]:
    """What differs between the runs of these names although their numbers share a unit of measure: sentences.

    A run that diverged has no numbers to be careful with.
    """
    known = [(run, name) for run, name in zip(runs, names, strict=True) if run.status != "diverged"]
    if len(known) < 2 or not _equal(run.train_config.dataset for run in runs):
        return ()
    ended = [(run, name) for run, name in known if run.status not in LIVE]
    return tuple(filter(None, [_weights(known), _steps_made(ended), _older(known)]))


def _older(known: Sequence[tuple[Run, str]]) -> str | None:
    """Whose held-out numbers are older than its steps."""
    older = [f"{name} (step {run.result.step:,})" for run, name in known if run.result and run.result.step < run.step]
    return f"Held-out numbers from before the newest step: {listed(older)}." if older else None


def _weights(known: Sequence[tuple[Run, str]]) -> str | None:
    """Which run weighs the KL by how much."""
    by_beta: dict[str, list[str]] = {}
    for run, name in known:
        if (beta := implied(run.train_config).beta) is not None:
            by_beta.setdefault(f"{beta:.4g}", []).append(name)
    if len(by_beta) < 2:
        return None
    which = ", ".join(f"β = {beta} in {listed(sharing)}" for beta, sharing in by_beta.items())
    return (
        f"They were trained with different weights of the KL ({which}): the numbers here count it once, but each run "
        "was trained for another trade of KL for reconstruction."
    )


def _steps_made(ended: Sequence[tuple[Run, str]]) -> str | None:
    """'They have made 3,000 steps each, but C 600 and D none'; None where all have made as many."""
    by_count: dict[int, list[str]] = {}
    for run, name in ended:
        by_count.setdefault(run.step, []).append(name)
    if len(by_count) < 2:
        return None
    groups = sorted(by_count.items(), key=lambda item: (-len(item[1]), -item[0]))
    count, most = groups[0]
    shown = listed([f"{listed(sharing)} {f'{steps:,}' if steps else 'none'}" for steps, sharing in groups[1:]])
    if len(most) > 1:
        return f"They have made {f'{count:,} steps each' if count else 'no step'}, but {shown}."
    return f"{most[0]} has made {f'{count:,} steps' if count else 'no step'}, {shown}."


def has_zero(quantity: str, configs: Sequence[TrainConfig]) -> bool:
    """Whether the quantity cannot be negative, so that a percentage of it means something: the log of a density can."""
    if quantity in {"negative_elbo", "soft_bernoulli"}:
        return quantity == "soft_bernoulli" or all(config.family.measure != "density" for config in configs)
    return quantity in {"mse_per_pixel", "bce_per_pixel", "bits_per_dim"}


def _bits_verdict(configs: Sequence[TrainConfig]) -> Verdict:
    units = [bits_unit(config) for config in configs]
    if not _equal(units):
        return Verdict("bits_per_dim", False, f"Bits of different values: {_listed(units)}.")
    if units[0] != "8-bit pixels":
        return Verdict("bits_per_dim", True, f"Probabilities of the same values: {units[0]}.")
    return Verdict(
        "bits_per_dim",
        True,
        "Probabilities of the same 8-bit pixels, a density integrated over the bin of each level: the one unit of "
        "measure of the ELBO that all densities and probabilities share.",
    )


_RULES = {"loss": _loss_verdict, "bits_per_dim": _bits_verdict}


def units_sentence(configs: Sequence[TrainConfig]) -> str:
    """Why the reconstruction terms do, or do not, share an axis."""
    if not _equal(config.dataset for config in configs):
        return f"These runs look at {_datasets(configs)}: likelihoods of different images cannot be compared."
    units = {reconstruction_unit(config): config for config in configs}
    if len(units) == 1:
        decoders = listed(list(dict.fromkeys(map(decoder, configs))))
        return (
            f"All of these are −log p(x|z), every constant included, under {decoders}: "
            "one unit of measure, so they share an axis."
        )
    clauses = "; ".join(_clause(unit, configs) for unit in units)
    shared = all(has("bits_per_dim", config) for config in configs) and verdict("bits_per_dim", configs).comparable
    return (
        f"{clauses}. These have no common zero and no common scale, so each unit of measure gets a row of its own"
        f"{', and bits/dim is the one that they share' * shared}."
    )


def axes(configs: Sequence[TrainConfig]) -> int:
    """How many axes the reconstruction terms need: one for each unit of measure of each data set."""
    return len({(config.dataset, reconstruction_unit(config)) for config in configs})


def axes_sentence(configs: Sequence[TrainConfig]) -> str:
    """Whether all, some or none of the reconstruction terms share an axis."""
    if axes(configs) == 1:
        return "The reconstruction terms share a unit of measure."
    if axes(configs) == len(configs):
        return "The reconstruction terms do not share an axis."
    return "Not all reconstruction terms share an axis: only those of the same images, in one unit of measure."


def _datasets(configs: Sequence[TrainConfig]) -> str:
    return listed(list(dict.fromkeys(FACTS[config.dataset].title for config in configs)))


def _clause(unit: str, configs: Sequence[TrainConfig]) -> str:
    """'MSE and CB are −log of a density of the grey image', for the runs that have this unit of measure."""
    sharing = [config for config in configs if reconstruction_unit(config) == unit]
    names = list(dict.fromkeys(config.family.short for config in sharing))
    return f"{listed(names)} {'is' if len(names) == 1 else 'are'} −log of {_meaning(sharing[0])}"


def _meaning(config: TrainConfig) -> str:
    if config.family.measure == "probability":
        return "the probability of the 256 grey levels"
    kind = "dequantised" if config.dequantize else "grey"
    if config.family.measure == "density":
        return f"a density of the {kind} image"
    if config.binarize == "none":
        return f"the probability of a binary image, averaged over those that the {kind} one stands for"
    return f"the probability of {pixels(config)}"


def _equal(values: Iterable[object]) -> bool:
    return len(set(values)) == 1


def _listed(values: Iterable[object]) -> str:
    shown = (("yes" if value else "no") if isinstance(value, bool) else str(value) for value in values)
    return ", ".join(dict.fromkeys(shown))
