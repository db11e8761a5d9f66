"""The rules of a configuration that span fields: what does not go together, and what to choose instead. No torch."""

from collections.abc import Iterator

from vae_core.config.errors import spanning
from vae_core.config.families import FAMILIES, OBJECTIVES
from vae_core.config.fields import Fields
from vae_core.config.limits import MAX_TOTAL_STEPS

MAX_PAIRS = 2**27  # densities of every code under every posterior, half a GiB of them

Rule = tuple[bool, str, str, object]  # whether it is broken, the field to blame, what follows its name, the bound


def check_rules(config: Fields, total_steps: int) -> None:
    """Raise the first broken rule as pydantic's error, with the field that it blames."""
    for broken, field, message, bound in (*_schedule(config, total_steps), *_pixels(config), *_objective(config)):
        if broken:
            raise spanning(field, message, getattr(config, field), bound)


def _schedule(config: Fields, steps: int) -> Iterator[Rule]:
    varies, warmup = config.beta_schedule != "constant", config.warmup_steps
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


def _pixels(config: Fields) -> Iterator[Rule]:
    binary, family = config.binarize != "none", config.family
    describing = " or ".join(name for name, family in FAMILIES.items() if family.measure == "bound")
    yield (
        binary and family.measure != "bound",
        "binarize",
        f"is {{value}}, which makes pixels 0 or 1: only likelihood={describing} describes those; choose none",
        "none",
    )
    yield binary and config.dequantize, "dequantize", "is for grey pixels; choose false, or binarize=none", False
    yield (
        family.measure == "probability" and config.dequantize,
        "dequantize",
        f"must be false for the {family.decoder}, which gives each of the 256 levels a probability",
        False,
    )
    yield (
        bool(family.unbounded) and not config.dequantize,
        "dequantize",
        f"must be true for the {family.decoder}: {family.unbounded}",
        True,
    )
    yield (
        config.scale in family.refused_scales,
        "scale",
        f"is {{value}}, {family.refused_scales.get(config.scale)}; choose shared or per_pixel",
        "shared",
    )


def _objective(config: Fields) -> Iterator[Rule]:
    name, importance = config.objective, OBJECTIVES[config.objective].importance
    yield (
        config.model == "ae" and name != "elbo",
        "objective",
        "is {value}, which needs codes with a distribution; choose model=vae or objective=elbo",
        "elbo",
    )
    sums = {"reconstruction_reduction": "sum", "kl_reduction": "sum", "free_bits": 0} if name != "elbo" else {}
    unweighted = {"beta": 1, "beta_schedule": "constant"} if importance else {}
    for field, needed in (sums | unweighted).items():
        message = f"must be {needed} with objective={name}, not {{value}}; or choose objective=elbo"
        yield getattr(config, field) != needed, field, message, needed
    yield (
        importance and config.scale == "optimal" and config.scale in config.family.scales,
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
