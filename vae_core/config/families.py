"""What the rest of the program must know of each likelihood and each objective, as data. No torch here.

A family's own formula is in `vae_core.model.likelihoods`; everything that is said, drawn or decided outside it is read
from here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import lgamma, log, pi, sqrt
from typing import Literal

LikelihoodName = Literal[
    "bernoulli", "continuous_bernoulli", "gaussian", "laplace", "student_t", "discretized_logistic"
]
ObjectiveName = Literal["elbo", "iwae", "ciwae", "dreg", "beta_tcvae", "mmd"]
Scale = Literal["fixed", "shared", "optimal", "per_pixel"]
SCALES: tuple[Scale, ...] = ("fixed", "shared", "optimal", "per_pixel")


@dataclass(frozen=True)
class Family:
    """A likelihood p(x|z). Functions take the family's own `fields` of the configuration by name."""

    title: str
    short: str  # the loss, as people call it
    decoder: str  # as in "a Gaussian decoder"
    symbol: str  # p(x|z), with {scale} and the family's own fields
    measure: Literal[
        "bound", "density", "probability"
    ]  # what p(x|z) is of grey pixels; a bound is exact for binary ones
    help: str
    about: str  # on grey pixels
    about_binary: str = ""  # on black and white ones, where it has them
    error: Literal["bce", "sse", "l1"] | None = None  # the plain loss that −log p is, up to its scale and a constant
    letter: str = ""  # of its scale
    scale_help: str = ""
    scales: tuple[Scale, ...] = ()
    refused_scales: Mapping[Scale, str] = field(default_factory=dict)  # with the reason, after "is optimal"
    best_scale: str = ""  # what the most likely scale of a minibatch is, where a formula gives it
    deviation: Callable[..., float] = lambda: 1.0  # standard deviation at a scale of 1
    constant: Callable[..., float] = lambda: 0.0  # −log p of a pixel at its location, at a scale of 1
    floor: str = ""  # the same of D pixels at any scale, as a formula; none for what is no density with a scale
    unbounded: str = ""  # why it needs dequantised pixels, where it does
    reading: str | None = None  # the row of the likelihood X-ray that reads every decoder as this one
    fields: tuple[str, ...] = ()  # of the configuration, that no other family has


FAMILIES: dict[LikelihoodName, Family] = {
    "bernoulli": Family(
        title="Bernoulli (BCE)",
        short="BCE",
        decoder="Bernoulli",
        symbol="Bernoulli(x̂)",
        measure="bound",
        help="Bernoulli's −log p is the binary cross-entropy (BCE)",
        about="−log p(x|z) is the cross-entropy. On grey pixels it is the expected value over binarised images: a "
        "bound for those, not a density of the grey ones, and it never reaches 0.",
        about_binary="−log p(x|z) is the cross-entropy: on black and white pixels, the probability of the image "
        "itself. Numbers of two ways to binarise are never compared.",
        error="bce",
        reading="soft_bernoulli",
    ),
    "continuous_bernoulli": Family(
        title="Continuous Bernoulli (CB)",
        short="CB",
        decoder="continuous Bernoulli",
        symbol="CB(λ)",
        measure="density",
        help="the continuous Bernoulli is its density for grey pixels",
        about="−log p(x|z) is the cross-entropy with the normaliser that makes it a density of grey pixels. Pixels "
        "that are always black have no finite best density: dequantise.",
        unbounded="on pixels that are always black its density has no limit",
        reading="continuous_bernoulli_raw",
    ),
    "gaussian": Family(
        title="Gaussian (MSE)",
        short="MSE",
        decoder="Gaussian",
        symbol="N(x̂, {scale}²)",
        measure="density",
        help="a Gaussian's is the squared error (MSE) over 2σ², plus a constant",
        about="−log p(x|z) is the squared error divided by 2σ², plus a constant; σ = √½ gives the plain sum of "
        "squares.",
        error="sse",
        letter="σ",
        scale_help="a Gaussian's standard deviation, where √½ makes the loss the sum of squares plus a constant",
        scales=SCALES,
        best_scale="root mean squared error",
        constant=lambda: 0.5 * log(2 * pi),
        floor="(D/2) log 2πσ²",
        reading="gaussian_fitted",
    ),
    "laplace": Family(
        title="Laplace (L1)",
        short="L1",
        decoder="Laplace",
        symbol="Laplace(x̂, {scale})",
        measure="density",
        help="a Laplace's is the absolute error (L1) over its scale, plus a constant",
        about="−log p(x|z) is the absolute error divided by the scale b, plus a constant. A large error costs less "
        "than its square would.",
        error="l1",
        letter="b",
        scale_help="a Laplace's mean absolute deviation",
        scales=SCALES,
        best_scale="mean absolute error",
        deviation=lambda: sqrt(2),
        constant=lambda: log(2),
        floor="D log 2b",
    ),
    "student_t": Family(
        title="Student-t",
        short="Student-t",
        decoder="Student-t",
        symbol="t(x̂, {scale}; ν = {nu:g})",
        measure="density",
        help="a Student-t's grows with the logarithm of a large error only",
        about="−log p(x|z) is (ν + 1)/2 · log(1 + (x − x̂)²/(ν s²)) a pixel, plus log s and a constant: it grows with "
        "the logarithm of a large error, so that outliers cost little. No weight of squared or absolute errors amounts "
        "to it, and linear theory says nothing of it; a large ν makes it the Gaussian's.",
        letter="s",
        scale_help="a Student-t's s, whose standard deviation is s·√(ν/(ν − 2))",
        scales=("fixed", "shared", "per_pixel"),
        refused_scales={"optimal": "for which the Student-t has no closed form"},
        deviation=lambda nu: sqrt(nu / (nu - 2)),
        constant=lambda nu: lgamma(nu / 2) - lgamma((nu + 1) / 2) + 0.5 * log(nu * pi),
        floor="D log(s √(νπ) Γ(ν/2) / Γ((ν + 1)/2))",
        fields=("nu",),
    ),
    "discretized_logistic": Family(
        title="Discretised logistic",
        short="logistic",
        decoder="discretised logistic",
        symbol="Logistic(x̂, {scale}) over 256 levels",
        measure="probability",
        help="the discretised logistic gives each of the 256 grey levels a probability",
        about="Each of the 256 grey levels has a probability, so −log p(x|z) is never below 0, needs no dequantising, "
        "and is bits per pixel as it stands.",
        letter="s",
        scale_help="the logistic's s",
        scales=("fixed", "shared", "per_pixel"),
        refused_scales={"optimal": "for which the discretised logistic has no formula"},
        deviation=lambda: pi / sqrt(3),
    ),
}
SCALED = tuple(name for name, family in FAMILIES.items() if family.scales)  # with a location and a scale


