from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.datasets.registry import Dataset
from vae_core.evaluation.gradients import GradientNoise, expected_gradient, gradient_noise
from vae_core.model.elbo import elbo_terms
from vae_core.model.vae import VAE, build_model

PARTS = ("encoder", "decoder")


@pytest.fixture(scope="module")
def images(digits: Dataset) -> torch.Tensor:
    return torch.from_numpy(digits.train.images).flatten(1)


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


@pytest.fixture
def noise(model: VAE, images: Tensor) -> Callable[..., dict[str, GradientNoise]]:
    expected = expected_gradient(model, images, samples=20, generator=generator())

    def measure(batch_size: int, samples: int, repeats: int = 60) -> dict[str, GradientNoise]:
        return gradient_noise(
            model,
            images,
            expected,
            batch_size=batch_size,
            samples=samples,
            repeats=repeats,
            generator=generator(),
        )

    return measure


def flat(model: VAE, x: torch.Tensor, noise: torch.Tensor) -> dict[str, torch.Tensor]:
    model.zero_grad()
    elbo_terms(model, x, noise, (1.0, 1.0)).loss.backward()
    modules = {"encoder": model.encoder, "decoder": model.decoder}
    return {part: torch.cat([p.grad.flatten() for p in modules[part].parameters()]) for part in PARTS}


def test_the_expected_gradient_is_that_of_the_whole_split(
    model: VAE, images: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vae_core.evaluation.gradients.CHUNK", 1000)  # 1000 + 437 images, each of equal weight
    measured = expected_gradient(model, images, samples=1, generator=generator())
    order = generator()
    noise = torch.cat([torch.randn((1, count, 4), generator=order) for count in (1000, 437)], 1)
    direct = flat(model, images / 255, noise)
    for part in PARTS:
        assert torch.allclose(measured[part], direct[part], rtol=1e-3, atol=1e-4)


def test_noise_falls_as_the_law_of_total_variance_says(noise: Callable[..., dict[str, GradientNoise]]) -> None:
    few, many = noise(16, 1), noise(64, 4)
    for part in PARTS:
        drawn_without_replacement = (1437 - 64) / (1437 - 16)
        assert few[part].images / many[part].images == pytest.approx(4 / drawn_without_replacement, rel=0.35)
        assert few[part].samples / many[part].samples == pytest.approx(16, rel=0.2)


def test_the_parts_add_up_to_the_whole_variance(
    noise: Callable[..., dict[str, GradientNoise]], model: VAE, images: Tensor
) -> None:
    measured, order = noise(32, 1, repeats=100), generator()
    draws = []
    for _ in range(200):
        batch = images[torch.randperm(len(images), generator=order)[:32]] / 255
        draws.append(flat(model, batch, torch.randn((1, 32, 4), generator=order)))
    for part in PARTS:
        total = torch.stack([draw[part] for draw in draws]).var(0).sum().item()
        assert measured[part].images + measured[part].samples == pytest.approx(total, rel=0.2)


def test_signal_rises_over_noise_with_images_and_with_samples(noise: Callable[..., dict[str, GradientNoise]]) -> None:
    one, images, samples = noise(10, 1), noise(100, 1), noise(10, 10)
    for part in PARTS:
        assert one[part].snr < samples[part].snr < images[part].snr
        assert one[part].snr * 10**0.5 == pytest.approx(images[part].snr, rel=0.2)
        assert samples[part].samples_share < one[part].samples_share
        assert one[part].signal == images[part].signal


def test_a_code_without_noise_has_only_that_of_images(small: Callable[..., TrainConfig], images: Tensor) -> None:
    model = build_model(small(model="ae"), FACTS["digits"], seed=0)
    expected = expected_gradient(model, images, samples=1, generator=generator())
    measured = gradient_noise(model, images, expected, batch_size=8, samples=1, repeats=3, generator=generator())
    for part in PARTS:
        assert measured[part].samples_share == 0
        assert measured[part].images > 0


def test_a_learned_scale_belongs_to_the_decoder(small: Callable[..., TrainConfig], images: Tensor) -> None:
    model = build_model(small(likelihood="gaussian", scale="shared"), FACTS["digits"], seed=0)
    expected = expected_gradient(model, images, samples=1, generator=generator())
    assert len(expected["encoder"]) == sum(p.numel() for p in model.encoder.parameters())
    assert len(expected["decoder"]) == sum(p.numel() for p in model.decoder.parameters()) + 1
