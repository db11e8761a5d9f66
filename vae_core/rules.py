"""The rules of a configuration that span fields: what does not go together, and what to choose instead. No torch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from vae_core.refusals import spanning

if TYPE_CHECKING:
    from vae_core.config import TrainConfig

MAX_TOTAL_STEPS = 10**8

Broken = tuple[str, str, object]  # the field to blame, what follows its name, and the bound


def check_rules(config: TrainConfig) -> None:
    """Raise the first broken rule, as pydantic wants it, with the field that it blames."""
    for rules in (_schedule, _pixels, _likelihood, _autoencoder, _objective):
        for field, message, bound in rules(config):
            raise spanning(field, message, getattr(config, field), bound)


def _schedule(config: TrainConfig) -> Iterator[Broken]:
    if config.beta_schedule != "constant" and config.warmup_steps < 1:
        yield "warmup_steps", f"must be at least 1 for a {config.beta_schedule} schedule, not {{value}}", 1
    if config.beta_schedule == "cyclical" and config.cycle_steps < config.warmup_steps:
        bound = config.warmup_steps
        yield "cycle_steps", f"must be at least {bound}, the warmup_steps of every cycle, not {{value}}", bound
    if config.total_steps > MAX_TOTAL_STEPS:
        steps = f"makes {config.total_steps} steps with this batch_size"
        yield "epochs", f"{steps}, more than the {MAX_TOTAL_STEPS} allowed", MAX_TOTAL_STEPS


def _pixels(config: TrainConfig) -> Iterator[Broken]:
    binary = config.binarize != "none"
    if binary and config.likelihood != "bernoulli":
        yield "binarize", "is {value}, which makes pixels 0 or 1: only likelihood=bernoulli describes those; choose none", "none"
    if binary and config.dequantize:
        yield "dequantize", "is for grey pixels: choose false, or binarize=none", False
    if config.likelihood == "discretized_logistic" and config.dequantize:
        yield "dequantize", "must be false for the discretised logistic, which has a probability for each level", False
    if config.likelihood == "continuous_bernoulli" and not config.dequantize:
        message = "must be true for the continuous Bernoulli: on pixels that are always black its density has no limit"
        yield "dequantize", message, True


def _likelihood(config: TrainConfig) -> Iterator[Broken]:
    if config.likelihood == "discretized_logistic" and config.scale == "optimal":
        yield "scale", "is {value}, which the discretised logistic has in no closed form; choose shared or per_pixel", "shared"


def _autoencoder(config: TrainConfig) -> Iterator[Broken]:
    if config.model == "ae" and config.objective != "elbo":
        yield "objective", "is {value}, which needs a distribution of codes: choose model=vae, or objective=elbo", "elbo"


def _objective(config: TrainConfig) -> Iterator[Broken]:
    name = config.objective
    if name == "elbo":
        return
    for field, needed in {"reconstruction_reduction": "sum", "kl_reduction": "sum", "free_bits": 0}.items():
        if getattr(config, field) != needed:
            yield field, f"must be {needed} with objective={name}, not {{value}}; or choose objective=elbo", needed
    if name in {"iwae", "ciwae", "dreg"}:
        for field, needed in {"beta": 1, "beta_schedule": "constant"}.items():
            if getattr(config, field) != needed:
                message = f"must be {needed} with objective={name}, a bound without a weight, not {{value}}"
                yield field, f"{message}; or choose objective=elbo", needed
    if name in {"beta_tcvae", "mmd"} and config.batch_size < 2:
        yield "batch_size", f"must be at least 2 with objective={name}, which compares images, not {{value}}", 2
