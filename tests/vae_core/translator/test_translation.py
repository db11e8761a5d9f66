"""From weights to a model: σ, β, the configuration, and what linear theory says of it."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_core.config.train_config import TrainConfig
from vae_core.theory.convention import implied
from vae_core.translator.algebra import number
from vae_core.translator.loss import Loss
from vae_core.translator.recipes import RECIPES, Summed, summed_loss
from vae_core.translator.translation import Translation, translate

D, Z, M = 784, 20, 128
MNIST = [5.31, 3.99, 3.25, 2.87, 2.66, 2.24, 1.75, 1.56, 1.44, 1.20, 1.13, 1.11]  # of Cov x
MNIST_BERNOULLI = [33.1, 22.2, 21.0, 16.9, 14.4, 12.5, 10.5, 9.7]  # against diag p(1 − p)


def told(error: str, reconstruction: float, kl: float, **options: object) -> Translation:
    return translate(Loss(error, number(reconstruction), number(kl)), D, Z, M, **options)


@given(st.sampled_from(["bce", "sse", "l1"]), st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_its_configuration_implies_what_it_says(error: str, reconstruction: float, kl: float) -> None:
    """The form would show the same β and σ for the configuration as the translator found."""
    found = told(error, reconstruction, kl)
    again = implied(TrainConfig.parse({"dataset": "mnist", "latent_dim": Z, **(found.config or {})}))
    assert again.sigma == (None if found.scale is None else pytest.approx(found.scale))
    if error == "bce":
        assert again.beta == pytest.approx(found.beta)


@given(st.floats(1e-2, 1e2), st.floats(1e-2, 1e2), st.floats(1e-2, 10))
def test_both_views_of_a_gaussian_are_one(reconstruction: float, kl: float, sigma: float) -> None:
    """β at any declared σ, times its σ², is the implied σ²."""
    found = told("sse", reconstruction, kl, scale=sigma)
    assert found.beta * sigma**2 == pytest.approx((found.scale or 0) ** 2)
    assert found.declared == sigma


@given(st.sampled_from(sorted(RECIPES)), st.floats(1e-3, 1e3))
def test_a_common_factor_changes_nothing_but_the_factor(name: str, factor: float) -> None:
    loss = RECIPES[name].loss
    scaled = Loss(loss.error, number(factor) * loss.reconstruction, number(factor) * loss.kl)
    one, other = translate(loss, D, Z, M), translate(scaled, D, Z, M)
    assert (one.beta, one.scale) == (pytest.approx(other.beta), other.scale and pytest.approx(other.scale))
    assert other.factor == pytest.approx(factor * one.factor)


def test_higgins_normalises_beta_by_the_sizes() -> None:
    assert translate(RECIPES["keras-blog"].loss, D, Z, M).normalised_beta == pytest.approx(1)


def test_a_loss_without_a_kl_has_no_scale_of_its_own() -> None:
    found = told("sse", 1, 0)
    assert (found.scale, found.beta, found.declared) == (None, 0, pytest.approx(sqrt(0.5)))
    assert found.config == {"likelihood": "gaussian", "scale": "fixed", "sigma": pytest.approx(sqrt(0.5)), "beta": 0}


def test_a_sigma_beyond_the_forms_bounds_is_said_by_beta() -> None:
    found = translate(RECIPES["sigma-vae-mse"].loss, 2352, Z, M)
    assert found.scale == pytest.approx(sqrt(150_528))
    assert found.config is not None
    assert found.config["beta"] == pytest.approx(2 * 150_528)
    assert told("bce", 1e-6, 10).config is None


def test_reductions_make_a_loss() -> None:
    loss = summed_loss("sse", Summed("mean"), Summed(batch="sum"))
    assert translate(loss, D, Z, M).scale == pytest.approx(sqrt(M * D / 2))


@pytest.mark.parametrize(
    ("error", "kl", "eigenvalues", "live"),
    [
        *(("bce", beta, MNIST_BERNOULLI, live) for beta, live in ((15, 4), (28, 1), (36, 0), (50, 0))),
        *(("sse", 2 * variance, MNIST, live) for variance, live in ((1, 12), (3.5, 2), (4.5, 1), (6, 0))),
        ("sse", 1e-3, [1.0] * 30, Z),
        ("l1", 1e6, MNIST, None),
    ],
)
def test_linear_theory_counts_live_units(error: str, kl: float, eigenvalues: list[float], live: int | None) -> None:
    assert told(error, 1, kl, eigenvalues=eigenvalues).live_units == live


def test_the_warning_has_the_numbers() -> None:
    dead = translate(RECIPES["keras-blog"].loss, D, Z, M, eigenvalues=MNIST_BERNOULLI)
    assert dead.collapse == (
        "Linear theory predicts that every latent unit dies: one lives only where an eigenvalue of the data is above "
        "β = 39.2, and the largest is 33.1."
    )
    some = told("sse", 1, 7, eigenvalues=MNIST)
    assert some.collapse is not None
    assert "18 of 20 latent units die" in some.collapse
    assert "βσ² = 3.5" in some.collapse
    assert told("sse", 1, 1e-3, eigenvalues=[1.0] * 30).collapse is None


def test_without_eigenvalues_only_the_certain_collapse_is_told() -> None:
    """No image with pixels in [0, 1] has an eigenvalue above D/4, or above D in the Bernoulli's measure."""
    assert "none above D/4 = 196" in (translate(RECIPES["sigma-vae-mse"].loss, D, Z, M).collapse or "")
    assert "none above D = 784" in (translate(RECIPES["keras-2016"].loss, D, Z, M).collapse or "")
    assert translate(RECIPES["keras-blog"].loss, D, Z, M).collapse is None
    assert translate(RECIPES["pytorch-vae"].loss, D, Z, M).live_units is None
