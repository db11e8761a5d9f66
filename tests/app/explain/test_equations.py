"""Each formula that is shown, parsed from its LaTeX and evaluated, is what `vae_core` computes."""

from collections.abc import Callable
from math import exp, log

import numpy as np
import pytest
import torch
from sympy import E, Symbol, pi
from sympy.parsing.latex import parse_latex
from torch import Tensor

from app.explain.equations import EQUATIONS, mathml
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.evaluation.gradients import GradientNoise
from vae_core.model.elbo import elbo_terms, kl_per_dim
from vae_core.model.likelihoods.bernoulli import Bernoulli
from vae_core.model.likelihoods.continuous_bernoulli import ContinuousBernoulli
from vae_core.model.likelihoods.gaussian import Gaussian
from vae_core.model.vae import Posterior, build_model
from vae_core.theory import entropies, linear
from vae_core.theory.convention import Weights
from vae_core.theory.pixel_statistics import Pixels
from vae_core.theory.references import collapsed

NAMES = {r"\hat{x}": "m", "V_x": "A", "V_z": "B", "a_K": "K", "a_R": "R", "b_R": "R", r"\lambda_i": "v"}


def value(name: str, **values: float) -> float:
    """The right side of an equation at these values, with names that are one letter to the parser."""
    text = EQUATIONS[name].right
    for shown, letter in NAMES.items():
        text = text.replace(shown, letter)
    given = {Symbol(letter): number for letter, number in values.items()}
    parsed = parse_latex(text)
    assert {str(symbol) for symbol in parsed.free_symbols} - {"e", "pi"} == values.keys()
    return float(parsed.subs({**given, Symbol("e"): E, Symbol("pi"): pi}))


def one(number: float) -> Tensor:
    return torch.tensor([[number]], dtype=torch.float64)


ETA, X = 1.7, 0.3
P = 1 / (1 + np.exp(-ETA))
CB = ContinuousBernoulli()


def of_cb(eta: float) -> float:
    """log C from the core: what its density has beyond the Bernoulli's formula."""
    return (CB.log_prob(one(eta), one(X)) - Bernoulli().log_prob(one(eta), one(X))).item()


C = exp(of_cb(ETA))


def noise(M: int, L: int) -> float:
    """‖E g‖² over the squared ratio: the variance that the core's ratio stands for."""
    return 9 / GradientNoise(9, 5 / M, 3 / (M * L)).snr ** 2


def mean_image(variance: float, sigma: float) -> float:
    """The collapsed value of images whose every pixel varies so much, a pixel."""
    some = np.full(FACTS["digits"].dimensions, variance)
    looked_at = Pixels(mean=some, variance=some, deviation=some, entropy=0.0, spectrum=some, logit_spectrum=some)
    cost = collapsed(TrainConfig(likelihood="gaussian", sigma=sigma), looked_at)
    assert cost is not None
    return cost / len(some)


CASES: list[tuple[str, dict[str, float], Callable[[], float]]] = [
    ("kl", {"mu": 0.7, "sigma": 0.2}, lambda: kl_per_dim(Posterior(one(0.7), one(2 * log(0.2)))).item()),
    ("gaussian", {"x": X, "m": 0.8, "sigma": 0.2}, lambda: -Gaussian(0.2).log_prob(one(0.8), one(X)).item()),
    ("bernoulli", {"x": X, "p": P}, lambda: -Bernoulli().log_prob(one(ETA), one(X)).item()),
    ("entropy", {"x": X}, lambda: float(entropies.bernoulli(np.array(X)))),
    ("normaliser", {"eta": ETA}, lambda: of_cb(ETA)),
    ("continuous_bernoulli", {"x": X, "eta": ETA, "C": C}, lambda: -CB.log_prob(one(ETA), one(X)).item()),
    ("continuous_bernoulli_mean", {"eta": ETA}, lambda: CB.mean(one(ETA)).item()),
    ("noise", {"A": 5, "B": 3, "M": 100, "L": 2}, lambda: noise(100, 2)),
    ("implied_variance", {"K": 0.3, "R": 2}, lambda: Weights(2, 0.3).gaussian_sigma ** 2),
    ("implied_beta", {"K": 0.3, "R": 2}, lambda: Weights(2, 0.3).bernoulli_beta),
    ("collapsed", {"v": 0.07, "sigma": 0.4}, lambda: mean_image(0.07, 0.4)),
    ("live", {"v": 2, "beta": 3, "sigma": 0.4}, lambda: linear.rates(np.array([2.0]), 3 * 0.4**2, 1)[0]),
]


@pytest.mark.parametrize(("name", "values", "computed"), CASES)
def test_a_formula_has_the_cores_value(name: str, values: dict[str, float], computed: Callable[[], float]) -> None:
    assert value(name, **values) == pytest.approx(computed(), rel=1e-6)


def test_the_bound_is_the_sum_of_the_terms_of_a_step() -> None:
    model = build_model(TrainConfig(hidden=(8,), latent_dim=3), FACTS["digits"], seed=0)
    terms = elbo_terms(model, torch.rand((16, 64)), torch.randn((1, 16, 3)), (1.0, 1.0))
    assert terms.kl is not None
    shown = value("negative_elbo", R=terms.reconstruction.item(), K=terms.kl.item())
    assert shown == pytest.approx(terms.loss.item())


def test_every_formula_is_evaluated_here_and_becomes_mathml() -> None:
    tested = {name for name, _, _ in CASES}
    assert tested | {"negative_elbo"} == EQUATIONS.keys()
    for equation in EQUATIONS.values():
        shown = mathml(equation.latex)
        assert shown.startswith("<math")
        assert "style=" not in shown
