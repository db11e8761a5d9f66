"""What a configuration's loss really trains, in a sentence or two, and the same loss written explicitly. Pure."""

from typing import Any

from app.text.numbers import format_number
from vae_core.config.families import OBJECTIVES
from vae_core.config.limits import MAX_BETA, SIGMA_BOUNDS
from vae_core.config.train_config import TrainConfig
from vae_core.theory.convention import implied
from vae_core.theory.preflight import SUMS
from vae_core.translator.translation import tidy


def describe_loss(config: TrainConfig) -> str:
    """The model behind the loss, once a schedule has reached its end."""
    effective, decoder = implied(config), _decoder(config)
    if config.model == "ae":
        return f"An autoencoder: −log p(x|z) of a {decoder} alone, with no KL and no ELBO."
    if other := objective(config):
        return f"{other} The decoder is a {decoder}."
    floor = f" Free bits put a floor of {format_number(config.free_bits)} nats under each unit's KL." * (
        config.free_bits > 0
    )
    return model(decoder, config.family.letter, effective.beta or 0.0, effective.sigma) + floor


def model(decoder: str, letter: str, beta: float, scale: float | None) -> str:
    """The sentence of a loss that is −log p(x|z) and a weighted KL; `scale` is the one at which β would be 1."""
    if beta == 0:
        return f"This loss has no KL: it trains an autoencoder with a {decoder}, β = 0."
    if scale is not None:
        return f"This loss is the −ELBO of a {decoder} with {letter} = {format_number(scale)}, up to a factor."
    if abs(beta - 1) < 1e-9:
        return f"This loss is the −ELBO of a {decoder}, up to a factor: β = 1."
    return f"This loss trains a β-VAE with a {decoder} and β = {format_number(beta)}; β = 1 would be the ELBO."


def explicit_equivalent(config: TrainConfig) -> dict[str, Any]:
    """The changes after which the same loss, up to a factor, states its β and σ: sums, and β = 1 where a σ can."""
    effective = implied(config)
    if effective.beta is None or effective.beta > MAX_BETA:
        return {}
    explicit = {**SUMS, "beta": tidy(effective.beta)}
    steady = config.beta_schedule == "constant"  # or β = 1 and another σ would be another loss on the way
    if steady and effective.sigma is not None and SIGMA_BOUNDS[0] <= effective.sigma <= SIGMA_BOUNDS[1]:
        explicit |= {"beta": 1.0, "sigma": tidy(effective.sigma)}
    return {name: value for name, value in explicit.items() if not _equal(getattr(config, name), value)}


def _equal(one: object, other: object) -> bool:
    """Whether two values of a field are one: of numbers, as far as `tidy` keeps digits."""
    return (tidy(one) if isinstance(one, float) else one) == other


def objective(config: TrainConfig) -> str:
    """What is minimised, where it is not the −ELBO; else nothing."""
    sentence = OBJECTIVES[config.objective].sentence
    return sentence.format(**config.to_dict(), bound_weight=1 - config.elbo_weight)


def _decoder(config: TrainConfig) -> str:
    """Its family, and where its scale comes from."""
    letter, plain = config.family.letter, f"{config.family.decoder} decoder"
    if not config.family.scales or (config.scale == "fixed" and implied(config).sigma):
        return plain
    return {
        "fixed": f"{plain} with {letter} = {format_number(config.sigma)}",
        "shared": f"{plain} that learns its {letter}",
        "optimal": f"{plain} with each minibatch's best {letter}",
        "per_pixel": f"{plain} that gives each pixel its {letter}",
    }[config.scale]
