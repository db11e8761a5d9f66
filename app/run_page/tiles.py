"""A run's newest numbers as tiles in one row. Pure."""

from dataclasses import dataclass

from app.records import Run
from app.text.numbers import number, within
from app.text.quantities import QUANTITIES, bits_unit


@dataclass(frozen=True)
class Tile:
    """One number: of the newest step of training, with its held-out value below, or held out alone."""

    quantity: str  # a key of QUANTITIES
    name: str
    help: str
    value: str
    unit: str
    trained: bool  # whether `value` is of training
    below: str  # the held-out value under that, or what `value` is counted in


def tiles(run: Run) -> list[Tile]:
    """Those that the run's model has, its objective first."""
    config, held = run.train_config, run.result
    latest = {} if run.status == "diverged" else run.latest
    variational = config.model == "vae"
    shown = []
    for name in ("negative_elbo", "reconstruction", "kl") if variational else ("reconstruction",):
        field, sign = ("elbo", -1) if name == "negative_elbo" else (name, 1)
        value, held_out = latest.get(field), getattr(held, field, None)
        se = held.elbo_se if held and name == "negative_elbo" else None
        below = within(None if held_out is None else sign * held_out, se)
        shown.append(_tile(name, number(None if value is None else sign * value), "nats", below, trained=True))
    if variational:
        active = held.active_units if held else None
        shown.append(_tile("active_units", number(active), f"of {config.latent_dim}", "Var E[z|x] > 0.01"))
    if unit := bits_unit(config):
        shown.append(_tile("bits_per_dim", number(held.bits_per_dim if held else None), "", f"of {unit}"))
    for name, unit in (("mse_per_pixel", "per pixel"), ("bce_per_pixel", "nats per pixel")):
        shown.append(_tile(name, number(getattr(held, name, None)), "", unit))
    return shown


def _tile(quantity: str, value: str, unit: str, below: str, *, trained: bool = False) -> Tile:
    known = QUANTITIES[quantity]
    return Tile(quantity, known.name, known.help, value, unit, trained, below)
