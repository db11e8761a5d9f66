from collections.abc import Callable
from math import log, pi, sqrt

import pytest
import torch
from torch import Tensor
from torch.distributions import Normal, kl_divergence
from torch.nn import functional as F

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.model.elbo import elbo_terms, kl_per_dim, log_pz, log_qz
from vae_core.model.vae import VAE, Posterior, build_model

B, Z = 32, 4


@pytest.fixture
def noise() -> torch.Tensor:
    return torch.randn(1, B, Z, generator=torch.Generator().manual_seed(5))


@pytest.fixture
def posterior() -> Posterior:
    generator = torch.Generator().manual_seed(6)
    return Posterior(torch.randn(B, Z, generator=generator), torch.randn(B, Z, generator=generator))


def test_the_kl_is_the_one_of_torch_distributions(posterior: Posterior) -> None:
    qz = Normal(posterior.loc, (0.5 * posterior.log_variance).exp())
    assert torch.allclose(kl_per_dim(posterior), kl_divergence(qz, Normal(0.0, 1.0)), rtol=1e-5, atol=1e-6)


def test_the_closed_form_is_the_monte_carlo_mean_within_its_error(posterior: Posterior) -> None:
    samples = 40_000
    qz = Normal(posterior.loc, (0.5 * posterior.log_variance).exp())
    z = posterior.sample(torch.randn(samples, B, Z, generator=torch.Generator().manual_seed(7)))
    log_ratio = (qz.log_prob(z) - Normal(0.0, 1.0).log_prob(z)).sum((-2, -1)) / B
    error = log_ratio.std().item() / sqrt(samples)
    assert kl_per_dim(posterior).sum(-1).mean().item() == pytest.approx(log_ratio.mean().item(), abs=5 * error)


def test_the_kl_is_never_negative_and_zero_at_the_prior() -> None:
    log_variance = torch.linspace(-1e-3, 1e-3, 2001)[:, None]
    assert (kl_per_dim(Posterior(torch.zeros(2001, 1), log_variance)) >= 0).all()
    assert kl_per_dim(Posterior(torch.zeros(1, 1), torch.zeros(1, 1))).item() == 0


def test_the_kl_keeps_its_digits_near_the_prior() -> None:
    tiny = torch.tensor([[1e-3]])
    assert kl_per_dim(Posterior(torch.zeros(1, 1), tiny)).item() == pytest.approx(1e-6 / 4, rel=1e-3)


def test_the_densities_of_z_are_those_of_torch_distributions(posterior: Posterior) -> None:
    z = 2 * torch.randn(3, B, Z, generator=torch.Generator().manual_seed(7))
    qz = Normal(posterior.loc, (0.5 * posterior.log_variance).exp())
    assert torch.allclose(log_qz(z, posterior), qz.log_prob(z), rtol=1e-5, atol=1e-5)
    assert torch.allclose(log_pz(z), Normal(0.0, 1.0).log_prob(z), rtol=1e-5, atol=1e-5)


def test_an_autoencoder_has_no_kl_and_no_density_to_ask_for() -> None:
    with pytest.raises(ValueError, match="no KL"):
        kl_per_dim(Posterior(torch.zeros(1, 1), None))
    with pytest.raises(ValueError, match=r"no q\(z\|x\)"):
        log_qz(torch.zeros(1, 1, 1), Posterior(torch.zeros(1, 1), None))


def test_bernoulli_terms_are_those_of_a_script_written_by_hand(model: VAE, x: Tensor, noise: Tensor) -> None:
    terms = elbo_terms(model, x, noise, (1.0, 1.0))
    loc, log_variance = model.encoder(x).chunk(2, dim=-1)
    logits = model.decoder(loc + torch.exp(0.5 * log_variance) * noise[0])
    bce = F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / B
    kld = -0.5 * torch.sum(1 + log_variance - loc**2 - log_variance.exp()) / B
    assert terms.reconstruction.item() == pytest.approx(bce.item(), rel=1e-4)
    assert terms.kl.item() == pytest.approx(kld.item(), rel=1e-4)
    assert terms.loss.item() == pytest.approx((bce + kld).item(), rel=1e-4)


def test_gaussian_reconstruction_is_the_sum_of_squares_plus_a_constant(
    small: Callable[..., TrainConfig], x: Tensor, noise: Tensor
) -> None:
    model = build_model(small(likelihood="gaussian", sigma=sqrt(0.5)), FACTS["digits"], seed=0)
    outputs = model.decode(model.posterior(x).sample(noise))[0]
    expected = (outputs - x).square().sum() / B + 0.5 * x.shape[-1] * log(pi)
    assert elbo_terms(model, x, noise, (1.0, 1.0)).reconstruction.item() == pytest.approx(expected.item(), rel=1e-4)


def test_the_slope_of_the_loss_in_beta_is_the_kl(model: VAE, x: Tensor, noise: Tensor) -> None:
    beta = torch.tensor(2.0, requires_grad=True)
    terms = elbo_terms(model, x, noise, (1.0, beta))  # type: ignore[arg-type]  # differentiated here only
    (slope,) = torch.autograd.grad(terms.loss, beta)
    assert slope.item() == terms.kl.item()


def test_several_samples_give_the_mean_over_them(model: VAE, x: Tensor) -> None:
    noise = torch.randn(5, B, Z, generator=torch.Generator().manual_seed(8))
    together = elbo_terms(model, x, noise, (1.0, 1.0)).reconstruction.item()
    singly = [elbo_terms(model, x, noise[i : i + 1], (1.0, 1.0)).reconstruction.item() for i in range(5)]
    assert together == pytest.approx(sum(singly) / 5, rel=1e-5)
    assert max(singly) - min(singly) > 1e-4


def test_an_autoencoder_minimises_the_reconstruction_alone(
    small: Callable[..., TrainConfig], x: Tensor, noise: Tensor
) -> None:
    model = build_model(small(model="ae"), FACTS["digits"], seed=0)
    terms = elbo_terms(model, x, noise, (1.0, 3.0))
    assert terms.kl is None
    assert torch.equal(terms.loss, terms.reconstruction)
    assert torch.equal(terms.loss, elbo_terms(model, x, 10 * noise, (1.0, 0.0)).loss)
