"""From weights to a model: σ, β, the configuration, the corrected lines, and what linear theory says of it.

The corrected lines, run, are this project's own loss, and the pasted one up to a factor and a constant.
"""

from collections.abc import Callable
from math import sqrt
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.model.elbo import elbo_terms
from vae_core.model.vae import build_model
from vae_core.theory.convention import implied
from vae_core.translator.algebra import number
from vae_core.translator.loss import Loss
from vae_core.translator.read_code import read_loss
from vae_core.translator.recipes import RECIPES, Summed, summed_loss
from vae_core.translator.terms import Kind
from vae_core.translator.translation import Translation, snippet, translate

D, Z, M = 784, 20, 128
BATCH, CODES = 6, 3  # where the lines run
DIGITS = FACTS["digits"]
MNIST = [5.31, 3.99, 3.25, 2.87, 2.66, 2.24, 1.75, 1.56, 1.44, 1.20, 1.13, 1.11]  # of Cov x
MNIST_BERNOULLI = [33.1, 22.2, 21.0, 16.9, 14.4, 12.5, 10.5, 9.7]  # against diag p(1 − p)


def translation_of(error: Kind, reconstruction: float, kl: float, **options: Any) -> Translation:
    return translate(Loss(error, number(reconstruction), number(kl)), D, Z, M, **options)


@given(st.sampled_from(["bce", "sse", "l1"]), st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_its_configuration_implies_what_it_says(error: Kind, reconstruction: float, kl: float) -> None:
    """The form would show the same β and σ for the configuration as the translator translation."""
    translation = translation_of(error, reconstruction, kl)
    again = implied(TrainConfig.parse({"dataset": "mnist", "latent_dim": Z, **(translation.config or {})}))
    assert again.sigma == (None if translation.scale is None else pytest.approx(translation.scale))
    if error == "bce":
        assert again.beta == pytest.approx(translation.beta)


@given(st.floats(1e-2, 1e2), st.floats(1e-2, 1e2), st.floats(1e-2, 10))
def test_both_views_of_a_gaussian_are_one(reconstruction: float, kl: float, sigma: float) -> None:
    """β at any declared σ, times its σ², is the implied σ²."""
    translation = translation_of("sse", reconstruction, kl, scale=sigma)
    assert translation.beta * sigma**2 == pytest.approx((translation.scale or 0) ** 2)
    assert translation.declared == sigma


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
    translation = translation_of("sse", 1, 0)
    assert (translation.scale, translation.beta, translation.declared) == (None, 0, pytest.approx(sqrt(0.5)))
    assert translation.config == {
        "likelihood": "gaussian",
        "scale": "fixed",
        "sigma": pytest.approx(sqrt(0.5)),
        "beta": 0,
    }


def test_a_sigma_beyond_the_forms_bounds_is_said_by_beta() -> None:
    translation = translate(RECIPES["sigma-vae-mse"].loss, 2352, Z, M)
    assert translation.scale == pytest.approx(sqrt(150_528))
    assert translation.config is not None
    assert translation.config["beta"] == pytest.approx(2 * 150_528)
    assert translation_of("bce", 1e-6, 10).config is None


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
def test_linear_theory_counts_live_units(error: Kind, kl: float, eigenvalues: list[float], live: int | None) -> None:
    assert translation_of(error, 1, kl, eigenvalues=eigenvalues).live_units == live


def test_the_warning_has_the_numbers() -> None:
    dead = translate(RECIPES["keras-blog"].loss, D, Z, M, eigenvalues=MNIST_BERNOULLI)
    assert dead.collapse == (
        "Linear theory predicts that every latent unit dies: one lives only where an eigenvalue of the data is above "
        "β = 39.2, and the largest is 33.1."
    )
    some = translation_of("sse", 1, 7, eigenvalues=MNIST)
    assert some.collapse is not None
    assert "18 of 20 latent units die" in some.collapse
    assert "βσ² = 3.5" in some.collapse
    assert translation_of("sse", 1, 1e-3, eigenvalues=[1.0] * 30).collapse is None


def test_without_eigenvalues_only_the_certain_collapse_is_told() -> None:
    """No image with pixels in [0, 1] has an eigenvalue above D/4, or above D in the Bernoulli's measure."""
    assert "none above D/4 = 196" in (translate(RECIPES["sigma-vae-mse"].loss, D, Z, M).collapse or "")
    assert "none above D = 784" in (translate(RECIPES["keras-2016"].loss, D, Z, M).collapse or "")
    assert translate(RECIPES["keras-blog"].loss, D, Z, M).collapse is None
    assert translate(RECIPES["pytorch-vae"].loss, D, Z, M).live_units is None


def negative_elbo(code: str) -> Callable[..., Any]:
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102  this project's own lines
    function: Callable[..., Any] = names["negative_elbo"]
    return function


@pytest.mark.parametrize("name", RECIPES)
def test_it_is_the_loss_that_its_configuration_trains(name: str) -> None:
    translation = translate(RECIPES[name].loss, DIGITS.dimensions, CODES, BATCH)
    config = TrainConfig.parse({"latent_dim": CODES, "hidden": [8], **(translation.config or {})})
    model = build_model(config, DIGITS, 0)
    x = torch.rand(BATCH, DIGITS.dimensions, generator=torch.Generator().manual_seed(0))
    noise = torch.randn(1, BATCH, CODES, generator=torch.Generator().manual_seed(1))
    posterior = model.posterior(x)
    output = model.decode(posterior.sample(noise))[0]
    ours = elbo_terms(model, x, noise, (1.0, config.beta))
    lines = negative_elbo(translation.snippet)
    assert lines(output, x, posterior.loc, posterior.log_variance).item() == pytest.approx(ours.loss.item(), rel=1e-5)


@pytest.mark.parametrize("name", ["pytorch-vae", "keras-2016", "disentangling-vae-laplace", "keras-io-2020"])
def test_the_pasted_loss_is_a_factor_and_a_constant_away(name: str) -> None:
    """The difference between two batches leaves the constant out."""
    translation = translate(RECIPES[name].loss, 784, CODES, BATCH)
    error = {"bce": "binary_cross_entropy", "sse": "mse_loss", "l1": "l1_loss"}[translation.loss.error]
    measured = []
    for seed in (1, 2):
        made = torch.Generator().manual_seed(seed)
        x, r = torch.rand(BATCH, 784, generator=made), 0.1 + 0.8 * torch.rand(BATCH, 784, generator=made)
        mu, logvar = torch.randn(2, BATCH, CODES, generator=made)
        kl = 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum() / BATCH
        errors = getattr(torch.nn.functional, error)(r, x, reduction="sum") / BATCH
        output = torch.logit(r) if translation.likelihood == "bernoulli" else r
        theirs = translation.weights.reconstruction * errors + translation.weights.kl * kl
        measured.append((theirs.item(), negative_elbo(translation.snippet)(output, x, mu, logvar).item()))
    (theirs, ours), (other, our_other) = measured
    assert theirs - other == pytest.approx(translation.factor * (ours - our_other), rel=1e-3)


@pytest.mark.parametrize(("error", "scale"), [("bce", None), ("sse", 0.3), ("l1", 0.2)])
def test_it_reads_itself(error: Kind, scale: float | None) -> None:
    """Pasted back, its lines are the same loss, β and all, once the constant is left out: its size is a tensor's."""
    code = snippet(error, 2.5, scale)
    without = code.replace(" + x[0].numel() * math.log(2 * b)", "").replace(" + constant", "")
    translation = translate(read_loss(without), 784, CODES, BATCH, scale=scale)
    assert translation.beta == pytest.approx(2.5)
