"""Posterior collapse: no latent unit lives, or theory says that none will. Pure.

A unit is alive if its mean varies over the held-out images by more than 0.01 (Burda et al. 2016); what linear theory
expects is in `vae_core.theory.linear`. That some units are dead is no alarm: a model keeps as many as pay.
"""

from app.diagnosis.history import Changes, Evidence, Finding, RunHistory
from app.run_rules import LIVE
from app.text.numbers import format_number
from vae_core.config.families import OBJECTIVES
from vae_core.config.train_config import TrainConfig
from vae_core.theory.convention import implied
from vae_core.theory.linear import eigenvalues, largest_eigenvalue, live_units, weight_name
from vae_core.theory.pixel_statistics import Pixels
from vae_core.theory.preflight import DEFAULT_RATE, SUMS, recommended_scale, revival, slower
from vae_core.theory.references import collapsed

PATIENCE = 3  # evaluations, and half of the run, without a live unit before it is called dead: units may wake late
NEAR = 0.5  # of λ₁: above, a unit's gain is so small that a nonlinear decoder may pass it by (docs/diagnosis.md)
LEARNED = 0.9  # of the way from the first weights to the mean image: before, a model has not collapsed but not begun
SHOWN = 32  # eigenvalues
FREE_BITS = 0.25  # nats a unit, one of Kingma et al. 2016 (arXiv:1606.04934); it revived five layers of digits


def collapse(history: RunHistory) -> list[Finding] | None:
    """At most one finding; None of a plain autoencoder, before the first evaluation, and while pixels are counted."""
    rows, config = history.evaluated, history.config
    alive = [row.active_units for row in rows if row.active_units is not None]
    if config.model == "ae" or not alive or history.counting:
        return None
    pixels = history.statistics.train if history.statistics else None
    if pixels and live_units(config, pixels) == 0 and (alive[-1] == 0 or history.status in LIVE):
        return [_weighed_down(history, pixels, alive[-1])]
    early = history.status in LIVE and rows[-1].step < config.total_steps / 2
    if early or len(alive) < PATIENCE or any(alive[-PATIENCE:]) or not _has_learned(history):
        return []
    expected = live_units(config, pixels) if pixels else None
    if pixels and expected:
        largest, threshold = largest_eigenvalue(config, pixels)
        return [_weighed_down(history, pixels, 0) if threshold > NEAR * largest else _lost(history, expected)]
    return [_unexplained(history)]


def _weighed_down(history: RunHistory, pixels: Pixels, alive: int) -> Finding:
    """The weight of the KL, or σ, is beyond the spectrum, or so near its end that nothing pays."""
    config = history.config
    largest, threshold = largest_eigenvalue(config, pixels)
    cause, changes = _cause(config, pixels)
    beyond = "above" if threshold > largest else "close to"
    message = (
        f"{cause}. By linear theory a unit lives only where an eigenvalue of the training pixels is above "
        f"{weight_name(config)} = {format_number(threshold)}, which is {beyond} the largest, {format_number(largest)}. "
        f"{alive} of {config.latent_dim} units live at step {history.evaluated[-1].step:,}."
    )
    spectrum = tuple(eigenvalues(config.family, pixels)[:SHOWN].tolist())
    evidence = Evidence("Eigenvalues of the training pixels, largest first", spectrum, threshold, weight_name(config))
    title = "Posterior collapse ahead" if alive else "Posterior collapse"
    return history.finding("collapse", title, message, evidence, changes)


def _cause(config: TrainConfig, pixels: Pixels) -> tuple[str, Changes]:
    """What keeps units from paying, and the least change that ends it."""
    beta = implied(config).beta or 0.0
    weighs, wide = f"β = {format_number(beta)}", f"The decoder's σ = {format_number(config.sigma)} is too large"
    if live_units(config, pixels) == 0 and (revived := revival(config, pixels)):
        field, changes = revived
        causes = {
            "reconstruction_reduction": f"The means in the loss weigh the KL as {weighs} would",
            "beta": f"The KL's weight is too large: {weighs}",
            "scale": wide,
        }
        return causes[field], changes
    if beta > 1:
        return f"The KL's weight leaves little room: {weighs}", {**SUMS, "beta": 1.0}
    if config.family.error == "sse":
        return wide, recommended_scale(config)
    return "The pixels vary so little that hardly any code pays", {}


def _lost(history: RunHistory, expected: int) -> Finding:
    """The loss leaves room for units, so the optimiser is to blame: its steps, or the KL from the first of them on."""
    config = history.config
    message = (
        f"No unit lives, though linear theory expects {expected} of {config.latent_dim} to live under this loss: "
        "the optimisation lost them, not the loss. "
    )
    if config.learning_rate > DEFAULT_RATE:
        message += f"A learning rate of {format_number(config.learning_rate)} can kill a network's units for good."
        return _without_theory(history, message, slower(config))
    remedy, changes = _start(history)
    return _without_theory(history, message + remedy, changes)


def _unexplained(history: RunHistory) -> Finding:
    """Linear theory has no answer for this loss, or the pixels are not counted: what else is known of it."""
    beta = implied(history.config).beta
    message = "No unit lives: the decoder draws the same for every code. "
    if beta is not None and beta > 1:
        message += (
            f"The loss weighs the KL as β = {format_number(beta)}; with β = 1 the code costs what it does in the ELBO."
        )
        changes: Changes = {**SUMS, "beta": 1.0}
    elif history.config.family.scales and history.config.scale == "fixed":
        scale = format_number(history.config.sigma)
        message += f"The decoder's scale stays at {scale}; one that fits the errors lets codes pay."
        changes = recommended_scale(history.config)
    else:
        remedy, changes = _start(history)
        message += remedy
    return _without_theory(history, message, changes)


def _has_learned(history: RunHistory) -> bool:
    """Whether the model has come near the best one that ignores its code: before, it has learned nothing to lose."""
    line, first, last = _line(history), history.evaluations[0].reconstruction, history.evaluated[-1].reconstruction
    if line is None or first is None or last is None:
        return True
    return last - line <= (1 - LEARNED) * abs(first - line)


def _line(history: RunHistory) -> float | None:
    return collapsed(history.config, history.statistics.test) if history.statistics else None


def _without_theory(history: RunHistory, message: str, changes: Changes) -> Finding:
    """The reconstruction itself shows it: it stays where that of a model without a code stays."""
    values = tuple(row.reconstruction for row in history.evaluated if row.reconstruction is not None)
    line = _line(history)
    title = "Held-out reconstruction at each evaluation, nats/image"
    if line is None:
        evidence = Evidence(title, values, values[0], "the first evaluation's")
    else:
        evidence = Evidence(title, values, line, "the best without a code")
    return history.finding("collapse", "Posterior collapse", message, evidence, changes)


def _start(history: RunHistory) -> tuple[str, Changes]:
    """What lets codes be useful before they cost: free bits, or a β that rises over half the run (Bowman et al. 2016).

    Nothing where they are at work, or the objective allows neither.
    """
    config = history.config
    if config.objective == "elbo" and config.free_bits == 0:
        why = "The KL cost from early on, before codes were of use; free bits take this cost away."
        return why, {"free_bits": FREE_BITS}
    if config.beta_schedule == "constant" and not OBJECTIVES[config.objective].importance:
        why = "The KL cost from the first step on, before codes were of use; a warm-up of β takes it away at first."
        return why, {"beta_schedule": "linear", "warmup_steps": max(1, config.total_steps // 2)}
    return "Another network or optimiser may find a use for codes.", {}
