"""Each recipe of the field, by its weights and by the configuration that says the same."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_core.config.train_config import TrainConfig
from vae_core.theory.convention import Implied, Weights, bernoulli_weights, gaussian_weights, implied, laplace_weights

D, Z = 784, 20  # MNIST and the usual latent code

# Where it is seen, the weights of BCE sum and KL sum, and the β that they give.
BERNOULLI = [
    ("pytorch/examples: sums", Weights(1, 1), 1),
    ("keras, August 2016: mean(D) + sum", Weights(1 / D, 1), 784),
    ("Keras blog: mean(D) + mean(Z)", Weights(1 / D, 1 / Z), 39.2),
    ("pytorch/examples before 2018: both over D", Weights(1 / D, 1 / D), 1),
    ("keras-io until 2020: sum + mean(Z)", Weights(1, 1 / Z), 0.05),
]
# The weights of SSE sum and KL sum, and the σ² that they give.
GAUSSIAN = [
    ("disentanglement_lib l2_loss: SSE + KL", Weights(1, 1), 0.5),
    ("Pythae mse: ½ SSE + KL", Weights(0.5, 1), 1),
    ("PyTorch-VAE training: mean(D) + 2.5e-4 KL, D = 12288", Weights(1 / 12288, 2.5e-4), 1.536),
    ("PyTorch-VAE validation: weight 1", Weights(1 / 12288, 1), 6144),
    ("mean(D) + KL", Weights(1 / D, 1), 392),
    ("sigma-vae-pytorch mse_vae: mean(B·D) + KL summed over B = 128, D = 2352", Weights(1 / 2352, 128), 150_528),
    ("mean(B·D) + KL summed over B = 128, D = 784", Weights(1 / D, 128), 50_176),
    ("WorldModels#12: 10 mean(D) + mean(Z), D = 12288, Z = 32", Weights(10 / 12288, 1 / 32), 19.2),
    ("disentangling-vae gaussian: 255 SSE + KL", Weights(255, 1), 1 / 510),
]
# The weights of L1 sum and KL sum, and the b that they give.
LAPLACE = [
    ("disentangling-vae laplace: 3 L1 + KL", Weights(3, 1), 1 / 3),
    ("L1 mean(D) + KL", Weights(1 / D, 1), 784),
]


@pytest.mark.parametrize(("recipe", "weights", "beta"), BERNOULLI)
def test_bce_recipes_are_betas(recipe: str, weights: Weights, beta: float) -> None:
    assert weights.bernoulli_beta == pytest.approx(beta), recipe


@pytest.mark.parametrize(("recipe", "weights", "variance"), GAUSSIAN)
def test_squared_error_recipes_are_sigmas(recipe: str, weights: Weights, variance: float) -> None:
    assert weights.gaussian_sigma**2 == pytest.approx(variance), recipe
    assert weights.gaussian_beta(weights.gaussian_sigma) == pytest.approx(1), recipe


@pytest.mark.parametrize(("recipe", "weights", "scale"), LAPLACE)
def test_absolute_error_recipes_are_scales(recipe: str, weights: Weights, scale: float) -> None:
    assert weights.laplace_scale == pytest.approx(scale), recipe
    assert weights.laplace_beta(weights.laplace_scale) == pytest.approx(1), recipe


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e2))
def test_there_and_back(beta: float, scale: float) -> None:
    assert bernoulli_weights(beta).bernoulli_beta == pytest.approx(beta)
    assert gaussian_weights(scale, beta).gaussian_beta(scale) == pytest.approx(beta)
    assert gaussian_weights(scale).gaussian_sigma == pytest.approx(scale)
    assert laplace_weights(scale, beta).laplace_beta(scale) == pytest.approx(beta)
    assert laplace_weights(scale).laplace_scale == pytest.approx(scale)


@given(st.floats(1e-2, 1e2), st.floats(1e-2, 1e1))
def test_beta_is_a_wider_scale(beta: float, scale: float) -> None:
    """σ_eff = σ √β and b_eff = b β: the loss is that of a decoder that expects larger errors."""
    actual = implied(TrainConfig(likelihood="gaussian", sigma=scale, beta=beta))
    assert actual.sigma == pytest.approx(scale * sqrt(beta))
    actual = implied(TrainConfig(likelihood="laplace", sigma=scale, beta=beta))
    assert actual.sigma == pytest.approx(scale * beta)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Implied(1, None)),
        ({"reconstruction_reduction": "mean"}, Implied(784, None)),
        ({"reconstruction_reduction": "mean", "kl_reduction": "mean"}, Implied(39.2, None)),
        ({"kl_reduction": "mean"}, Implied(0.05, None)),
        ({"likelihood": "continuous_bernoulli", "dequantize": True, "beta": 2}, Implied(2, None)),
        ({"likelihood": "gaussian"}, Implied(1, sqrt(0.5))),
        ({"likelihood": "gaussian", "sigma": 1}, Implied(1, 1)),
        ({"likelihood": "gaussian", "reconstruction_reduction": "mean"}, Implied(784, sqrt(392))),
        ({"likelihood": "gaussian", "beta": 4}, Implied(4, sqrt(2))),
        ({"likelihood": "laplace", "sigma": 1 / 3}, Implied(1, 1 / 3)),
        ({"likelihood": "laplace", "sigma": 0.1, "reconstruction_reduction": "mean"}, Implied(784, 78.4)),
        ({"likelihood": "discretized_logistic", "beta": 4}, Implied(4, None)),
        ({"likelihood": "gaussian", "scale": "shared", "beta": 4}, Implied(4, None)),
        ({"likelihood": "gaussian", "scale": "optimal", "kl_reduction": "mean"}, Implied(0.05, None)),
        ({"likelihood": "laplace", "scale": "per_pixel"}, Implied(1, None)),
        ({"likelihood": "student_t", "sigma": 0.3, "beta": 4}, Implied(4, None)),
        ({"objective": "iwae"}, Implied(1, None)),
        ({"objective": "dreg", "likelihood": "gaussian", "sigma": 0.3}, Implied(1, 0.3)),
        ({"objective": "beta_tcvae", "beta": 6}, Implied(None, None)),
        ({"objective": "beta_tcvae"}, Implied(1, None)),
        ({"objective": "mmd", "beta": 0}, Implied(None, None)),
        ({"objective": "mmd", "mmd_weight": 0, "beta": 2}, Implied(2, None)),
        ({"model": "ae"}, Implied(None, None)),
    ],
)
def test_a_configuration_says_what_it_really_trains(changes: dict[str, object], expected: Implied) -> None:
    actual = implied(TrainConfig.parse({"dataset": "mnist", "latent_dim": Z, **changes}))
    assert (actual.beta, actual.sigma) == tuple(
        value and pytest.approx(value) for value in (expected.beta, expected.sigma)
    )
