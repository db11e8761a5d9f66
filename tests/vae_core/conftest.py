"""The embedded digits and a small configuration for them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.datasets.registry import Dataset, load
from vae_core.model.vae import VAE, build_model

SMALL: dict[str, Any] = {"hidden": (32,), "latent_dim": 4, "batch_size": 64, "max_steps": 12, "examine": False}


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return load("digits", cache=tmp_path_factory.mktemp("datasets"))


@pytest.fixture
def small() -> Callable[..., TrainConfig]:
    """A configuration that takes a moment on digits, with changes on top."""

    def configure(**changes: Any) -> TrainConfig:
        return TrainConfig(**{**SMALL, **changes})

    return configure


@pytest.fixture
def model(small: Callable[..., TrainConfig]) -> VAE:
    return build_model(small(), FACTS["digits"], seed=0)


@pytest.fixture
def x(digits: Dataset) -> torch.Tensor:
    """Thirty-two grey digits [B, D]."""
    return torch.from_numpy(digits.test.images[:32]).flatten(1) / 255
