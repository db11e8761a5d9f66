from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.datasets.registry import Dataset
from vae_core.evaluation.heldout import evaluate
from vae_core.evaluation.scores import score
from vae_core.evaluation.xray import xray
from vae_core.model.vae import VAE, build_model
from vae_core.report import Scores
from vae_core.training.pictures import draw_held_out

READINGS = {"soft_bernoulli", "continuous_bernoulli_raw", "continuous_bernoulli_mean", "gaussian_fitted"}


@pytest.fixture
def scored(small: Callable[..., TrainConfig], digits: Dataset) -> Callable[..., tuple[Scores, VAE, Tensor]]:
    """The scores of a model on the first so many held-out images, with what they are the scores of."""

    def make(count: int = 360, **changes: Any) -> tuple[Scores, VAE, Tensor]:
        model = build_model(small(**changes), FACTS["digits"], seed=0)
        train, images = (torch.from_numpy(split.images).flatten(1) for split in (digits.train, digits.test))
        options = {"dequantize": changes.get("dequantize", False)}
        read = xray(model, train, images[:count], **options)
        return score(model, images[:count], digits.test.labels[:count], read, **options), model, images

    return make


@pytest.mark.parametrize("changes", [{}, {"likelihood": "gaussian", "dequantize": True}])
def test_the_mean_over_images_is_the_evaluations(
    scored: Callable[..., tuple[Scores, VAE, Tensor]], changes: dict[str, Any]
) -> None:
    scores, model, images = scored(**changes)
    evaluation = evaluate(model, images, dequantize=bool(changes), step=0, epoch=0, seconds=0)
    means = {name: values.mean() for name, values in scores.values.items()}
    for name in ("reconstruction", "kl", "mse_per_pixel", "bce_per_pixel"):
        assert means[name] == pytest.approx(getattr(evaluation, name), rel=1e-6)
    assert means["negative_elbo"] == pytest.approx(-evaluation.elbo, rel=1e-6)
    assert means.get("bits_per_dim") == (evaluation.bits_per_dim and pytest.approx(evaluation.bits_per_dim, rel=1e-6))
    assert means.keys() > READINGS


def test_an_autoencoder_has_no_bound_of_any_image(scored: Callable[..., tuple[Scores, VAE, Tensor]]) -> None:
    scores = scored(model="ae")[0]
    assert scores.values.keys() == {"reconstruction", "mse_per_pixel", "bce_per_pixel"}


def test_an_images_noise_hangs_on_its_place_alone(scored: Callable[..., tuple[Scores, VAE, Tensor]]) -> None:
    few, many = (scored(count)[0] for count in (32, 64))
    other = scored(64, likelihood="gaussian")[0]
    np.testing.assert_allclose(few.values["kl"], many.values["kl"][:32], rtol=1e-5)
    np.testing.assert_allclose(few.values["mse_per_pixel"], many.values["mse_per_pixel"][:32], rtol=1e-4)
    assert (few.label == other.label[:32]).all()


def test_the_pictures_are_of_the_scored_images_under_their_noise(
    scored: Callable[..., tuple[Scores, VAE, Tensor]],
) -> None:
    scores, model, images = scored()
    inputs, means = draw_held_out(model, images, (8, 8), 7, dequantize=False)
    assert (inputs.images.reshape(-1, 64) == images.numpy()).all()
    errors = np.square(means.images / 255 - inputs.images / 255).mean((1, 2))
    np.testing.assert_allclose(errors, scores.values["mse_per_pixel"], atol=3e-3)
    assert (inputs.kind, means.kind, means.step) == ("held_out", "held_out_means", 7)