@dataclass(frozen=True)
class ObjectiveFacts:
    """What is maximised."""

    title: str
    help: str
    sentence: str = ""  # what is minimised, with the configuration's fields, where it is not the −ELBO
    importance: bool = False  # whether it weighs K samples against each other, and knows no β
    bound: bool = True  # whether it is a bound on log p(x)
    fields: tuple[str, ...] = ()  # of the configuration, that only some objectives have


OBJECTIVES: dict[ObjectiveName, ObjectiveFacts] = {
    "elbo": ObjectiveFacts("ELBO", "the ELBO itself"),
    "iwae": ObjectiveFacts(
        "IWAE",
        "the importance-weighted bound",
        "The objective is the importance-weighted bound (IWAE) with K = {importance_samples}.",
        importance=True,
        fields=("importance_samples",),
    ),
    "ciwae": ObjectiveFacts(
        "CIWAE",
        "its mixture with the ELBO",
        "The objective (CIWAE) is {elbo_weight:g} of the ELBO and {bound_weight:g} of the importance-weighted bound "
        "with K = {importance_samples}.",
        importance=True,
        fields=("importance_samples", "elbo_weight"),
    ),
    "dreg": ObjectiveFacts(
        "IWAE, DReG gradient",
        "the importance-weighted bound with a less noisy gradient",
        "The objective is the importance-weighted bound with K = {importance_samples}, by the less noisy DReG "
        "gradient.",
        importance=True,
        fields=("importance_samples",),
    ),
    "beta_tcvae": ObjectiveFacts(
        "β-TCVAE",
        "the KL split into three, with a weight on the total correlation",
        "The objective is the β-TCVAE's: the total correlation alone, not the whole KL, has the weight {beta:g}.",
        bound=False,
    ),
    "mmd": ObjectiveFacts(
        "ELBO and MMD",
        "the ELBO with a penalty on the distance from the prior",
        "The objective is the ELBO with the KL times {beta:g}, and a penalty of {mmd_weight:g} times the squared "
        "distance (MMD) of the codes from the prior.",
        bound=False,
        fields=("mmd_weight",),
    ),
}


def likelihoods_with(name: str) -> list[str]:
    """The likelihoods that have a field of the configuration to themselves."""
    return [likelihood for likelihood, family in FAMILIES.items() if name in family.fields]


def objectives_with(name: str) -> list[str]:
    """The objectives that have a field of the configuration."""
    return [objective for objective, facts in OBJECTIVES.items() if name in facts.fields]
