"""Configurations are told apart in a few words."""

from typing import Any

import pytest

from app.text.labels import distinguishing, labels
from vae_core.config.train_config import TrainConfig
from vae_core.presets import PRESETS

GAUSSIAN, LAPLACE = {"likelihood": "gaussian"}, {"likelihood": "laplace"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ([{}, GAUSSIAN], ["BCE", "MSE"]),
        ([GAUSSIAN, {**GAUSSIAN, "sigma": 0.1}], ["σ=0.707", "σ=0.1"]),
        ([{}, {"beta": 4}], ["β=1", "β=4"]),
        ([{}, {**LAPLACE, "scale": "per_pixel"}, LAPLACE], ["BCE", "L1 b per pixel", "L1 b=0.707"]),
        ([{}, {"latent_dim": 8, "hidden": (64, 32)}], ["hidden 400 Z=20", "hidden 64-32 Z=8"]),
        ([{}, {"model": "ae"}], ["VAE", "AE"]),
        ([{"model": "ae"}, {"beta": 4}], ["AE", "VAE β=4"]),  # an autoencoder has no β to tell
        ([{}, {"dataset": "mnist"}], ["Digits 8×8", "MNIST"]),
        ([{}, {"binarize": "static"}], ["grey", "static pixels"]),
        ([{}, {"kl_reduction": "mean"}], ["KL as sum", "KL as mean"]),
        ([{}, {"objective": "iwae"}], ["ELBO", "IWAE"]),
        ([{}, {"grad_clip": 0.5}], ["Gradient clipping none", "Gradient clipping 0.5"]),
    ],
)  # fmt: skip
def test_what_differs_is_named(changes: list[dict[str, Any]], words: list[str]) -> None:
    assert labels([TrainConfig.parse(change) for change in changes]) == words


def test_the_preset_of_three_is_told_apart_by_loss_and_scale() -> None:
    assert labels(PRESETS["bce-vs-mse"].configs()) == ["BCE", "MSE σ=0.707", "MSE σ fitted"]


@pytest.mark.parametrize("changes", [{}, {"seed": 1}, {"max_steps": 9}, {"threads": 1}])
def test_seeds_and_lengths_have_no_words(changes: dict[str, Any]) -> None:
    pair = [TrainConfig(), TrainConfig.parse(changes)]
    assert distinguishing(pair) == ["", ""]
    assert labels(pair) is None


def test_many_differences_are_no_label() -> None:
    far = {"dataset": "mnist", "latent_dim": 8, "hidden": (64, 32), "learning_rate": 0.01}
    assert labels([TrainConfig(), TrainConfig.parse(far)]) is None
