from math import log

import pytest
import torch
from torch import Tensor
from torch.distributions import Normal

from vae_core.model.elbo import draw, elbo_terms
from vae_core.model.objectives.total_correlation import BetaTcvae
from vae_core.model.vae import VAE

N, M = 1000, 12


@pytest.fixture
def epsilon() -> torch.Tensor:
    return torch.randn(2, M, 4, generator=torch.Generator().manual_seed(5))


@pytest.fixture
def spread(model: VAE) -> VAE:
    """A model whose codes differ between images."""
    with torch.no_grad():
        model.encoder[-1].weight[:4] *= 20
    return model


def test_with_beta_one_the_loss_is_the_negative_elbo(spread: VAE, x: Tensor, epsilon: Tensor) -> None:
    loss = BetaTcvae(N)(spread, x[:M], epsilon, 1.0).loss
    assert torch.equal(loss, elbo_terms(spread, x[:M], epsilon, (1.0, 1.0)).loss)


def test_beta_weighs_the_total_correlation_written_out_in_loops(spread: VAE, x: Tensor, epsilon: Tensor) -> None:
    first, second = (BetaTcvae(N)(spread, x[:M], epsilon, beta).loss.item() for beta in (1.0, 2.0))
    drawn = draw(spread, x[:M], epsilon)
    qz = Normal(drawn.posterior.loc, (0.5 * drawn.posterior.log_variance).exp())
    correlations: list[float] = []
    for z in drawn.z.flatten(0, 1):
        i = len(correlations) % M
        log_w = torch.tensor([log(1 / N if j == i else (N - 1) / N / (M - 1)) for j in range(M)])
        every = qz.log_prob(z)  # [M, Z]
        joint = torch.logsumexp(log_w + every.sum(-1), 0)
        marginals = sum(torch.logsumexp(log_w + every[:, j], 0) for j in range(4))
        correlations.append((joint - marginals).item())
    assert second - first == pytest.approx(sum(correlations) / len(correlations), abs=1e-3)
    assert abs(second - first) > 0.1


def test_beta_below_one_and_above_pull_the_correlation_apart(spread: VAE, x: Tensor, epsilon: Tensor) -> None:
    def step(beta: float) -> float:
        """The total correlation after a small step against the gradient of its own share of the loss."""
        head = spread.encoder[-1].get_parameter("weight")
        loss = BetaTcvae(N)(spread, x[:M], epsilon, beta).loss - BetaTcvae(N)(spread, x[:M], epsilon, 1.0).loss
        (gradient,) = torch.autograd.grad(loss, head)
        with torch.no_grad():
            head.sub_(1e-3 * gradient)
            moved = BetaTcvae(N)(spread, x[:M], epsilon, 2.0).loss - BetaTcvae(N)(spread, x[:M], epsilon, 1.0).loss
            head.add_(1e-3 * gradient)
        return moved.item()

    assert step(3.0) < step(1.0) < step(0.0)
