"""The rules of a configuration that span fields: what does not go together, and what to choose instead. No torch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from vae_core.config.errors import spanning

if TYPE_CHECKING:
    from vae_core.config.train_config import TrainConfig

MAX_TOTAL_STEPS = 10**8
MAX_PAIRS = 2**27  # densities of every code under every posterior, half a GiB of them

Rule = tuple[bool, str, str, object]  # whether it is broken, the field to blame, what follows its name, the bound


def check_rules(config: TrainConfig) -> None:
    """Raise the first broken rule, as pydantic wants it, with the field that it blames."""
    for broken, field, message, bound in (*_schedule(config), *_pixels(config), *_objective(config)):
        if broken:
            raise spanning(field, message, getattr(config, field), bound)


def _schedule(config: TrainConfig) -> Iterator[Rule]:
    varies, warmup, steps = config.beta_schedule != "constant", config.warmup_steps, config.total_steps
    yield (
        varies and warmup < 1,
        "warmup_steps",
        f"must be at least 1 for a {config.beta_schedule} schedule, not {{value}}",
        1,
    )
    yield (
        config.beta_schedule == "cyclical" and config.cycle_steps < warmup,
        "cycle_steps",
        f"must be at least {warmup}, the warmup_steps of every cycle, not {{value}}",
        warmup,
    )
    yield (
        steps > MAX_TOTAL_STEPS,
        "epochs",
        f"makes {steps} steps with this batch_size, more than the {MAX_TOTAL_STEPS} allowed",
        MAX_TOTAL_STEPS,
    )


def _pixels(config: TrainConfig) -> Iterator[Rule]:
    binary, logistic = config.binarize != "none", config.likelihood == "discretized_logistic"
    yield (
        binary and config.likelihood != "bernoulli",
        "binarize",
        "is {value}, which makes pixels 0 or 1: only likelihood=bernoulli describes those; choose none",
        "none",
    )
    yield binary and config.dequantize, "dequantize", "is for grey pixels; choose false, or binarize=none", False
    yield (
        logistic and config.dequantize,
        "dequantize",
        "must be false for the discretised logistic, which gives each of the 256 levels a probability",
        False,
    )
    yield (
        config.likelihood == "continuous_bernoulli" and not config.dequantize,
        "dequantize",
        "must be true for the continuous Bernoulli: on pixels that are always black its density has no limit",
        True,
    )
    yield (
        logistic and config.scale == "optimal",
        "scale",
        "is {value}, for which the discretised logistic has no formula; choose shared or per_pixel",
        "shared",
    )


def _objective(config: TrainConfig) -> Iterator[Rule]:
    name = config.objective
    yield (
        config.model == "ae" and name != "elbo",
        "objective",
        "is {value}, which needs codes with a distribution; choose model=vae or objective=elbo",
        "elbo",
    )
    sums = {"reconstruction_reduction": "sum", "kl_reduction": "sum", "free_bits": 0} if name != "elbo" else {}
    unweighted = {"beta": 1, "beta_schedule": "constant"} if name in {"iwae", "ciwae", "dreg"} else {}
    for field, needed in (sums | unweighted).items():
        message = f"must be {needed} with objective={name}, not {{value}}; or choose objective=elbo"
        yield getattr(config, field) != needed, field, message, needed
    yield (
        name in {"iwae", "ciwae", "dreg"}
        and config.scale == "optimal"
        and config.likelihood in {"gaussian", "laplace"},
        "scale",
        f"is {{value}}, the best for the ELBO and not for objective={name}; choose shared or per_pixel",
        "shared",
    )
    pairs = config.mc_samples * config.batch_size**2 * config.latent_dim
    yield (
        name == "beta_tcvae" and pairs > MAX_PAIRS,
        "batch_size",
        f"is {{value}}, too large for objective={name}: mc_samples · batch_size² · latent_dim is {pairs}, and at most "
        f"{MAX_PAIRS} densities fit in a step",
        MAX_PAIRS,
    )
    yield (
        name in {"beta_tcvae", "mmd"} and config.batch_size < 2,
        "batch_size",
        f"must be at least 2 with objective={name}, which compares images, not {{value}}",
        2,
    )
