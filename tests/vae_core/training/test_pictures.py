from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.datasets.registry import Dataset
from vae_core.model.vae import VAE, build_model
from vae_core.training.pictures import COUNT, draw_pictures, to_pixels

SHAPE = (8, 8)


def test_a_vae_shows_reconstructions_and_the_prior(model: VAE, x: Tensor) -> None:
    pictures = draw_pictures(model, x, SHAPE, step=7)
    assert [(p.kind, len(p.images), p.step) for p in pictures] == [
        ("reconstructions", len(x), 7),
        ("prior_means", COUNT, 7),
        ("prior_samples", COUNT, 7),
    ]
    assert all(p.images.dtype == np.uint8 and p.images.shape[1:] == SHAPE for p in pictures)


def test_an_autoencoder_has_no_prior_to_show(small: Callable[..., TrainConfig], x: Tensor) -> None:
    model = build_model(small(model="ae"), FACTS["digits"], seed=0)
    assert [p.kind for p in draw_pictures(model, x, SHAPE, step=0)] == ["reconstructions"]


def test_drawing_twice_gives_the_same_pixels(model: VAE, x: Tensor) -> None:
    torch.manual_seed(1)
    first = draw_pictures(model, x, SHAPE, step=0)
    torch.manual_seed(2)
    again = draw_pictures(model, x, SHAPE, step=0)
    assert all(np.array_equal(a.images, b.images) for a, b in zip(first, again, strict=True))


def test_bernoulli_samples_are_black_and_white(model: VAE, x: Tensor) -> None:
    samples = draw_pictures(model, x, SHAPE, step=0)[-1].images
    assert set(np.unique(samples)) == {0, 255}


@pytest.mark.parametrize(
    ("value", "grey"), [(0.0, 0), (1.0, 255), (0.5, 128), (-3.0, 0), (7.0, 255), (float("nan"), 0)]
)
def test_pixels_are_rounded_and_clipped(value: Any, grey: int) -> None:
    assert to_pixels(torch.full((2, 64), value), SHAPE).tolist() == np.full((2, 8, 8), grey).tolist()


def test_pixels_survive_the_way_there_and_back(digits: Dataset) -> None:
    images = digits.test.images[:9]
    assert np.array_equal(to_pixels(torch.from_numpy(images).flatten(1) / 255, SHAPE), images)
