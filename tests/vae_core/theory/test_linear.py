"""Linear theory against itself and against simulated data whose answer is known."""

from math import log, pi
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_core.config.train_config import TrainConfig
from vae_core.theory.linear import fixed_optimum, largest_eigenvalue, linear_optimum, live_units, ppca, rates
from vae_core.theory.pixel_statistics import Pixels

SPECTRUM = np.array([5.0, 3.0, 2.0, 1.0, 0.5, 0.25, 0.1, 0.1, 0.05, 0.05])
LOGIT_SPECTRUM = np.array([30.0, 20.0, 10.0, 5.0, 2.0, 1.0])
PIXELS = Pixels(np.full(10, 0.5), np.full(10, SPECTRUM.mean()), np.full(10, 0.1), 3.0, SPECTRUM, LOGIT_SPECTRUM)


def config(**changes: Any) -> TrainConfig:
    return TrainConfig.parse({"latent_dim": 8, **changes})


@pytest.mark.parametrize(
    ("changes", "alive"),
    [
        ({}, 5),
        ({"beta": 15}, 2),
        ({"beta": 31}, 0),
        ({"beta": 0}, 6),
        ({"beta": 0, "latent_dim": 3}, 3),
        ({"reconstruction_reduction": "mean", "kl_reduction": "mean"}, 3),  # β = D / Z = 64 / 8
        ({"objective": "iwae"}, 5),
        ({"likelihood": "gaussian", "sigma": 1}, 3),
        ({"likelihood": "gaussian", "sigma": 1, "beta": 4}, 1),
        ({"likelihood": "gaussian", "sigma": 0.1}, 8),
        ({"likelihood": "gaussian", "scale": "shared"}, 8),
        ({"likelihood": "gaussian", "scale": "optimal", "latent_dim": 4}, 4),
        ({"likelihood": "gaussian", "scale": "optimal", "beta": 1000}, 0),
        ({"likelihood": "gaussian", "scale": "per_pixel"}, None),
        ({"likelihood": "laplace"}, None),
        ({"likelihood": "student_t"}, None),
        ({"free_bits": 0.1}, None),
        ({"model": "ae"}, None),
        ({"objective": "beta_tcvae", "beta": 6}, None),
    ],
)
def test_units_live_where_their_eigenvalue_is_above_the_threshold(changes: dict[str, Any], alive: int | None) -> None:
    assert live_units(config(**changes), PIXELS) == alive


@given(st.floats(0.05, 40), st.floats(1, 5))
def test_a_larger_weight_never_wakes_a_unit(beta: float, factor: float) -> None:
    for loss in ({}, {"likelihood": "gaussian"}, {"likelihood": "gaussian", "scale": "shared"}):
        fewer, more = (live_units(config(beta=one, **loss), PIXELS) for one in (beta * factor, beta))
        assert fewer <= more


@given(st.floats(0.05, 60))
def test_the_first_unit_lives_exactly_if_the_largest_eigenvalue_is_above_the_threshold(beta: float) -> None:
    for loss in ({}, {"likelihood": "gaussian"}, {"likelihood": "gaussian", "scale": "optimal"}):
        chosen = config(beta=beta, **loss)
        largest, threshold = largest_eigenvalue(chosen, PIXELS)
        assert (live_units(chosen, PIXELS) > 0) is (largest > threshold)


@given(st.floats(0.1, 3), st.integers(1, 9))
def test_the_optimum_is_a_reconstruction_and_the_rates(sigma: float, units: int) -> None:
    """With W of pPCA at this σ, the expected squared error is Σ of what is left out, and σ² for each live unit."""
    alive = SPECTRUM[:units][SPECTRUM[:units] > sigma**2]
    error = SPECTRUM.sum() - alive.sum() + len(alive) * sigma**2
    kl = rates(SPECTRUM, sigma**2, units)
    expected = 5 * log(2 * pi * sigma**2) + error / (2 * sigma**2) + kl.sum()
    assert fixed_optimum(PIXELS, sigma, units) == pytest.approx(expected)
    assert len(kl) == units


