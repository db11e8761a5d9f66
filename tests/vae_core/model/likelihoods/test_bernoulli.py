from itertools import product
from math import exp

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from vae_core.model.likelihoods.bernoulli import Bernoulli


def test_probabilities_of_all_binary_images_sum_to_one() -> None:
    logits = torch.tensor([0.3, -2.0, 5.0, 0.0], dtype=torch.float64)
    images = torch.tensor(list(product([0.0, 1.0], repeat=4)), dtype=torch.float64)
    log_prob = Bernoulli().log_prob(logits.expand_as(images), images)
    assert log_prob.exp().sum().item() == pytest.approx(1, abs=1e-12)


def test_minus_log_prob_is_the_summed_binary_cross_entropy(x: Tensor) -> None:
    logits = torch.randn(x.shape, generator=torch.Generator().manual_seed(1)) * 5
    expected = F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)
    assert -Bernoulli().log_prob(logits, x).mean().item() == pytest.approx(expected.item(), rel=1e-4)


def test_the_log_prob_of_a_grey_image_is_the_expected_one_of_its_binarisations() -> None:
    x, logits = torch.tensor([0.25]), torch.tensor([1.5])
    one, zero = (Bernoulli().log_prob(logits, torch.tensor([b])) for b in (1.0, 0.0))
    assert Bernoulli().log_prob(logits, x).item() == pytest.approx((0.25 * one + 0.75 * zero).item())


def test_far_logits_stay_exact() -> None:
    log_prob = Bernoulli().log_prob(torch.tensor([[1000.0], [-1000.0]]), torch.tensor([[0.0], [0.0]]))
    assert log_prob.tolist() == [-1000.0, 0.0]


def test_samples_are_binary_and_average_to_the_mean() -> None:
    logits = torch.linspace(-3, 3, 7).expand(20_000, 7)
    draws = Bernoulli().sample(logits, torch.Generator().manual_seed(0))
    assert set(draws.unique().tolist()) == {0.0, 1.0}
    assert torch.allclose(draws.mean(0), Bernoulli().mean(logits[0]), atol=5 * 0.5 / 20_000**0.5)


def test_the_cross_entropy_of_a_grey_image_is_at_least_its_entropy(x: Tensor) -> None:
    grey = x.double().clamp(1e-12, 1 - 1e-12)
    entropy = -(grey * grey.log() + (1 - grey) * torch.log1p(-grey)).sum(-1)
    assert torch.allclose(-Bernoulli().log_prob(torch.logit(grey), grey), entropy, rtol=0, atol=1e-6)
    logits = 5 * torch.randn((20, *x.shape), generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    excess = -Bernoulli().log_prob(logits, grey) - entropy
    p, q = torch.distributions.Bernoulli(grey.expand_as(logits)), torch.distributions.Bernoulli(logits=logits)
    assert torch.allclose(excess, torch.distributions.kl_divergence(p, q).sum(-1), rtol=1e-9)
    assert (excess >= 0).all()


def test_the_variance_keeps_its_digits_at_far_logits() -> None:
    assert Bernoulli().variance(torch.tensor([0.0, 40.0, -40.0])).tolist() == pytest.approx([0.25, exp(-40), exp(-40)])
