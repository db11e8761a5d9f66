from collections.abc import Callable
from math import log

import pytest
import torch
from torch import Tensor
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.evaluation.surgery import dissect
from vae_core.model.elbo import kl_per_dim
from vae_core.model.vae import VAE, build_model

N, Z = 2000, 6


@pytest.fixture(scope="module")
def images() -> Tensor:
    return torch.randint(0, 256, (N, 64), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)


@pytest.fixture
def linear(small: Callable[..., TrainConfig]) -> Callable[[float], VAE]:
    """A model with q(z_j|x) = N(a_j·(x − ½), width²), the rows of A dependent and A·x of about unit variance."""

    def build(width: float) -> VAE:
        model = build_model(small(hidden=(), latent_dim=Z), FACTS["digits"], seed=0)
        generator = torch.Generator().manual_seed(1)
        rows = torch.randn(Z, 64, generator=generator) + torch.randn(64, generator=generator)
        rows *= (12 / 64 / 2) ** 0.5 * (1 - min(width, 1.0) ** 2) ** 0.5
        with torch.no_grad():
            model.encoder[0].weight.copy_(torch.cat([rows, torch.zeros(Z, 64)]))
            model.encoder[0].bias.copy_(torch.cat([-rows.sum(1) / 2, torch.full((Z,), 2 * log(width))]))
        return model

    return build


@pytest.mark.parametrize("width", [0.3, 0.6])
def test_the_parts_are_those_of_the_exact_mixture(linear: Callable[[float], VAE], images: Tensor, width: float) -> None:
    model = linear(width)
    surgery = dissect(model, images, dequantize=False)
    with torch.no_grad():
        loc = model.posterior(images / 255).loc.double()
    some = torch.arange(0, N, 5)
    own = Normal(loc[some], width)
    z = own.loc + width * torch.randn(len(some), Z, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    even = torch.zeros(N, dtype=torch.float64)
    joint = MixtureSameFamily(Categorical(logits=even), Independent(Normal(loc, width), 1)).log_prob(z)
    marginals = MixtureSameFamily(Categorical(logits=even.expand(Z, -1)), Normal(loc.T, width)).log_prob(z).sum(-1)
    parts = (own.log_prob(z).sum(-1) - joint, joint - marginals, marginals - Normal(0.0, 1.0).log_prob(z).sum(-1))
    names = ("mutual_information", "total_correlation", "dimension_wise_kl")
    for name, part in zip(names, parts, strict=True):
        error = part.std().item() * (1 / N + 1 / len(some)) ** 0.5
        assert getattr(surgery, name) == pytest.approx(part.mean().item(), abs=min(1, 5 * error))
    assert surgery.total_correlation > 0.5
    assert surgery.se == pytest.approx(parts[0].std().item() / N**0.5, rel=0.3)
    assert surgery.images == N


def test_the_parts_add_up_to_the_kl(linear: Callable[[float], VAE], images: Tensor) -> None:
    model = linear(0.5)
    surgery = dissect(model, images, dequantize=False)
    assert surgery.kl == surgery.mutual_information + surgery.total_correlation + surgery.dimension_wise_kl
    kl = kl_per_dim(model.posterior(images / 255)).sum(-1).mean().item()
    assert surgery.kl == pytest.approx(kl, abs=5 * (Z / 2 / N) ** 0.5 + 0.1)


@pytest.mark.parametrize(("width", "capped"), [(0.01, True), (0.3, False), (1.0, False)])
def test_the_information_is_at_most_log_n_and_says_when_it_is_near(
    linear: Callable[[float], VAE], images: Tensor, width: float, capped: bool
) -> None:
    surgery = dissect(linear(width), images, dequantize=False, bank=600)
    assert surgery.mutual_information <= log(600) + 1e-9
    assert surgery.capped == (surgery.mutual_information > log(600) - 1) == capped


def test_codes_that_tell_every_image_apart_know_its_number(linear: Callable[[float], VAE], images: Tensor) -> None:
    surgery = dissect(linear(1e-4), images, dequantize=False, bank=300)
    assert surgery.mutual_information == pytest.approx(log(300))
    assert surgery.se == pytest.approx(0, abs=1e-9)


def test_a_collapsed_model_has_no_parts(linear: Callable[[float], VAE], images: Tensor) -> None:
    model = linear(1.0)
    with torch.no_grad():
        model.encoder[0].weight.zero_()
        model.encoder[0].bias.zero_()
    surgery = dissect(model, images, dequantize=False, bank=300)
    parts = [surgery.mutual_information, surgery.total_correlation, surgery.dimension_wise_kl]
    assert parts == pytest.approx([0, 0, 0], abs=1e-9)


def test_a_smaller_bank_is_part_of_the_split(linear: Callable[[float], VAE], images: Tensor) -> None:
    surgery = dissect(linear(0.01), images, dequantize=False, bank=100)
    assert surgery.images == 100
    assert surgery.mutual_information == pytest.approx(log(100), abs=1e-6)
    assert dissect(linear(0.01), images[:50], dequantize=False).images == 50


def test_chunks_make_no_difference(
    linear: Callable[[float], VAE], images: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = linear(0.3)
    whole = dissect(model, images, dequantize=True, bank=300)
    monkeypatch.setattr("vae_core.evaluation.surgery.PAIRS", 1)
    chunked = dissect(model, images, dequantize=True, bank=300)
    for name, value in vars(whole).items():
        assert getattr(chunked, name) == pytest.approx(value, rel=1e-9)


def test_dissecting_twice_gives_the_same_bits(linear: Callable[[float], VAE], images: Tensor) -> None:
    torch.manual_seed(1)
    first = dissect(linear(0.3), images, dequantize=True, bank=300)
    torch.manual_seed(2)
    assert dissect(linear(0.3), images, dequantize=True, bank=300) == first


def test_an_autoencoder_has_nothing_to_dissect(small: Callable[..., TrainConfig], images: Tensor) -> None:
    with pytest.raises(ValueError, match="no KL to dissect"):
        dissect(build_model(small(model="ae"), FACTS["digits"], seed=0), images, dequantize=False)
