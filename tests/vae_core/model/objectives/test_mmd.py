import pytest
import torch
from torch import Tensor

from vae_core.model.objectives.mmd import Mmd, mmd_squared
from vae_core.model.vae import VAE

Z = 3


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def kernel(a: Tensor, b: Tensor) -> Tensor:
    scale = 2 * a.shape[-1]
    return scale / (scale + (a - b).square().sum(-1))


@pytest.mark.parametrize("dimensions", [1, 3, 50])
@pytest.mark.parametrize("batch", [2, 16])
def test_codes_from_the_prior_are_at_no_distance_on_average(batch: int, dimensions: int) -> None:
    estimates = mmd_squared(normal(4000, batch, dimensions))
    assert estimates.mean().item() == pytest.approx(0, abs=5 * estimates.std().item() / 4000**0.5)
    assert estimates.min() < 0 < estimates.max()


@pytest.mark.parametrize(("shift", "width"), [(1.0, 1.0), (0.0, 0.5), (0.0, 2.0)])
def test_other_codes_are_at_the_distance_that_samples_of_the_prior_measure(shift: float, width: float) -> None:
    samples = 200_000
    z, other = (shift + width * normal(samples, Z, seed=seed) for seed in (1, 2))
    p, other_p = normal(samples, Z, seed=3), normal(samples, Z, seed=4)
    each = kernel(z, other) - kernel(z, p) - kernel(other, other_p) + kernel(p, other_p)
    estimates = mmd_squared(shift + width * normal(4000, 16, Z, seed=5))
    error = (each.var().item() / samples + estimates.var().item() / 4000) ** 0.5
    assert estimates.mean().item() == pytest.approx(each.mean().item(), abs=5 * error)
    assert estimates.mean() > 20 * error


@pytest.mark.parametrize("distance", [10.0, 1e3])
def test_codes_far_away_are_still_pulled_to_the_prior(distance: float) -> None:
    z = torch.zeros(1, 2, Z, dtype=torch.float64)
    z[0, :, 0] = torch.tensor([distance, -distance])
    z.requires_grad_()
    (gradient,) = torch.autograd.grad(mmd_squared(z).sum(), z)
    pull = 4 * Z * distance / (2 * Z + distance**2) ** 2  # −dk/dr, the prior seen as a point
    push = 8 * Z * distance / (2 * Z + 4 * distance**2) ** 2  # away from the other code, twice as far
    assert gradient[0, :, 0].tolist() == pytest.approx([pull - push, push - pull], rel=0.05)
    assert not gradient[0, :, 1:].any()


def test_one_image_is_at_no_distance() -> None:
    assert mmd_squared(normal(3, 1, Z)).tolist() == [0, 0, 0]


def test_float32_is_enough() -> None:
    z = normal(4, 128, 20)
    assert mmd_squared(z.float()).tolist() == pytest.approx(mmd_squared(z).tolist(), abs=2e-6)


def test_the_weighted_distance_is_added_to_the_elbo(model: VAE, x: Tensor) -> None:
    epsilon = normal(2, 32, 4).float()
    terms = Mmd(50.0)(model, x, epsilon, 0.3)
    distance = mmd_squared(model.posterior(x).sample(epsilon)).mean()
    assert terms.loss.item() == pytest.approx((terms.reconstruction + 0.3 * terms.kl + 50 * distance).item(), rel=1e-6)
    assert abs(distance.item()) > 1e-4
