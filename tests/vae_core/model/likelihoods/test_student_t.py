"""The Student-t against SciPy's, against the Gaussian that it becomes, and against its own integrals."""

from math import sqrt

import numpy as np
import pytest
import torch
from scipy import integrate, stats

from vae_core.config.families import Scale
from vae_core.config.train_config import RefusedConfig, TrainConfig
from vae_core.model.likelihoods import choose_likelihood
from vae_core.model.likelihoods.gaussian import Gaussian
from vae_core.model.likelihoods.pixels import bins
from vae_core.model.likelihoods.student_t import StudentT

NUS = [2.1, 5, 30.5, 1e6]
GRID = torch.linspace(-3, 3, 61, dtype=torch.float64).reshape(-1, 1)  # an image of one pixel each
HALF = torch.full_like(GRID, 0.5)


def double(nu: float, sigma: float = 0.2) -> StudentT:
    return StudentT(sigma, "fixed", nu).double()


@pytest.mark.parametrize("nu", NUS)
def test_it_is_scipys_density(nu: float) -> None:
    expected = stats.t.logpdf(GRID.numpy(), nu, loc=0.5, scale=0.2).sum(-1)
    np.testing.assert_allclose(double(nu).log_prob(HALF, GRID).numpy(), expected, rtol=1e-6)


@pytest.mark.parametrize("nu", NUS)
def test_it_integrates_to_one(nu: float) -> None:
    likelihood, loc = double(nu), torch.tensor([[0.5]], dtype=torch.float64)

    def density(x: float) -> float:
        return likelihood.log_prob(loc, torch.tensor([[x]], dtype=torch.float64)).exp().item()

    halves = [integrate.quad(density, *ends, epsabs=1e-10)[0] for ends in ((-np.inf, 0.5), (0.5, np.inf))]
    assert sum(halves) == pytest.approx(1, abs=1e-7)


def test_a_million_degrees_of_freedom_make_it_the_gaussian() -> None:
    x = torch.linspace(0.5 - 4 * 0.2, 0.5 + 4 * 0.2, 81, dtype=torch.float64).reshape(-1, 1)
    loc = torch.full_like(x, 0.5)
    gaussian = Gaussian(0.2).double().log_prob(loc, x)
    torch.testing.assert_close(double(1e6).log_prob(loc, x), gaussian, rtol=0, atol=1e-4)


@pytest.mark.parametrize("scale", ["fixed", "shared", "per_pixel"])
def test_its_gradient_is_that_of_differences(scale: Scale) -> None:
    likelihood = StudentT(0.3, scale, 3.5).double()
    generator = torch.Generator().manual_seed(0)
    outputs = torch.randn((2, 3, 4 * likelihood.outputs_per_pixel), generator=generator, dtype=torch.float64)
    x = torch.rand((3, 4), generator=generator, dtype=torch.float64)
    leaves = [outputs.requires_grad_(), *likelihood.parameters()]
    assert torch.autograd.gradcheck(lambda *_: likelihood.log_prob(outputs, x), leaves)


@pytest.mark.parametrize("nu", [2.5, 5, 40])
def test_its_variance_is_scipys(nu: float) -> None:
    outputs = torch.zeros(1, 1)
    assert StudentT(0.2, "fixed", nu).variance(outputs).item() == pytest.approx(stats.t.var(nu, scale=0.2), rel=1e-5)


@pytest.mark.parametrize("nu", NUS)
def test_its_samples_are_distributed_as_scipys(nu: float) -> None:
    draws = StudentT(0.2, "fixed", nu).sample(torch.full((1, 1, 20_000), 0.5), torch.Generator().manual_seed(1))
    assert stats.kstest(draws.flatten().numpy(), stats.t(nu, loc=0.5, scale=0.2).cdf).pvalue > 0.01


@pytest.mark.parametrize("nu", NUS)
def test_the_probability_of_a_level_is_scipys(nu: float) -> None:
    levels = torch.arange(256).reshape(-1, 1)
    masses = StudentT(0.05, "fixed", nu).log_mass(torch.full((256, 1), 0.4), *bins(levels, dequantized=False))
    edges = np.concatenate([[-np.inf], (np.arange(255) + 0.5) / 255, [np.inf]])
    t = stats.t(nu, loc=0.4, scale=0.05)
    expected = np.log(np.where(edges[:-1] < 0.4, np.diff(t.cdf(edges)), -np.diff(t.sf(edges))))
    np.testing.assert_allclose(masses.numpy(), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("nu", [50, 1e3, 1e6])
def test_tails_too_small_for_a_float_go_on_without_a_step(nu: float) -> None:
    t = -torch.logspace(0.5, 6, 400, dtype=torch.float64)
    log_cdf = double(nu)._log_cdf(t)
    assert torch.isfinite(log_cdf).all()
    hazard = log_cdf.diff() / -t.diff()  # −(log F)′ between two points, which rises to its limit ν/|t| and then falls
    density = double(nu, 1.0).log_prob(torch.zeros(400, 1, dtype=torch.float64), t.reshape(-1, 1))
    ratio = (density - log_cdf)[1:]  # log of the hazard at each point
    assert torch.isfinite(ratio).all()
    middle = torch.sqrt(ratio.exp() * (density - log_cdf)[:-1].exp())
    torch.testing.assert_close(-hazard, middle, rtol=2e-2, atol=0)


@pytest.mark.parametrize("scale", ["fixed", "shared", "per_pixel"])
def test_the_configuration_names_its_degrees_of_freedom(scale: str) -> None:
    likelihood = choose_likelihood(TrainConfig.parse({"likelihood": "student_t", "scale": scale, "nu": 7.5}))
    assert isinstance(likelihood, StudentT)
    assert (likelihood.nu, likelihood.scale) == (7.5, scale)


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"scale": "optimal"}, "scale", "no closed form; choose shared or per_pixel"),
        ({"nu": 2}, "nu", "must be above 2, not 2"),
        ({"nu": 1e7}, "nu", "must be at most 1000000"),
        ({"binarize": "static"}, "binarize", "only likelihood=bernoulli"),
    ],
)
def test_what_it_cannot_be_is_refused(changes: dict[str, object], field: str, reason: str) -> None:
    with pytest.raises(RefusedConfig) as refusal:
        TrainConfig.parse({"likelihood": "student_t", **changes})
    (error,) = refusal.value.errors
    assert error.field == field
    assert reason in error.message


def test_it_pulls_less_at_an_outlier_than_the_gaussian_of_its_variance() -> None:
    def pull(likelihood: StudentT | Gaussian) -> float:
        loc = torch.zeros(1, 1, requires_grad=True)
        likelihood.log_prob(loc, torch.ones(1, 1)).sum().backward()
        assert loc.grad is not None
        return loc.grad.item()

    assert pull(StudentT(0.05, "fixed", 5)) < pull(Gaussian(0.05 * sqrt(5 / 3))) / 10
