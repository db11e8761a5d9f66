"""From a loss to the model that it trains: likelihood, σ, β, its configuration, and whether z survives."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from textwrap import dedent
from typing import Any

from vae_core.config.families import FAMILIES, Family, LikelihoodName
from vae_core.config.limits import MAX_BETA, SIGMA_BOUNDS
from vae_core.theory.convention import Weights
from vae_core.translator.loss import Loss
from vae_core.translator.terms import Kind

LIKELIHOODS: dict[Kind, LikelihoodName] = {family.error: name for name, family in FAMILIES.items() if family.error}
PLAIN_SCALES: dict[Kind, float] = {"sse": sqrt(0.5), "l1": 1.0}  # where −log p is the error itself, and a constant


@dataclass(frozen=True)
class Translation:
    """What a loss amounts to. The loss is `factor` · (−log p(x|z) + β · KL) plus a constant."""

    loss: Loss
    weights: Weights  # of the summed error and KL, batch means
    likelihood: LikelihoodName
    scale: float | None  # the Gaussian's σ or Laplace's b at which it is proportional to the −ELBO: β = 1
    declared: float | None  # the scale given by the user, or the default
    beta: float  # at the declared scale; a Bernoulli has no other
    normalised_beta: float  # β · Z / D (Higgins et al. 2017)
    factor: float  # harmless to Adam, but not to SGD, weight decay or clipping
    config: dict[str, Any] | None  # the fields of a TrainConfig that trains the same; None where its bounds forbid it
    snippet: str  # the same in PyTorch, with every term summed over its dimensions and every constant in it
    collapse: str | None  # why linear theory predicts that latent units die
    live_units: int | None  # that linear theory predicts; None without eigenvalues

    @property
    def family(self) -> Family:
        """What is known of the likelihood."""
        return FAMILIES[self.likelihood]


def translate(
    loss: Loss,
    pixels: int,
    latent_dim: int,
    batch_size: int,
    *,
    scale: float | None = None,
    eigenvalues: Sequence[float] | None = None,
) -> Translation:
    """What `loss` trains on images of D = `pixels` in [0, 1], with Z = `latent_dim` and M = `batch_size`.

    β is given at the declared `scale`, by default the one at which −log p is the plain sum of squares (σ = √½) or of
    absolute errors (b = 1). `eigenvalues` are the data's: of Cov x for a Gaussian, of Cov x against diag p̄(1 − p̄) for a
    Bernoulli. Raises `Refusal` where a name's value is missing or a sign is wrong.
    """
    weights = loss.weights(pixels, latent_dim, batch_size)
    declared = None if loss.error == "bce" else scale or PLAIN_SCALES[loss.error]
    beta, implied = _views(loss.error, weights, declared)
    honest_beta, honest_scale = beta, declared
    if implied is not None and SIGMA_BOUNDS[0] <= implied <= SIGMA_BOUNDS[1]:
        honest_beta, honest_scale = 1.0, implied
    collapse, live = _collapse(loss.error, beta, implied, pixels, latent_dim, eigenvalues)
    return Translation(
        loss=loss,
        weights=weights,
        likelihood=LIKELIHOODS[loss.error],
        scale=implied,
        declared=declared,
        beta=beta,
        normalised_beta=beta * latent_dim / pixels,
        factor=weights.reconstruction / _error_weight(loss.error, honest_scale),
        config=_config(loss.error, honest_beta, honest_scale),
        snippet=snippet(loss.error, honest_beta, honest_scale),
        collapse=collapse,
        live_units=live,
    )


def _views(error: Kind, weights: Weights, declared: float | None) -> tuple[float, float | None]:
    """(β at the declared scale, the scale at which β would be 1: None for a Bernoulli and without a KL)."""
    if declared is None:
        return tidy(weights.bernoulli_beta), None
    if error == "sse":
        return tidy(weights.gaussian_beta(declared)), tidy(weights.gaussian_sigma) or None
    return tidy(weights.laplace_beta(declared)), tidy(weights.laplace_scale) or None


def tidy(value: float) -> float:
    """784 and not 784.0000000000001, the rounding errors of a quotient of quotients."""
    return float(f"{value:.12g}")


def _error_weight(error: Kind, scale: float | None) -> float:
    """What −log p multiplies the summed error by."""
    if scale is None:
        return 1.0
    return 1 / (2 * scale**2) if error == "sse" else 1 / scale


def _config(error: Kind, beta: float, scale: float | None) -> dict[str, Any] | None:
    if beta > MAX_BETA:
        return None
    fields: dict[str, Any] = {"likelihood": LIKELIHOODS[error], "beta": beta}
    return fields if scale is None else {**fields, "scale": "fixed", "sigma": scale}


def _collapse(
    error: Kind, beta: float, scale: float | None, pixels: int, latent_dim: int, eigenvalues: Sequence[float] | None
) -> tuple[str | None, int | None]:
    """Which units linear theory leaves alive, and the sentence where it leaves none, or fewer than there are.

    A Gaussian's unit i lives iff λ_i > βσ² with λ_i of Cov x (Lucas et al. 2019, arXiv:1911.02469); a Bernoulli's iff
    λ_i > β with λ_i of Cov x against diag p̄(1 − p̄), the same expansion at the mean image. Without eigenvalues there
    are bounds for any pixels in [0, 1]: variances are at most ¼, so λ_1 ≤ D/4, and at most p̄(1 − p̄), so λ_1 ≤ D.
    """
    if error == "l1":
        return None, None
    if error == "bce":
        threshold, symbol = beta, "β"
    else:
        threshold, symbol = (scale or 0.0) ** 2, "βσ²"
    if eigenvalues is None:
        bound, why = (pixels, "D") if error == "bce" else (pixels / 4, "D/4")
        if threshold < bound:
            return None, None
        return (
            f"Linear theory predicts that every latent unit dies: one lives only where an eigenvalue of the data is "
            f"above {symbol} = {threshold:.4g}, and pixels from 0 to 1 have none above {why} = {bound:g}."
        ), 0
    live = min(latent_dim, sum(1 for value in eigenvalues if value > threshold))
    if live == latent_dim:
        return None, live
    units = "every latent unit dies" if live == 0 else f"{latent_dim - live} of {latent_dim} latent units die"
    return (
        f"Linear theory predicts that {units}: one lives only where an eigenvalue of the data is above "
        f"{symbol} = {threshold:.4g}, and the largest is {max(eigenvalues):.4g}."
    ), live


KL = "0.5 * torch.sum(mu**2 + torch.exp(logvar) - 1 - logvar) / len(x)"
RECONSTRUCTIONS: dict[Kind, tuple[str, str, str]] = {  # the decoder's output, its scale, the lines of −log p(x|z)
    "bce": (
        "logits",
        "",
        'cross_entropy = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")\n'
        "reconstruction = cross_entropy / len(x)",
    ),
    "sse": (
        "mean",
        "sigma",
        "squares = torch.sum((x - mean) ** 2) / len(x)\n"
        "constant = x[0].numel() / 2 * math.log(2 * math.pi * sigma**2)\n"
        "reconstruction = squares / (2 * sigma**2) + constant",
    ),
    "l1": (
        "mean",
        "b",
        "errors = torch.sum(torch.abs(x - mean)) / len(x)\n"
        "reconstruction = errors / b + x[0].numel() * math.log(2 * b)",
    ),
}
OUTPUTS = {"logits": "logits are the decoder's outputs, before any sigmoid.", "mean": "mean is the decoder's output."}


def snippet(error: Kind, beta: float, scale: float | None) -> str:
    """negative_elbo(output, x, mu, logvar) with this β, and this scale unless it is a Bernoulli's, as its defaults.

    In nats per image: every term is summed over its dimensions and averaged over the batch, constants included.
    """
    output, letter, lines = RECONSTRUCTIONS[error]
    arguments = [output, "x", "mu", "logvar", *([f"{letter}={scale!r}"] if letter else []), f"beta={beta!r}"]
    imports = "import math\n\nimport torch\n" if letter else "import torch\nimport torch.nn.functional as F\n"
    body = dedent(f'''
        def negative_elbo({", ".join(arguments)}):
            """−ELBO if beta = 1, nats per image; {OUTPUTS[output]}"""
            LINES
            kl = {KL}
            return reconstruction + beta * kl
    ''').replace("LINES", lines.replace("\n", "\n    "))
    return imports + "\n" + body
