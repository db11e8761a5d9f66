"""Entropies against the likelihoods themselves: nothing below them, and they are reached."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vae_core.model.likelihoods.bernoulli import Bernoulli
from vae_core.model.likelihoods.continuous_bernoulli import ContinuousBernoulli
from vae_core.theory.entropies import bernoulli, binned_bernoulli, continuous_bernoulli

MEANS = np.array([0.001, 0.02, 0.3, 0.5, 0.5001, 0.77, 0.999])


@pytest.mark.parametrize(
    ("entropy", "likelihood"), [(bernoulli, Bernoulli()), (continuous_bernoulli, ContinuousBernoulli())]
)
def test_it_is_the_least_that_the_likelihood_gives_pixels_of_this_mean(entropy: Any, likelihood: Any) -> None:
    x = torch.from_numpy(MEANS)[:, None]
    best = likelihood.inverse_mean(x)
    actual = -likelihood.log_prob(best, x).numpy()
    np.testing.assert_allclose(entropy(MEANS), actual, atol=1e-6)
    for shift in (-0.1, 0.1):
        assert (-likelihood.log_prob(best + shift, x).numpy() > entropy(MEANS)).all()


def test_the_ends_are_certain() -> None:
    assert bernoulli(np.array([0.0, 1.0])).tolist() == [0, 0]
    np.testing.assert_allclose(binned_bernoulli(np.array([0.0]), np.array([1.0])), 0.5)  # ∫ H = ½
    np.testing.assert_allclose(continuous_bernoulli(np.array([0.5])), 0, atol=1e-12)


@given(st.floats(0, 0.99), st.floats(1e-4, 1e-2))
def test_a_bins_mean_is_that_of_many_points_in_it(low: float, width: float) -> None:
    points = low + width * (np.arange(4096) + 0.5) / 4096
    actual = binned_bernoulli(np.array([low]), np.array([low + width]))
    np.testing.assert_allclose(actual, bernoulli(points).mean(), atol=1e-6)


@given(st.floats(1e-6, 1 - 1e-6))
def test_black_and_white_are_mirrored(mean: float) -> None:
    for entropy in (bernoulli, continuous_bernoulli):
        one, other = (entropy(np.array([m])) for m in (mean, 1 - mean))
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-9)


def test_near_an_end_the_continuous_bernoulli_is_an_exponential() -> None:
    """One with the mean m has the entropy 1 + log m."""
    mean = np.array([1e-3, 1e-4])
    np.testing.assert_allclose(continuous_bernoulli(mean), 1 + np.log(mean), atol=1e-9)
