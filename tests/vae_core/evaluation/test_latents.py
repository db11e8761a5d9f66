from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn.neighbors import KNeighborsClassifier
from torch import Tensor

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.evaluation.latents import examine_latents
from vae_core.model.vae import VAE, build_model


@pytest.fixture
def halves() -> tuple[torch.Tensor, np.ndarray]:
    """Noise in the upper or the lower half of 8×8 pixels, and which."""
    labels = np.arange(80, dtype=np.uint8) % 2
    noise = torch.randint(100, 256, (80, 2, 32), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    noise[torch.arange(80), torch.from_numpy(labels).long()] = 0
    return noise.flatten(1), labels


def adding_up(small: Callable[..., TrainConfig], **changes: Any) -> VAE:
    """Codes that are the sums of both halves, with variances e² and e⁻²."""
    model = build_model(small(hidden=(), latent_dim=2, **changes), FACTS["digits"], seed=0)
    with torch.no_grad():
        weight, bias = (model.encoder[-1].get_parameter(name) for name in ("weight", "bias"))
        weight.zero_()
        weight[0, :32] = weight[1, 32:] = 1
        bias[2:] = torch.tensor([2.0, -2.0][: len(bias) - 2])
    return model


def test_like_lies_by_like(small: Callable[..., TrainConfig], halves: tuple[Tensor, NDArray[np.uint8]]) -> None:
    images, labels = halves
    latents = examine_latents(adding_up(small), images[:60], images[60:], (labels[:60], labels[60:]), dequantize=False)
    assert latents.accuracy == 1
    wrong = examine_latents(adding_up(small), images[:60], images[60:], (labels[:60], 1 - labels[60:]), dequantize=True)
    assert wrong.accuracy == 0


def test_variances_are_those_of_the_means_and_of_the_posterior(
    small: Callable[..., TrainConfig], halves: tuple[Tensor, NDArray[np.uint8]]
) -> None:
    images, _ = halves
    latents = examine_latents(adding_up(small), images, images, None, dequantize=False)
    sums = (images / 255).reshape(-1, 2, 32).sum(-1).double()
    assert latents.mean_variance == pytest.approx(sums.var(0, correction=0).numpy(), rel=1e-5)
    assert latents.posterior_variance == pytest.approx(np.exp([2.0, -2.0]), rel=1e-5)
    assert latents.accuracy is None


def test_an_autoencoders_code_has_no_variance(
    small: Callable[..., TrainConfig], halves: tuple[Tensor, NDArray[np.uint8]]
) -> None:
    latents = examine_latents(adding_up(small, model="ae"), *halves[:1] * 2, None, dequantize=False)
    assert latents.posterior_variance == (0, 0)
    assert min(latents.mean_variance) > 1


def test_neighbours_come_from_all_over_the_training_split(
    small: Callable[..., TrainConfig], halves: tuple[Tensor, NDArray[np.uint8]], monkeypatch: pytest.MonkeyPatch
) -> None:
    images, labels = halves
    by_class = np.argsort(labels)  # the first half of the split is all of one class
    monkeypatch.setattr("vae_core.evaluation.latents.BANK", 40)
    latents = examine_latents(
        adding_up(small), images[by_class], images[:10], (labels[by_class], labels[:10]), dequantize=False
    )
    assert latents.accuracy == 1


def test_the_accuracy_is_that_of_scikit_learns_neighbours(small: Callable[..., TrainConfig]) -> None:
    """Of codes that overlap, with so few labels in common that votes are often equal."""
    generator = torch.Generator().manual_seed(1)
    images = torch.randint(0, 256, (400, 64), generator=generator, dtype=torch.uint8)
    labels = torch.randint(0, 7, (400,), generator=generator).numpy()
    model = adding_up(small)
    latents = examine_latents(model, images[:300], images[300:], (labels[:300], labels[300:]), dequantize=False)
    with torch.no_grad():
        codes = model.posterior(images / 255).loc.numpy()
    theirs = KNeighborsClassifier(15, algorithm="brute").fit(codes[:300], labels[:300])
    assert latents.accuracy == theirs.score(codes[300:], labels[300:])
