from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.model.elbo import kl_per_dim
from vae_core.model.objectives import choose_objective
from vae_core.model.vae import VAE, build_model


@pytest.fixture
def epsilon() -> torch.Tensor:
    return torch.randn(1, 32, 4, generator=torch.Generator().manual_seed(5))


def test_the_loss_is_the_reconstruction_plus_beta_times_the_kl(
    small: Callable[..., TrainConfig], model: VAE, x: Tensor, epsilon: Tensor
) -> None:
    terms = choose_objective(small(), 1000)(model, x, epsilon, 3.0)
    assert terms.loss.item() == pytest.approx((terms.reconstruction + 3 * terms.kl).item(), rel=1e-6)


def test_means_divide_each_term_by_its_dimensions(
    small: Callable[..., TrainConfig], model: VAE, x: Tensor, epsilon: Tensor
) -> None:
    config = small(reconstruction_reduction="mean", kl_reduction="mean")
    terms = choose_objective(config, 1000)(model, x, epsilon, 3.0)
    assert terms.loss.item() == pytest.approx((terms.reconstruction / 64 + 3 * terms.kl / 4).item(), rel=1e-6)


@pytest.mark.parametrize("free_bits", [0.0, 0.5])
def test_the_slope_of_the_loss_in_beta_is_the_kl_above_its_floor(
    small: Callable[..., TrainConfig], model: VAE, x: Tensor, epsilon: Tensor, free_bits: float
) -> None:
    beta = torch.tensor(2.0, requires_grad=True)
    terms = choose_objective(small(free_bits=free_bits), 1000)(model, x, epsilon, beta)  # type: ignore[arg-type]  # differentiated here only
    (slope,) = torch.autograd.grad(terms.loss, beta)
    per_dim = kl_per_dim(model.posterior(x)).mean(0)
    assert slope.item() == pytest.approx(per_dim.clamp(min=free_bits).sum().item(), rel=1e-6)
    assert terms.kl.item() == pytest.approx(per_dim.sum().item(), rel=1e-6)


def test_no_dimension_is_pushed_below_its_free_bits(
    small: Callable[..., TrainConfig], model: VAE, x: Tensor, epsilon: Tensor
) -> None:
    with torch.no_grad():
        model.encoder[-1].bias[:2] = 2.0  # two dimensions with a KL above the floor, two below
    per_dim = kl_per_dim(model.posterior(x)).mean(0)
    assert ((per_dim > 0.5) == torch.tensor([True, True, False, False])).all()
    objective = choose_objective(small(free_bits=0.5), 1000)

    def gradient_of(loss: torch.Tensor) -> torch.Tensor:
        return torch.autograd.grad(loss, model.encoder[-1].get_parameter("weight"))[0]

    pushed = gradient_of(objective(model, x, epsilon, 1.0).loss) - gradient_of(objective(model, x, epsilon, 0.0).loss)
    free = gradient_of(kl_per_dim(model.posterior(x)).mean(0)[:2].sum())
    assert torch.allclose(pushed, free, atol=1e-5)
    assert not free[2:4].any()
    assert not free[6:8].any()
    assert free.any()


def test_the_floor_is_under_the_batch_mean_rather_than_each_image(
    small: Callable[..., TrainConfig], model: VAE, x: Tensor, epsilon: Tensor
) -> None:
    with torch.no_grad():
        model.encoder[-1].weight[:4] *= 30  # images far apart: some below the floor, their mean above
    per_image = kl_per_dim(model.posterior(x))
    floor = per_image.mean(0).min().item() / 2
    assert (per_image < floor).any()
    terms = choose_objective(small(free_bits=floor), 1000)(model, x, epsilon, 1.0)
    assert terms.loss.item() == pytest.approx((terms.reconstruction + terms.kl).item(), rel=1e-6)


def test_an_autoencoder_minimises_its_reconstruction(
    small: Callable[..., TrainConfig], x: Tensor, epsilon: Tensor
) -> None:
    config = small(model="ae", reconstruction_reduction="mean")
    terms = choose_objective(config, 1000)(build_model(config, FACTS["digits"], seed=0), x, epsilon, 3.0)
    assert terms.kl is None
    assert terms.loss.item() == pytest.approx(terms.reconstruction.item() / 64, rel=1e-6)
