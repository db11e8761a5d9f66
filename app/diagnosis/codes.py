"""Whether the codes are where the prior is: where not, what is drawn from it decodes to noise. Pure.

KL(q(z|x)‖p(z)) = I(x; z) + TC + Σ_j KL(q(z_j)‖p(z_j)) (Hoffman and Johnson 2016; Chen et al. 2018): the last term says
how far the codes of all images together, q(z), are from the prior, dimension by dimension.
"""

from math import sqrt

from app.diagnosis.history import Changes, Evidence, Finding, RunHistory
from app.text.numbers import format_number
from vae_core.config.limits import LOG_VARIANCE_BOUNDS
from vae_core.report import Latents
from vae_core.theory.convention import implied
from vae_core.theory.preflight import SUMS, recommended_scale, slower

AT_LIMIT = (-LOG_VARIANCE_BOUNDS[0] - 1) / 2  # nats: the KL of a dimension whose log-variance is there
FAR = 0.5  # nats a dimension: up to it at most half of q(z_j) lies where the prior is less dense (Pinsker: √(KL/2))


def log_variance(history: RunHistory) -> list[Finding] | None:
    """At most one finding, live; None of a plain autoencoder, and before the first evaluation."""
    if history.config.model == "ae" or not history.evaluated:
        return None
    per_dim = sorted((value for value in history.evaluated[-1].kl_per_dim or () if value is not None), reverse=True)
    return [_at_limit(history, per_dim)] if per_dim and per_dim[0] > AT_LIMIT else []


def prior(history: RunHistory) -> list[Finding] | None:
    """At most one finding; None without a report of the finished model, and where the log-variance says it all."""
    report = history.report
    if not report or not report.surgery or not history.evaluated or log_variance(history):
        return None
    distance = report.surgery.dimension_wise_kl or 0.0
    return [_far(history, report.latents, distance)] if distance > FAR * history.config.latent_dim else []


def blames_scale(history: RunHistory) -> bool:
    """Whether a finding about the codes says already that the scale is too small."""
    findings = [*(log_variance(history) or ()), *(prior(history) or ())]
    return any("scale" in finding.changes for finding in findings)


def _at_limit(history: RunHistory, per_dim: list[float]) -> Finding:
    """The KL of a dimension shows that its log-variance, or its mean, has run away."""
    why, changes = _cause(history)
    if not changes:
        why = "The steps are too long"
        changes = slower(history.config)
    message = (
        f"A latent dimension carries {format_number(per_dim[0])} nats: only a log-variance at its limit, or "
        f"a mean far outside the prior, costs as much. {why}."
    )
    evidence = Evidence(
        "KL of each latent dimension, largest first, nats", tuple(per_dim), AT_LIMIT, "a log-variance at its limit"
    )
    return history.finding("codes", "The encoder's log-variance diverges", message, evidence, changes)


def _far(history: RunHistory, latents: Latents, dimension_wise: float) -> Finding:
    """Codes spread unlike the prior, as an autoencoder's."""
    why, changes = _cause(history)
    each = dimension_wise / history.config.latent_dim
    message = (
        f"The codes of all images together lie {format_number(each)} nats a dimension from the prior, so "
        f"samples from the prior decode to nothing like an image. "
        f"{why or 'Whatever holds the codes near the prior is too weak, or had too little time'}."
    )
    pairs = zip(latents.mean_variance, latents.posterior_variance, strict=True)
    known = (mean + own for mean, own in pairs if mean is not None and own is not None)
    variances = tuple(sorted(known, reverse=True))
    evidence = Evidence("Variance of each dimension of q(z), largest first", variances, 1.0, "the prior's")
    return history.finding("codes", "Codes far from the prior", message, evidence, changes)


def _cause(history: RunHistory) -> tuple[str, Changes]:
    """What weighs too little in the loss, where something does."""
    config, beta = history.config, implied(history.config).beta
    if beta is not None and beta < 1:
        return f"β = {format_number(beta)} hardly holds the codes", {**SUMS, "beta": 1.0}
    last = history.evaluated[-1]
    expected, error = last.decoder_std, sqrt(last.mse_per_pixel or 0)
    fixed = config.family.measure == "density" and config.family.scales and config.scale == "fixed"
    if fixed and expected is not None and expected < error:
        why = f"The loss expects errors of {format_number(expected)} a pixel, and they are {format_number(error)}"
        return f"{why}: so small a {config.family.letter} outweighs the KL", recommended_scale(config)
    return "", {}
