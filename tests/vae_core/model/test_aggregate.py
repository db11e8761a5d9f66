from math import log
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from vae_core.model.aggregate import Parts, split_kl, stratified
from vae_core.model.elbo import kl_per_dim
from vae_core.model.vae import Posterior

N, B, Z = 2000, 128, 10
SCALE = torch.zeros((), dtype=torch.float64)  # the type and device of log weights


def posteriors(scale: float, seed: int = 0) -> Posterior:
    """N posteriors whose means share a common part, so that the dimensions of q(z) are dependent."""
    generator = torch.Generator().manual_seed(seed)
    single = torch.randn(N, Z, generator=generator, dtype=torch.float64)
    common = torch.randn(N, 1, generator=generator, dtype=torch.float64)
    loc = (1 - scale**2) ** 0.5 * (0.7**0.5 * single + 0.3**0.5 * common)
    return Posterior(loc, torch.full_like(loc, 2 * log(scale)))


def some(posterior: Posterior, count: int, seed: int) -> tuple[Posterior, Tensor]:
    """`count` of the posteriors and one z from each, [1, count, Z]."""
    generator = torch.Generator().manual_seed(seed)
    chosen = torch.randperm(N, generator=generator)[:count]
    own = Posterior(posterior.loc[chosen], posterior.log_variance[chosen])
    return own, own.sample(torch.randn(1, count, Z, generator=generator, dtype=torch.float64))


def by_torch(z: Tensor, own: Posterior, bank: Posterior) -> Parts:
    """The parts under the exact, even mixture of the bank, by torch's own distributions."""
    scale = (0.5 * bank.log_variance).exp()
    even = torch.zeros(len(bank.loc), dtype=torch.float64)
    joint = MixtureSameFamily(Categorical(logits=even), Independent(Normal(bank.loc, scale), 1)).log_prob(z)
    mixtures = Categorical(logits=even.expand(Z, -1))
    marginals = MixtureSameFamily(mixtures, Normal(bank.loc.T, scale.T)).log_prob(z).sum(-1)
    log_qz_x = Normal(own.loc, (0.5 * own.log_variance).exp()).log_prob(z).sum(-1)
    return Parts(log_qz_x - joint, joint - marginals, marginals - Normal(0.0, 1.0).log_prob(z).sum(-1))


def of_minibatches(bank: Posterior, log_weights: Tensor, batches: int = 10) -> list[float]:
    """The three parts as minibatches of B see them, the mean over minibatches."""
    drawn = [some(bank, B, seed) for seed in range(batches)]
    actual = [torch.stack(split_kl(z, own, own, log_weights)).mean((1, 2)) for own, z in drawn]
    return torch.stack(actual).mean(0).tolist()


def exact(bank: Posterior) -> list[float]:
    own, z = some(bank, 500, seed=99)
    return [part.mean().item() for part in by_torch(z, own, bank)]


def test_an_even_bank_is_torchs_mixture() -> None:
    bank = posteriors(0.5)
    own, z = some(bank, 50, seed=1)
    actual = split_kl(z, own, bank, torch.full((N,), -log(N), dtype=torch.float64))
    for part, expected in zip(actual, by_torch(z, own, bank), strict=True):
        assert torch.allclose(part, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("scale", [0.3, 0.5, 1.0])
def test_a_minibatch_sees_the_parts_of_the_whole_within_a_nat(scale: float) -> None:
    bank = posteriors(scale)
    assert of_minibatches(bank, stratified(B, N, SCALE)) == pytest.approx(exact(bank), abs=1.0)


def _importance(batch: int, images: int) -> Tensor:
    return torch.full((batch, batch), -log(batch * images), dtype=torch.float64)


def _first_column(batch: int, images: int) -> Tensor:
    weights = torch.full((batch, batch), 1 / (batch - 1), dtype=torch.float64)
    weights[:, 0] = 1 / images  # meant for the diagonal
    return weights.log()


@pytest.mark.parametrize("wrong", [_importance, _first_column])
def test_the_weights_of_popular_code_are_more_than_a_nat_off(wrong: Any) -> None:
    bank = posteriors(0.5)
    information, correlation, _ = of_minibatches(bank, wrong(B, N))
    exact_information, exact_correlation, _ = exact(bank)
    assert abs(information - exact_information) > 1
    assert abs(correlation - exact_correlation) > 1


def test_the_parts_add_up_to_the_kl() -> None:
    bank = posteriors(0.5)
    own, z = some(bank, B, seed=1)
    total = sum(split_kl(z, own, own, stratified(B, N, SCALE)))[0]
    error = total.std().item() / B**0.5
    assert total.mean().item() == pytest.approx(kl_per_dim(own).sum(-1).mean().item(), abs=5 * error)


@pytest.mark.parametrize("scale", [1e-3, 0.3, 1.0])
def test_the_information_is_at_most_log_n_for_every_single_z(scale: float) -> None:
    bank = posteriors(scale)
    own, z = some(bank, B, seed=1)
    for weights in (stratified(B, N, SCALE), stratified(B, B, SCALE)):
        assert split_kl(z, own, own, weights).mutual_information.max() <= -weights.diagonal()[0] + 1e-9


def test_a_collapsed_posterior_has_no_parts() -> None:
    prior = Posterior(torch.zeros(B, Z), torch.zeros(B, Z))
    z = torch.randn(3, B, Z, generator=torch.Generator().manual_seed(1))
    for part in split_kl(z, prior, prior, stratified(B, N, z)):
        assert part.shape == (3, B)
        assert part.abs().max() < 1e-4


@pytest.mark.parametrize(("batch", "images"), [(1, 1), (1, 50), (2, 50), (50, 50), (128, 60_000)])
def test_stratified_weights_add_up_to_one_with_an_images_own_on_the_diagonal(batch: int, images: int) -> None:
    weights = stratified(batch, images, SCALE).exp()
    assert torch.allclose(weights.sum(1), torch.ones(batch, dtype=torch.float64))
    own = torch.full((batch,), 1.0 if batch == 1 else 1 / images, dtype=torch.float64)
    assert torch.allclose(weights.diagonal(), own)
    assert torch.allclose(weights, weights.T)


def test_the_whole_split_as_one_batch_is_the_exact_mixture() -> None:
    assert torch.allclose(stratified(50, 50, SCALE), torch.full((50, 50), -log(50), dtype=torch.float64))
