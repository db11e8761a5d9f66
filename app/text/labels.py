"""What tells configurations apart, in as few words as that takes: "BCE", "MSE σ=0.707", "MSE σ fitted". Pure."""

from collections.abc import Sequence

from vae_core.config.families import OBJECTIVES
from vae_core.config.train_config import INDIFFERENT, TrainConfig, at_work, json_schema
from vae_core.datasets.facts import FACTS

LONGEST = 32  # characters: beyond, a run's own name says as much
OWN_WORDS = {"likelihood", "scale", "sigma", "seed"}  # fields that are not shown as "name value"
SIGNS = {
    "beta": "β={}",
    "latent_dim": "Z={}",
    "batch_size": "M={}",
    "mc_samples": "L={}",
    "importance_samples": "K={}",
    "learning_rate": "learning rate {}",
    "hidden": "hidden {}",
    "nu": "ν={}",
    "free_bits": "free bits {}",
    "reconstruction_reduction": "errors as {}",
    "kl_reduction": "KL as {}",
}


def distinguishing(configs: Sequence[TrainConfig]) -> list[str]:
    """What each of these configurations has that another has not, the seed apart; empty where there is nothing.

    A scale is told only between decoders of one family: beside the name of another loss it says nothing. Left out is
    how long a run trains, where, and how closely it is watched.
    """
    values = [config.to_dict() for config in configs]
    apart = [
        name
        for name in values[0]
        if name not in INDIFFERENT | OWN_WORDS and any(one[name] != values[0][name] for one in values)
    ]
    losses = len({config.likelihood for config in configs}) > 1
    return [
        " ".join(
            filter(
                None,
                [
                    config.family.short * losses,
                    _scale(config) * _scales_differ(config, configs),
                    *(_shown(config, name) for name in apart if at_work(config.to_dict(), name)),
                ],
            )
        )
        for config in configs
    ]


def labels(configs: Sequence[TrainConfig]) -> list[str] | None:
    """Those words, where they are short and no two configurations have the same."""
    words = distinguishing(configs)
    short = all(word and len(word) <= LONGEST for word in words)
    return words if short and len(set(words)) == len(words) else None


def listed(words: Sequence[str]) -> str:
    """'A', 'A and B', 'A, B and C'."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _scales_differ(config: TrainConfig, configs: Sequence[TrainConfig]) -> bool:
    return len({_scale(other) for other in configs if other.likelihood == config.likelihood}) > 1


def _scale(config: TrainConfig) -> str:
    """σ=0.707, σ fitted, σ learned, σ per pixel; nothing of a decoder without a scale."""
    if not config.family.scales:
        return ""
    letter = config.family.letter
    learned = {"shared": "learned", "optimal": "fitted", "per_pixel": "per pixel"}
    return f"{letter}={config.sigma:.3g}" if config.scale == "fixed" else f"{letter} {learned[config.scale]}"


def _shown(config: TrainConfig, name: str) -> str:
    value = getattr(config, name)
    match name:
        case "dataset":
            return FACTS[value].title
        case "model":
            return {"vae": "VAE", "ae": "AE"}[value]
        case "objective":
            return OBJECTIVES[value].title
        case "binarize":
            return "grey" if value == "none" else f"{value} pixels"
        case "dequantize":
            return "dequantised" if value else "grey"
    text = "-".join(map(str, value)) or "none" if isinstance(value, tuple) else _text(value)
    label = json_schema()["properties"][name].get("label", name.replace("_", " "))
    return SIGNS.get(name, f"{label} {{}}").format(text)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3g}" if isinstance(value, float) else "none" if value is None else str(value)
