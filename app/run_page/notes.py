"""The remarks on a run's page: sentences made from its configuration and its numbers. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isclose, sqrt

from app.records import EvaluationRecord
from app.text.loss_summary import objective
from app.text.numbers import format_number, number, percent, within
from app.text.quantities import READING_NAMES
from app.text.scale_fit import belief
from vae_core.config.train_config import TrainConfig
from vae_core.presets import Published
from vae_core.report import Reading
from vae_core.theory.convention import implied


def loss_remarks(config: TrainConfig) -> list[str]:
    """Where the loss is not the −ELBO that is plotted: what it is instead."""
    remarks = []
    if sentence := objective(config):
        remarks.append(f"{sentence} What is plotted is the ELBO; what is minimised is the loss.")
    if config.free_bits > 0:
        remarks.append(
            f"Below {format_number(config.free_bits)} nats a dimension the loss stops pushing the KL; what is plotted "
            "has no floor."
        )
    effective = implied(config)
    if effective.beta is not None and not isclose(effective.beta, 1):
        equal = ""
        if effective.sigma is not None:
            decoder = f"{config.family.decoder} with {config.family.letter}"
            equal = f"it is the −ELBO of a {decoder} = {format_number(effective.sigma)}"
        if not isclose(effective.beta, config.beta):
            equal = f": up to a factor {equal}" if equal else ""
            remarks.append(
                f"This loss weighs the KL as β = {format_number(effective.beta)} would{equal}. What is plotted are the "
                "sums that it stands for."
            )
        elif equal:  # the β itself is what was typed
            remarks.append(f"With this β the loss has another name: up to a factor {equal}.")
    if config.family.unbounded and not config.dequantize:
        remarks.append(
            "Pixels that are always black let this density grow without end: −ELBO has no floor, and says less the "
            "longer it falls. Dequantise to give it one."
        )
    return remarks


def errors_expected(config: TrainConfig, evaluation: EvaluationRecord) -> str | None:
    """How large the decoder expects its errors to be, and how large they are; None where that was not measured."""
    expected, mse = evaluation.decoder_std, evaluation.mse_per_pixel
    return None if expected is None or mse is None else belief(config, expected, sqrt(mse))


@dataclass(frozen=True)
class Reproduction:
    """Whether a finished run came as near to the published number as its tolerance says."""

    passed: bool
    sentence: str


def reproduction(published: Published, status: str, evaluation: EvaluationRecord | None) -> Reproduction | None:
    """The verdict on the last held-out evaluation of a finished run; None before, and without a −ELBO."""
    if status != "finished" or evaluation is None or evaluation.elbo is None:
        return None
    ours, se = -evaluation.elbo, evaluation.elbo_se
    apart = ours - published.negative_elbo
    passed = abs(apart) <= published.tolerance
    where = f"{within(abs(apart), se)} nats {'above' if apart > 0 else 'below'} it"
    verdict = "within the tolerance" if passed else "outside the tolerance"
    return Reproduction(passed, f"This run ended at {within(ours, se)}: {where}, {verdict}.")


def misread(config: TrainConfig, readings: Sequence[Reading]) -> str | None:
    """How much of a BCE decoder's value as a continuous Bernoulli depends on how its outputs are read.

    None for other decoders, and where the two readings are not there or agree within their errors.
    """
    if config.likelihood != "bernoulli":
        return None
    by_name = {reading.name: reading for reading in readings}
    raw, mean = by_name.get("continuous_bernoulli_raw"), by_name.get("continuous_bernoulli_mean")
    if not raw or not mean or raw.reconstruction is None or mean.reconstruction is None:
        return None
    gain = raw.reconstruction - mean.reconstruction
    if gain <= 2 * ((raw.se or 0) + (mean.se or 0)):
        return None
    return (
        f"As a density of the image, the same decoder is worth {number(gain)} nats more when its outputs are read "
        "as the means that BCE trains than when they are read as the continuous Bernoulli's parameters: that much "
        "of the distance between BCE and CB is in the reading, not in the learning."
    )


def best_reading(readings: Sequence[Reading]) -> str | None:
    """How much of a model's bits/dim is due to its declared distribution; None where its own reading has no bits."""
    bits = {row.name: (row.bits_per_dim, row.bits_per_dim_se or 0) for row in readings if row.bits_per_dim is not None}
    if "own" not in bits:
        return None
    own, own_se = bits["own"]
    name, (best, best_se) = min(bits.items(), key=lambda item: item[1][0])
    gain = own - best
    if gain <= 2 * (own_se + best_se):
        return "No other reading of these outputs does clearly better in bits/dim than the model's own."
    return (
        f"In bits/dim the outputs cost {number(own)} as trained and {number(best)} as {READING_NAMES[name]}: "
        f"{percent(gain / own)} of the cost is the declared distribution, not what was learned."
    )