@pytest.mark.parametrize("units", [1, 4, 9])
def test_the_learned_sigma_is_the_best_of_the_fixed_ones(units: int) -> None:
    variance, nats = ppca(PIXELS, units)
    assert fixed_optimum(PIXELS, variance**0.5, units) == pytest.approx(nats)
    around = [fixed_optimum(PIXELS, (variance * factor) ** 0.5, units) for factor in (0.8, 0.99, 1.01, 1.25)]
    assert min(around) > nats


def test_ppca_is_minus_log_p_of_its_own_gaussian() -> None:
    """Of data whose covariance it can express in full, the entropy of that Gaussian."""
    generator = np.random.default_rng(0)
    directions = np.linalg.qr(generator.normal(size=(10, 3)))[0]
    covariance = directions @ np.diag([4.0, 2.0, 1.0]) @ directions.T + 0.01 * np.eye(10)
    pixels = Pixels(*(np.zeros(10),) * 3, 0.0, np.linalg.eigvalsh(covariance)[::-1], np.zeros(1))
    variance, nats = ppca(pixels, 3)
    assert variance == pytest.approx(0.01)
    assert nats == pytest.approx(0.5 * (10 * log(2 * pi) + np.linalg.slogdet(covariance)[1] + 10))


def test_as_many_units_as_pixels_leave_no_optimum() -> None:
    assert ppca(PIXELS, 10) is None
    flat = Pixels(*(np.zeros(3),) * 3, 0.0, np.array([1.0, 0.5, 0.0]), np.zeros(1))
    assert ppca(flat, 2) is None


@pytest.mark.parametrize("beta", [0.5, 1, 2])
def test_a_learned_sigma_settles_where_its_live_units_say(beta: float) -> None:
    """At the predicted count, σ² is stationary: the residual and β for every unit that pays its KL."""
    k = live_units(config(likelihood="gaussian", scale="shared", beta=beta, latent_dim=4), PIXELS)
    variance = SPECTRUM[k:].sum() / (10 - beta * k)
    assert SPECTRUM[k - 1] > beta * variance

    def loss(s: float) -> float:
        ratios = SPECTRUM[:k] / (beta * s)
        gain = beta * 0.5 * (ratios - 1 - np.log(ratios)).sum()
        return 5 * log(2 * pi * s) + SPECTRUM.sum() / (2 * s) - gain

    assert loss(variance) < min(loss(variance * factor) for factor in (0.9, 1.1))


@given(st.floats(0.05, 3), st.floats(0.1, 10), st.integers(1, 12))
def test_the_linear_optimum_is_where_its_parts_balance(sigma: float, beta: float, units: int) -> None:
    """Of every encoder gain, decoder weight and posterior width, the one with the least loss, a direction at a time."""
    loss = config(likelihood="gaussian", sigma=sigma, beta=beta, latent_dim=units)
    optimum = linear_optimum(loss, PIXELS)
    assert optimum is not None
    threshold = beta * sigma**2
    kl = error = 0.0
    for place, variance in enumerate(SPECTRUM):
        weight = np.sqrt(max(0.0, variance - threshold)) if place < units else 0.0
        width = threshold / (weight**2 + threshold)  # of the posterior, and the gain of its mean
        gain = weight / (weight**2 + threshold)
        kl += 0.5 * (gain**2 * variance + width - 1 - np.log(width))
        error += variance * (1 - weight * gain) ** 2 + weight**2 * width
    assert (optimum.kl, optimum.mse * 10) == (pytest.approx(kl, abs=1e-9), pytest.approx(error))
    assert optimum.sigma == sigma


@pytest.mark.parametrize("beta", [1.0, 1.4])
def test_a_fitted_scale_is_the_root_of_its_own_squared_error(beta: float) -> None:
    optimum = linear_optimum(config(likelihood="gaussian", scale="optimal", latent_dim=4, beta=beta), PIXELS)
    assert optimum is not None
    assert optimum.sigma**2 == pytest.approx(optimum.mse)
    if beta == 1:
        assert optimum.sigma**2 == pytest.approx(ppca(PIXELS, 4)[0])


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"likelihood": "laplace"},
        {"likelihood": "gaussian", "scale": "per_pixel"},
        {"likelihood": "gaussian", "free_bits": 1},
    ],
)
def test_other_losses_have_no_linear_optimum(changes: dict[str, Any]) -> None:
    assert linear_optimum(config(**changes), PIXELS) is None
