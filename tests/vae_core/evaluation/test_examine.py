from collections.abc import Callable

import pytest
import torch

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.datasets.registry import Dataset
from vae_core.evaluation.examine import BOUND_IMAGES, examine
from vae_core.model.vae import build_model


@pytest.mark.parametrize("model_name", ["vae", "ae"])
def test_a_report_has_what_the_model_has(small: Callable[..., TrainConfig], digits: Dataset, model_name: str) -> None:
    config = small(model=model_name)
    model = build_model(config, FACTS["digits"], seed=0)
    train, test = (torch.from_numpy(split.images).flatten(1) for split in (digits.train, digits.test))
    scores, report = examine(model, digits, (train, test), dequantize=False, step=7)
    assert (scores.label == digits.test.labels).all()
    assert report.step == 7
    assert len(report.latents.mean_variance) == 4
    assert report.latents.accuracy > 0.3  # of ten classes, even before training
    assert 0 < report.fidelity.ssim < 1
    assert report.xray[0].name == "own"
    if model_name == "ae":
        assert report.bound is report.surgery is None
    else:
        assert report.bound.images == min(BOUND_IMAGES, len(digits.test.images))
        assert report.bound.log_px >= report.xray[0].elbo - 3 * report.xray[0].elbo_se
        assert report.surgery.mutual_information >= 0
