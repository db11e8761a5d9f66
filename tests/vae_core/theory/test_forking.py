"""A fork under another loss is warned of where its outputs mean something else."""

from itertools import product
from typing import Any

import pytest
import torch

from vae_core.config.families import FAMILIES
from vae_core.config.train_config import TrainConfig
from vae_core.model.likelihoods import choose_likelihood
from vae_core.theory.forking import LOGITS, misread_outputs


def config(likelihood: str, **more: Any) -> TrainConfig:
    return TrainConfig.parse({"likelihood": likelihood, "dequantize": likelihood == "continuous_bernoulli", **more})


@pytest.mark.parametrize(("one", "other"), list(product(FAMILIES, repeat=2)))
def test_what_decides_is_whether_outputs_are_logits(one: str, other: str) -> None:
    advice = misread_outputs(config(one), config(other))
    assert (advice is not None) == (({one} <= LOGITS) != ({other} <= LOGITS))
    if advice:
        mended = TrainConfig.parse({**config(other).to_dict(), **advice.changes})
        assert misread_outputs(config(one), mended) is None
        assert "logits" in advice.message


@pytest.mark.parametrize("name", FAMILIES)
def test_logits_are_what_a_decoder_squeezes_into_a_pixels_range(name: str) -> None:
    """As a value, an output is the mean itself."""
    mean = choose_likelihood(config(name, sigma=0.02)).mean(torch.full((1, 64), 0.25))
    assert bool(torch.allclose(mean, torch.tensor(0.25), atol=1e-3)) == (name not in LOGITS)


def test_a_bce_decoder_forked_as_mse_is_told() -> None:
    advice = misread_outputs(config("bernoulli"), config("gaussian"))
    assert advice is not None
    assert advice.message.startswith(
        "The weights that it begins with were trained under a Bernoulli decoder, whose outputs are logits; a Gaussian "
        "decoder reads them as the values of pixels."
    )
    assert (advice.field, advice.changes) == ("likelihood", {"likelihood": "bernoulli"})
