from collections.abc import Callable
from math import inf

import pytest
import torch
from torch import Tensor

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.datasets.registry import Dataset
from vae_core.evaluation.fidelity import measure_fidelity
from vae_core.model.vae import VAE, build_model


@pytest.fixture
def copying(small: Callable[..., TrainConfig]) -> Callable[..., VAE]:
    """An autoencoder whose reconstruction is the image itself, plus `error`."""

    def build(error: float = 0.0, dataset: str = "digits") -> VAE:
        pixels = FACTS[dataset].dimensions
        config = small(model="ae", likelihood="gaussian", hidden=(), latent_dim=pixels, dataset=dataset)
        model = build_model(config, FACTS[dataset], seed=0)
        with torch.no_grad():
            for layer in (model.encoder[-1], model.decoder[-1]):
                layer.weight.copy_(torch.eye(pixels))
                layer.bias.zero_()
            model.decoder[-1].bias.add_(error)
        return model

    return build


@pytest.fixture(scope="module")
def images(digits: Dataset) -> torch.Tensor:
    return torch.from_numpy(digits.test.images).flatten(1)


def test_a_copy_is_perfect(copying: Callable[..., VAE], images: Tensor) -> None:
    fidelity = measure_fidelity(copying(), images, (8, 8), dequantize=False)
    assert fidelity.ssim == pytest.approx(1, abs=1e-6)
    assert fidelity.psnr == inf


def test_psnr_is_the_error_in_decibels(copying: Callable[..., VAE], images: Tensor) -> None:
    mid = images.clamp(40, 200)
    assert measure_fidelity(copying(0.1), mid, (8, 8), dequantize=False).psnr == pytest.approx(20, abs=1e-3)
    assert measure_fidelity(copying(-0.01), mid, (8, 8), dequantize=False).psnr == pytest.approx(40, abs=1e-3)


def test_what_leaves_the_range_of_pixels_is_not_seen(copying: Callable[..., VAE]) -> None:
    black = torch.zeros(3, 64, dtype=torch.uint8)
    assert measure_fidelity(copying(-0.5), black, (8, 8), dequantize=False).psnr == inf


def test_images_of_any_size_and_number(copying: Callable[..., VAE], monkeypatch: pytest.MonkeyPatch) -> None:
    images = torch.randint(0, 256, (9, 784), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    model = copying(0.05, dataset="mnist")
    whole = measure_fidelity(model, images, (28, 28), dequantize=False)
    monkeypatch.setattr("vae_core.evaluation.decoded.CHUNK", 4)
    chunked = measure_fidelity(model, images, (28, 28), dequantize=False)
    assert chunked.ssim == pytest.approx(whole.ssim, abs=1e-6)
    assert chunked.psnr == pytest.approx(whole.psnr, abs=1e-4)


def test_structure_counts_more_than_brightness(copying: Callable[..., VAE], images: Tensor) -> None:
    """A flat picture of the right brightness is nearer in decibels than in structure."""
    flat = copying()
    with torch.no_grad():
        flat.decoder[-1].weight.fill_(1 / 64)
    brighter = measure_fidelity(copying(0.1), images, (8, 8), dequantize=False)
    blank = measure_fidelity(flat, images, (8, 8), dequantize=False)
    assert blank.ssim < 0.5 < brighter.ssim < 1
