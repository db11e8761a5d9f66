"""The least −log p that a decoder can have on pixels of a given mean: the entropy of its family at that mean.

−log p(x|η) = A(η) − xη is linear in x for an exponential family with the natural parameter η. So on pixels x with the
mean m, whether in one image or in all of them, the best η is the one whose own mean is m, and what remains is
A(η) − mη, the family's entropy there. No torch here.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def bernoulli(mean: Array) -> Array:
    """H(m) = −m log m − (1 − m) log(1 − m) in nats, for means in [0, 1]: the least BCE."""
    return _surprise(mean) + _surprise(1 - mean)


def binned_bernoulli(low: Array, high: Array) -> Array:
    """The mean of H over [low, high], bins inside [0, 1]: its integral has a closed form."""
    return (_integral(high) - _integral(low) + _integral(1 - low) - _integral(1 - high)) / (high - low)


def continuous_bernoulli(mean: Array) -> Array:
    """The entropy in nats of the continuous Bernoulli with these means in (0, 1): negative, 0 for the uniform one.

    Its mean 1/(1 − e^−η) − 1/η rises with η, so η follows by bisection (Loaiza-Ganem and Cunningham 2019,
    arXiv:1907.06845). A mean so near an end that |η| would pass 2²⁰ is taken at that η.
    """
    low, high = np.full_like(mean, -(2.0**20)), np.full_like(mean, 2.0**20)
    for _ in range(80):  # 2²¹ / 2⁸⁰ is below the last bit of any η
        middle = (low + high) / 2
        below = continuous_bernoulli_mean(middle) < mean
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    eta = (low + high) / 2
    return log_integral(eta) - mean * eta


def _surprise(p: Array) -> Array:
    """−p log p, 0 at 0."""
    return -p * np.log(np.where(p > 0, p, 1))


def _integral(p: Array) -> Array:
    """∫₀ᵖ −t log t dt = p²/4 − (p²/2) log p."""
    return p**2 / 4 + p * _surprise(p) / 2


def continuous_bernoulli_mean(eta: Array) -> Array:
    """The mean for a natural parameter, by its series near 0, where both fractions grow without end."""
    near = np.abs(eta) < 1e-3
    safe = np.where(near, 1, eta)
    with np.errstate(over="ignore"):  # e^∞ in a denominator has the limit 0, which is correct
        return np.where(near, 0.5 + eta / 12, -1 / np.expm1(-safe) - 1 / safe)


def log_integral(eta: Array) -> Array:
    """log ∫₀¹ e^(xη) dx = log((e^η − 1)/η), with e^η taken out where η > 0, so that nothing overflows."""
    size = np.abs(eta)
    near = size < 1e-6
    safe = np.where(near, 1, size)
    return np.where(near, -size / 2, np.log(-np.expm1(-safe) / safe)) + np.maximum(eta, 0)
