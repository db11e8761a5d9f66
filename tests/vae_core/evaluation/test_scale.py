from collections.abc import Callable
from typing import Any

import pytest
import torch

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.datasets.registry import Dataset
from vae_core.evaluation.decoded import decode_all
from vae_core.evaluation.scale import freeze_scale
from vae_core.model.likelihoods.exponential_power import ExponentialPower
from vae_core.model.vae import build_model


@pytest.mark.parametrize(("likelihood", "power"), [("gaussian", 2), ("laplace", 1)])
def test_an_optimal_scale_is_the_mean_deviation_of_the_training_images(
    small: Callable[..., TrainConfig], digits: Dataset, likelihood: str, power: int
) -> None:
    model = build_model(small(likelihood=likelihood, scale="optimal"), FACTS["digits"], seed=0)
    images = torch.from_numpy(digits.train.images).flatten(1)
    freeze_scale(model, images, dequantize=False)
    with torch.inference_mode():
        (one, two) = decode_all(model, images, dequantize=False)
        error = torch.cat([(part.outputs[0] - part.x).abs() ** power for part in (one, two)]).mean()
    assert isinstance(model.likelihood, ExponentialPower)
    assert model.likelihood.log_scale.exp().item() == pytest.approx(error.item() ** (1 / power), rel=1e-5)


@pytest.mark.parametrize("changes", [{}, {"likelihood": "gaussian"}, {"likelihood": "gaussian", "scale": "shared"}])
def test_other_scales_stay_as_they_are(
    small: Callable[..., TrainConfig], digits: Dataset, changes: dict[str, Any]
) -> None:
    model = build_model(small(**changes), FACTS["digits"], seed=0)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    freeze_scale(model, torch.from_numpy(digits.train.images).flatten(1), dequantize=False)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
